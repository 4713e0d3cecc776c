package dump

import (
	"cmp"
	"encoding/json"
	"html"
	"strings"

	"maille/internal/tile"
)

// tileset is what an archive of tiles says of itself (PMTiles v3 §5, whose words are those of TileJSON 3.0.0).
type tileset struct {
	Name         string        `json:"name"`
	Description  string        `json:"description,omitempty"`
	Attribution  string        `json:"attribution,omitempty"`
	Type         string        `json:"type"`
	Version      string        `json:"version,omitempty"`
	VectorLayers []vectorLayer `json:"vector_layers"`
	Maille       aboutTiles    `json:"maille"`
}

type vectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// aboutTiles is of which version the tiles are, and what became of its features.
type aboutTiles struct {
	Dataset string       `json:"dataset"`
	Version string       `json:"version,omitempty"`
	Report  *tile.Report `json:"report"`
}

func (c *Content) tileset(report *tile.Report) []byte {
	t := tileset{Name: cmp.Or(c.Title, c.Name), Description: c.Description, Type: "overlay", Version: c.About.Version,
		Attribution: attribution(c), VectorLayers: c.vectorLayers(report), Maille: aboutTiles{c.Name, c.About.Version, report}}
	data, _ := json.Marshal(t) // of texts and numbers: nothing that JSON cannot say
	return data
}

// attribution is the sources and the licences, as text that is safe where viewers take it for HTML.
func attribution(c *Content) string {
	var sources, licences []string
	for _, s := range c.Sources {
		sources = append(sources, s.Title)
	}
	for _, l := range c.Licenses {
		licences = append(licences, cmp.Or(l.Title, l.Name))
	}
	text := strings.Join(sources, " ; ")
	if len(licences) > 0 {
		text += " (" + strings.Join(licences, " ; ") + ")"
	}
	return unquoted.Replace(html.EscapeString(text))
}

// unquoted writes quotation marks as they are: between tags they are safe, and not everyone takes the text for HTML.
var unquoted = strings.NewReplacer("&#39;", "'", "&#34;", `"`)

func (c *Content) vectorLayers(report *tile.Report) (layers []vectorLayer) {
	t := c.Tiles()
	first, last := t.MinZoom, *t.Prerender
	if zooms := report.Zooms; len(zooms) > 0 {
		first, last = zooms[0].Zoom, zooms[len(zooms)-1].Zoom
	}
	for _, l := range tile.Layers(c.Dataset) {
		layer := vectorLayer{l.ID, l.Title, first, last, map[string]string{}}
		for _, f := range l.Fields {
			layer.Fields[f.Name] = f.About
		}
		layers = append(layers, layer)
	}
	return layers
}
