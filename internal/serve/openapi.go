package serve

import (
	_ "embed"
	"encoding/json"
	"net/http"

	"maille/internal/dataset"
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
		paths[at+"/items/{featureId}"] = operation(d, "item", "One feature", "Feature", "featureId")
		paths[at+"/schema"] = operation(d, "schema", "The fields", "Schema")
	}
	return document
}

func operation(d *dataset.Dataset, verb, summary, response string, parameters ...string) map[string]any {
	references := []any{}
	for _, name := range append(parameters, "f") {
		references = append(references, map[string]any{"$ref": "#/components/parameters/" + name})
	}
	return map[string]any{"get": map[string]any{
		"operationId": verb + "." + d.Name, "summary": summary, "tags": []any{d.Title}, "parameters": references,
		"responses": map[string]any{
			"200":     map[string]any{"$ref": "#/components/responses/" + response},
			"default": map[string]any{"$ref": "#/components/responses/Problem"},
		},
	}}
}
