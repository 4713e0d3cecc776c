package serve

import (
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/release"
)

// openapi.json is the part of the document that no collection changes: parameters, answers, fixed paths.
//
//go:embed openapi.json
var openAPI []byte

// api answers the service's description, OpenAPI 3.0 (OGC 17-069r4 /req/oas30/oas-definition-2), or the page that shows
// it to people.
func (s *Server) api(w http.ResponseWriter, r *request) error {
	page, err := s.wantsPage(r, offerOpenAPI)
	if err != nil {
		return err
	}
	if err := r.only("f"); err != nil {
		return err
	}
	if page {
		return s.show(w, r, []string{"api"}, func(ctx context.Context) (*Page, error) { return s.apiPage(ctx, r) })
	}
	return s.send(w, r, answer{mediaType: mediaOpenAPI, depends: []string{"api", r.digest, s.Title, s.Description},
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			document, err := s.describeAPI(ctx, r)
			if err != nil {
				return nil, err
			}
			e := json.NewEncoder(w) // without indent, which would double the size
			e.SetEscapeHTML(false)
			return nil, e.Encode(document)
		}})
}

// serviceDoc links the page of the API, where there are pages.
func (s *Server) serviceDoc(r *request) []link {
	if s.Pages == nil {
		return nil
	}
	return []link{{r.base + "/api?f=html", "service-doc", mediaHTML, "The API, as a page"}}
}

// object is one of JSON, whose members are written in alphabetical order.
type object = map[string]any

// apiDocument is the description as it grows, collection by collection.
type apiDocument struct {
	r          *request
	paths      object
	parameters object              // components
	columns    map[string][]string // components of parameters that describe columns of a name
	shared     map[string]string   // components of properties that several collections have, by what they say
	schemas    object
	tags       []any
}

func (s *Server) describeAPI(ctx context.Context, r *request) (object, error) {
	var document object
	if err := json.Unmarshal(openAPI, &document); err != nil {
		panic(err) // embedded, and held by a test
	}
	components := document["components"].(object)
	a := &apiDocument{r: r, columns: map[string][]string{}, shared: map[string]string{}, paths: document["paths"].(object), tags: document["tags"].([]any),
		parameters: components["parameters"].(object), schemas: components["schemas"].(object)}
	a.tiles(components)
	a.questions(components)
	a.alike("collection", r.collectionNames(), alikePaths)
	a.alike("tiled", r.tiledCollections(), alikeTilePaths)
	a.shareProperties()
	a.formats(components["responses"].(object))
	for i := range r.manifest.Datasets {
		e := &r.manifest.Datasets[i]
		d := r.datasets[e.Dataset]
		examples, err := s.examples(ctx, r, d, e)
		if err != nil {
			return nil, err
		}
		a.collection(d, e, examples)
	}
	document["info"] = object{"title": s.Title, "description": s.Description + apiNote, "version": r.manifest.Release}
	document["servers"] = []any{object{"url": r.base}}
	document["tags"] = a.tags
	// Releases are the service's, not the release's.
	for path, item := range a.paths {
		if path == "/releases" || path == "/latest.json" || strings.HasPrefix(path, "/catalog") || strings.HasPrefix(path, "/feeds/") {
			item.(object)["servers"] = []any{object{"url": r.root}}
		}
	}
	return document, nil
}

const apiNote = "\n\nEvery path here is also under /r/{release}/, as that release was: /releases lists them. " +
	"Errors are RFC 9457 problem documents that name the parameter."

// formats fills in the values of f and the types of files that the program can write.
func (a *apiDocument) formats(responses object) {
	for component, names := range formatNames {
		if a.parameters[component] == nil {
			continue // of tiles, where there are none
		}
		a.parameters[component].(object)["schema"].(object)["enum"] = names()
	}
	responses["Export"] = response("The file", exportOffers, object{"type": "object"}, "ETag", "Content-Crs", "Content-Disposition", "Link")
	files := responses["File"].(object)["content"].(object)
	for _, f := range a.r.manifest.Datasets {
		for _, file := range f.Files {
			files[file.MediaType] = object{}
		}
	}
}

// collection adds what there is at the paths of one collection.
func (a *apiDocument) collection(d *dataset.Dataset, e *release.Entry, examples []apiExample) {
	a.tags = append(a.tags, object{"name": d.Name, "description": d.Title})
	a.describeFeatures(d)
	paths := ownPaths
	if hasTiles(d, e) {
		paths = slices.Concat(paths, ownTilePaths)
	}
	for _, p := range paths {
		operation := a.operation(d, e, p)
		if own := examplesOf(p, examples); len(own) > 0 {
			operation["x-maille-examples"] = own
		}
		a.paths["/collections/"+d.Name+p.path] = object{"get": operation}
	}
}
