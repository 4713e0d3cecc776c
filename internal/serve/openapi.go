package serve

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"slices"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// openapi.json is the part of the document that no collection changes: parameters, answers, fixed paths.
//
//go:embed openapi.json
var openAPI []byte

// api answers the service's description, OpenAPI 3.0 (OGC 17-069r4 /req/oas30/oas-definition-2).
func (s *Server) api(w http.ResponseWriter, r *request) error {
	return s.document(w, r, mediaOpenAPI, r.digest, func() any { return s.describeAPI(r) })
}

func (s *Server) describeAPI(r *request) map[string]any {
	var document map[string]any
	if err := json.Unmarshal(openAPI, &document); err != nil {
		panic(err) // embedded, and held by a test
	}
	document["info"] = map[string]any{"title": s.Title, "description": s.Description, "version": r.manifest.Release}
	document["servers"] = []any{map[string]any{"url": r.base}}
	paths := document["paths"].(map[string]any)
	for i := range r.manifest.Datasets {
		d := r.datasets[r.manifest.Datasets[i].Dataset]
		at := "/collections/" + d.Name
		paths[at] = operation(d, "describe", "What the collection is", "Collection")
		paths[at+"/items"] = operation(d, "items", "A page of features", "Features", "bbox", "limit", "after", "datetime")
		item := operation(d, "item", "One feature", "Feature", "featureId")
		if keyedByCommune(d) && r.passages() != nil {
			item["get"].(map[string]any)["responses"].(map[string]any)["301"] = reference("responses", "Moved")
		}
		paths[at+"/items/{featureId}"] = item
		paths[at+"/schema"] = operation(d, "schema", "The fields", "Schema")
	}
	return document
}

func operation(d *dataset.Dataset, verb, summary, response string, parameters ...string) map[string]any {
	references := []any{}
	for _, name := range append(parameters, "f") {
		references = append(references, reference("parameters", name))
	}
	if verb == "items" {
		if len(d.Levels()) > 0 {
			references = append(references, reference("parameters", maxOffset))
		}
		references = append(references, propertyParameters(d)...)
	}
	return map[string]any{"get": map[string]any{
		"operationId": verb + "." + d.Name, "summary": summary, "tags": []any{d.Title}, "parameters": references,
		"responses": map[string]any{
			"200":     reference("responses", response),
			"default": reference("responses", "Problem"),
		},
	}}
}

func reference(kind, name string) map[string]any {
	return map[string]any{"$ref": "#/components/" + kind + "/" + name}
}

// propertyParameters are those of OGC 17-069r4 /rec/core/fc-filters: clients such as GDAL filter on the server by the
// properties that are listed here.
func propertyParameters(d *dataset.Dataset) (parameters []any) {
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		if !slices.Contains(d.Publication.Index, c.Name) {
			continue
		}
		parameters = append(parameters, map[string]any{
			"name": c.Name, "in": "query", "required": false, "style": "form", "explode": false,
			"description": c.Title, "schema": valueSchema(c),
		})
	}
	return parameters
}

// valueSchema is that of one value: of a list, one item.
func valueSchema(c *schema.Column) map[string]any {
	s := map[string]any{"type": "string"}
	switch c.Type {
	case schema.Integer, schema.Number, schema.Boolean:
		s["type"] = string(c.Type)
	case schema.Date:
		s["format"] = "date"
	}
	if enum := c.Enum(); len(enum) > 0 {
		s["enum"] = enum
	}
	return s
}
