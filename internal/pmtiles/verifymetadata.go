package pmtiles

import (
	"encoding/json"

	"maille/internal/geo"
)

// saidLayer is what the metadata say of a layer.
type saidLayer struct {
	fields      map[string]*kind // by name, what tiles that were read have
	first, last int              // zooms
	typed       bool             // a field is of one kind, as in all that this program makes
}

// metadata reads the layers that tiles are said to have (TileJSON 3.0.0 §3.3), which an archive of vector tiles must say
// (§5); and the keys that viewers read, which are texts.
func (v *verifier) metadata() error {
	data, err := v.Metadata()
	if err != nil {
		return err
	}
	var said map[string]json.RawMessage
	if json.Unmarshal(data, &said) != nil || said == nil {
		return refuse("metadata")
	}
	for _, key := range []string{"name", "description", "attribution", "type", "version"} {
		var text string
		if value, has := said[key]; has && json.Unmarshal(value, &text) != nil {
			return refuse("metadata-text", "key", key)
		}
	}
	var layers []struct {
		ID      string             `json:"id"`
		Fields  *map[string]string `json:"fields"`
		MinZoom *int               `json:"minzoom"`
		MaxZoom *int               `json:"maxzoom"`
	}
	if json.Unmarshal(said["vector_layers"], &layers) != nil || len(layers) == 0 {
		return refuse("layers")
	}
	v.layers = map[string]*saidLayer{}
	_, ours := said["maille"]
	for _, l := range layers {
		if l.ID == "" || l.Fields == nil || v.layers[l.ID] != nil {
			return refuse("layer-said", "layer", l.ID)
		}
		if l.MinZoom != nil && l.MaxZoom != nil && *l.MinZoom > *l.MaxZoom {
			return refuse("layer-zooms", "layer", l.ID)
		}
		one := &saidLayer{fields: map[string]*kind{}, last: geo.MaxZoom, typed: ours}
		if l.MinZoom != nil {
			one.first = *l.MinZoom
		}
		if l.MaxZoom != nil {
			one.last = *l.MaxZoom
		}
		for field := range *l.Fields {
			one.fields[field] = new(kind)
		}
		v.layers[l.ID] = one
	}
	return nil
}
