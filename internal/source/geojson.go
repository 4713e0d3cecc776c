package source

import (
	"encoding/json"
	"io"
	"regexp"
)

// features decodes a GeoJSON FeatureCollection (RFC 7946 §3.3), whatever the order of its members.
type features struct {
	*stream
	*flat
	raw    json.RawMessage
	kind   string // the document's "type"
	inside bool   // the array of features
	found  bool
}

const featureID = "_id" // what the map calls a feature's id

func openGeoJSON(p *plan, f file, in *text) (*features, error) {
	in.limit = longestFeature
	c := &features{stream: newStream(f, in), flat: flatten(p, f)}
	t, err := c.token()
	if err == nil && t != beginObject {
		err = c.refuse("geojson.features")
	}
	return c, err
}

func (c *features) next(rec *record) error {
	for {
		if !c.inside {
			if err := c.advance(); err != nil {
				return err
			}
		}
		more, err := c.row(&c.raw)
		if err != nil {
			return err
		}
		if more {
			if wrong := c.feature(c.raw, rec); wrong != "" {
				return c.refuse("geojson."+wrong, "line", c.rank)
			}
			rec.line = c.rank
			return nil
		}
		c.inside = false
	}
}

// advance reads the collection's members until its features; io.EOF when they are all read and the rest is sound.
func (c *features) advance() error {
	for {
		name, err := c.token()
		if err != nil {
			return err
		}
		if name == endObject {
			return c.finish()
		}
		if err := c.collectionMember(name); err != nil || c.inside {
			return err
		}
	}
}

func (c *features) collectionMember(name json.Token) error {
	switch name {
	case "features":
		t, err := c.token()
		if err == nil && (t != beginArray || c.found) {
			err = c.refuse("geojson.features")
		}
		c.inside, c.found = true, true
		return err
	case "type":
		if err := c.value(&c.raw); err != nil {
			return err
		}
		c.kind = string(appendText(nil, c.raw, ""))
		return c.checkKind()
	case "crs":
		if err := c.value(&c.raw); err != nil {
			return err
		}
		return c.checkCRS(c.raw)
	}
	return c.skip()
}

func (c *features) finish() error {
	if err := c.checkKind(); err != nil {
		return err
	}
	if !c.found {
		return c.refuse("geojson.features")
	}
	if err := c.end(); err != io.EOF {
		return err
	}
	return c.never(c.rank)
}

func (c *features) checkKind() error {
	switch c.kind {
	case "FeatureCollection":
		return nil
	case "":
		return c.refuse("geojson.untyped")
	}
	return c.refuse("geojson.type", "type", quoted(c.kind))
}

var longitudeFirst = regexp.MustCompile(`(?:^|[^0-9A-Za-z])(?:CRS84|4326)$`)

// checkCRS reads the member of the 2008 specification, which RFC 7946 §4 removed and GDAL still writes. In GeoJSON,
// EPSG:4326 has always been longitude then latitude.
func (c *features) checkCRS(raw []byte) error {
	var crs *struct {
		Properties struct{ Name string }
	}
	if json.Unmarshal(raw, &crs) == nil && (crs == nil || longitudeFirst.MatchString(crs.Properties.Name)) {
		return nil
	}
	said := string(raw)
	if crs != nil && crs.Properties.Name != "" {
		said = crs.Properties.Name
	}
	return c.refuse("geojson.crs", "crs", "« "+quoted(said)+" »")
}

// feature reads an object, whose bytes the record's geometry shares, and says what keeps it from being a Feature.
func (f *flat) feature(raw []byte, rec *record) (wrong string) {
	var kind, id, properties, geometry []byte
	for key, value := range members(raw) {
		switch string(key) {
		case `"type"`:
			kind = value
		case `"id"`:
			id = value
		case `"properties"`:
			properties = value
		case `"geometry"`:
			geometry = value
		}
	}
	if string(kind) != `"Feature"` {
		return "feature"
	}
	f.begin()
	switch {
	case len(properties) > 0 && properties[0] == '{':
		f.object(properties)
	case len(properties) > 0 && properties[0] != 'n':
		return "properties"
	}
	if len(id) > 0 {
		f.member(f.slots[featureID], id)
	}
	f.fill(rec.cells)
	rec.geometry = geometry
	if string(geometry) == "null" {
		rec.geometry = nil
	}
	return ""
}
