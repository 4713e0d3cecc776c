package serve

import (
	"net/http"
	"strconv"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/schema"
)

// schemaOffers are how fields are described.
var schemaOffers = []offer{offerSchema, offerHTML}

// schema answers the collection's fields as JSON Schema (OGC API Features Part 5, returnables), from which GDAL and QGIS
// take types and titles.
func (s *Server) schema(w http.ResponseWriter, r *request) error {
	return s.fieldsOf(w, r, "schema", located)
}

// featureSchema answers what a GeoJSON feature of the collection is, as JSON Schema. GDAL 3.6 takes types from it, by a link whose
// relation is written describedBy, and else guesses them from the first features, where a column may be null.
func (s *Server) featureSchema(w http.ResponseWriter, r *request) error {
	return s.fieldsOf(w, r, "schema/geojson", func(d *dataset.Dataset, _ *release.Entry) map[string]any {
		return map[string]any{
			"type":       map[string]any{"type": "string", "enum": []string{"Feature"}},
			"id":         map[string]any{"type": "string"},
			"geometry":   map[string]any{"type": []string{"object", "null"}},
			"properties": map[string]any{"type": "object", "properties": properties(d), "additionalProperties": false},
			"links":      map[string]any{"type": "array"},
		}
	})
}

// queryables answers what a filter may name (OGC 19-079r2 /req/queryables): every column, and the geometry.
func (s *Server) queryables(w http.ResponseWriter, r *request) error {
	return s.fieldsOf(w, r, "queryables", located)
}

// sortables answers what features may be sorted by (OGC API Features Part 5, sortables).
func (s *Server) sortables(w http.ResponseWriter, r *request) error {
	return s.fieldsOf(w, r, "sortables", func(d *dataset.Dataset, e *release.Entry) map[string]any {
		all, sorted := properties(d), map[string]any{}
		for _, name := range d.Sortables(e.Rows) {
			sorted[name] = all[name]
		}
		return sorted
	})
}

// fieldsOf answers properties of a collection as JSON Schema.
func (s *Server) fieldsOf(w http.ResponseWriter, r *request, name string, of func(*dataset.Dataset, *release.Entry) map[string]any) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	return s.either(r, offerSchema, func() error {
		return s.document(w, r, mediaSchema, described(e), func() any {
			return map[string]any{
				"$schema": "https://json-schema.org/draft/2020-12/schema",
				"$id":     r.base + "/collections/" + d.Name + "/" + name,
				"title":   d.Title, "description": d.Description, "type": "object",
				"properties": of(d, e), "additionalProperties": false,
			}
		})
	}, func() error { return s.fieldsPage(w, r, d, e, name) })
}

// located are all properties, and the geometry.
func located(d *dataset.Dataset, _ *release.Entry) map[string]any {
	all := properties(d)
	if g := d.Publication.Geometry; g != nil {
		all[dataset.GeometryField] = geometryProperty(g)
	}
	return all
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
	return all
}

// geometryProperty has a format and no type (OGC 19-079r2 /req/queryables/get-queryables-response).
func geometryProperty(g *dataset.Geometry) map[string]any {
	format := "geometry-point"
	if g.Type != "Point" {
		format = "geometry-multipolygon"
	}
	return map[string]any{"title": texts.Say("geometry"), "format": format, "x-ogc-role": "primary-geometry", "x-ogc-propertySeq": 0}
}

func property(c *schema.Column, rank int) map[string]any {
	p := map[string]any{"type": string(c.Type), "x-ogc-propertySeq": rank}
	for name, text := range map[string]string{"title": c.Title, "description": c.Description, "x-ogc-unit": ucum(c.Unit)} {
		if text != "" {
			p[name] = text
		}
	}
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
			p["enum"] = typed(c.Type, enum)
		}
		if c.Format != "" && c.Format != "default" {
			p["format"] = c.Format
		}
	}
	return p
}

// typed are the values of an enum as JSON has them.
func typed(t schema.Type, enum []string) []any {
	values := make([]any, len(enum))
	for i, text := range enum {
		values[i] = text
		if n, err := strconv.ParseFloat(text, 64); err == nil && (t == schema.Integer || t == schema.Number) {
			values[i] = n
		}
		if t == schema.Boolean {
			values[i] = text == "true"
		}
	}
	return values
}
