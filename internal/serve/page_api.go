package serve

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// APIPage says to people what the API's description says to programs.
type APIPage struct {
	Document    string // address of the description
	Paths       []APIPath
	Collections []APICollection
}

// APIPath is a path and its parameters; {collection} stands for any.
type APIPath struct {
	Verb       string // that names it: items
	Path       string
	Parameters []APIParameter
}

// APIParameter is one that has the same meaning everywhere.
type APIParameter struct {
	Name    string
	Type    string // of JSON
	Values  []string
	Default any
}

// APICollection is what one collection adds to the paths: its properties, which are parameters too, and requests that run.
type APICollection struct {
	*Card
	Fields   []Field
	Examples []apiExample
}

func (s *Server) apiPage(ctx context.Context, r *request) (*Page, error) {
	p := s.page(r, "api", "", "/api", offerOpenAPI)
	body := &APIPage{Document: r.base + "/api?f=" + offerOpenAPI.name, Paths: commonPaths()}
	for i := range r.manifest.Datasets {
		e := &r.manifest.Datasets[i]
		d := r.datasets[e.Dataset]
		examples, err := s.examples(ctx, r, d, e)
		if err != nil {
			return nil, err
		}
		body.Collections = append(body.Collections, APICollection{r.card(d, e), fields(d, e.Rows), examples})
	}
	p.Body = body
	return p, nil
}

// commonPaths are those of the whole service, then those that every collection has.
func commonPaths() (all []APIPath) {
	known := commonParameters()
	for _, fixed := range fixedPaths {
		path := APIPath{Verb: fixed.verb, Path: fixed.path}
		for _, name := range fixed.parameters {
			shown := known[name]
			shown.Name, _, _ = strings.Cut(name, ".") // f.changes is the f of changes
			if formats := formatNames[name]; formats != nil {
				shown.Values = formats()
			}
			path.Parameters = append(path.Parameters, shown)
		}
		all = append(all, path)
	}
	for _, p := range slices.Concat(alikePaths[:1], ownPaths, alikePaths[1:], alikeTilePaths, ownTilePaths) {
		path := APIPath{Verb: p.verb, Path: "/collections/{collection}" + p.path}
		for _, name := range commonNames[p.verb] {
			component := p.component(name)
			shown := known[component]
			if shown.Name = name; name == "f" {
				shown.Values = formatNames[component]()
			}
			path.Parameters = append(path.Parameters, shown)
		}
		all = append(all, path)
	}
	return all
}

// commonNames are the parameters that no collection changes but in their values.
var commonNames = map[string][]string{
	"items": {"limit", "after", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "q", "sortby", "properties",
		"skipGeometry", "crs", geometryParameter, maxOffset, "f"},
	"item":     {"crs", maxOffset, "f"},
	"tilesets": {"f"},
	"tileset":  {"f"},
	"tile":     {"datetime", "filter", "filter-lang", "filter-crs", "f"},
	"export":   {"bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", "q", "sortby", "properties", "skipGeometry", "crs", geometryParameter, "limit", "f"},
}

// formatNames are the values of f, by the component that describes it.
var formatNames = map[string]func() []string{
	"f":           func() []string { return names([]offer{offerJSON, offerHTML}) },
	"f.features":  func() []string { return names(itemsOffers) },
	"f.feature":   func() []string { return names(itemOffers) },
	"f.functions": func() []string { return names(functionsOffers) },
	"f.schema":    func() []string { return names(schemaOffers) },
	"f.export":    func() []string { return names(exportOffers) },
	"f.question":  func() []string { return names(questionOffers) },
	"f.tilesets":  func() []string { return names(tilesetsOffers) },
	"f.tile":      func() []string { return names([]offer{offerMVT}) },
}

// commonParameters reads those of openapi.json and openapi_tiles.json; the others are texts.
func commonParameters() map[string]APIParameter {
	all := map[string]APIParameter{}
	addParameters(all, openAPI)
	addParameters(all, openAPITiles)
	addParameters(all, openAPIQuestions)
	for _, name := range []string{"crs", "bbox-crs", "filter-crs"} {
		all[name] = APIParameter{Type: "string", Default: crs84}
	}
	for _, name := range []string{"sortby", "properties"} {
		all[name] = APIParameter{Type: "array"}
	}
	return all
}

func addParameters(all map[string]APIParameter, text []byte) {
	var document struct {
		Components struct {
			Parameters map[string]struct {
				Schema struct {
					Type    string
					Enum    []string
					Default any
				}
			}
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		panic(err) // embedded, and held by a test
	}
	for name, p := range document.Components.Parameters {
		all[name] = APIParameter{Type: p.Schema.Type, Values: slices.Clone(p.Schema.Enum), Default: p.Schema.Default}
	}
}

// Short is the address without what comes before the collection.
func (x apiExample) Short() string {
	_, rest, _ := strings.Cut(x.Href, "/collections/")
	return "/collections/" + rest
}

// Curl is a line to run in a shell.
func (x apiExample) Curl() string {
	line := "curl '" + strings.ReplaceAll(x.Href, "'", "%27") + "'"
	if x.verb == "export" {
		line = "curl -OJ" + strings.TrimPrefix(line, "curl")
	}
	return line
}
