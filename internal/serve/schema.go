package serve

import (
	"net/http"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// schema answers the collection's fields as JSON Schema (OGC API Features Part 5, returnables), from which GDAL and QGIS
// take types and titles.
func (s *Server) schema(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	return s.document(w, r, mediaSchema, described(e), func() any {
		return map[string]any{
			"$schema": "https://json-schema.org/draft/2020-12/schema",
			"$id":     r.base + "/collections/" + d.Name + "/schema",
			"title":   d.Title, "description": d.Description, "type": "object",
			"properties": properties(d), "additionalProperties": false,
		}
	})
}

func properties(d *dataset.Dataset) map[string]any {
	all := map[string]any{}
	for i := range d.Schema.Columns {
		all[d.Schema.Columns[i].Name] = property(&d.Schema.Columns[i], i+1)
	}
	for i, name := range d.Publication.Key {
		p := all[name].(map[string]any)
		p["x-ogc-role"] = "id"
		if len(d.Publication.Key) > 1 {
			p["x-maille-key-part"] = i + 1
			delete(p, "x-ogc-role")
		}
	}
	if g := d.Publication.Geometry; g != nil {
		format := "geometry-point"
		if g.Type != "Point" {
			format = "geometry-multipolygon"
		}
		all["geometry"] = map[string]any{"format": format, "x-ogc-role": "primary-geometry", "x-ogc-propertySeq": 0}
	}
	return all
}

func property(c *schema.Column, rank int) map[string]any {
	p := map[string]any{"title": c.Title, "description": c.Description, "type": string(c.Type), "x-ogc-propertySeq": rank}
	switch c.Type {
	case schema.Date:
		p["type"], p["format"] = "string", "date"
	case schema.List:
		items := map[string]any{"type": "string"}
		if enum := c.Enum(); enum != nil {
			items["enum"] = enum
		}
		p["type"], p["items"] = "array", items
	default:
		if enum := c.Enum(); enum != nil {
			p["enum"] = enum
		}
	}
	if c.Unit != "" {
		p["x-ogc-unit"] = c.Unit
	}
	return p
}
