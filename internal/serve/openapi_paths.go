package serve

import (
	"maille/internal/dataset"
	"maille/internal/release"
)

// collectionPath is one of the paths under /collections/{collection}.
type collectionPath struct {
	verb       string // that names the operation: items.communes
	path       string
	summary    string
	parameters func(*dataset.Dataset, *release.Entry) []string
	formats    string // component of the parameter f
	response   string // component; "" for one of the collection's own
}

func onlyFormat(*dataset.Dataset, *release.Entry) []string { return []string{"f"} }

func citeParameters(*dataset.Dataset, *release.Entry) []string { return []string{"citeFormat"} }

// ownPaths are described collection by collection: their parameters and their features are those of one.
var ownPaths = []collectionPath{
	{"items", "/items", "A page of features", itemsParameters, "f.features", ""},
	{"item", "/items/{featureId}", "One feature", itemParameters, "f.feature", ""},
	{"export", "/export", "All the features that are chosen, as a file", exportParameters, "f.export", "Export"},
}

// alikePaths are the same of every collection, and described once for all; so are alikeTilePaths of those that have tiles.
var alikePaths = []collectionPath{
	{"describe", "", "What the collection is", onlyFormat, "f", "Collection"},
	{"queryables", "/queryables", "What a filter may name", onlyFormat, "f.schema", "Schema"},
	{"sortables", "/sortables", "What features may be sorted by", onlyFormat, "f.schema", "Schema"},
	{"schema", "/schema", "The properties of a feature", onlyFormat, "f.schema", "Schema"},
	{"feature-schema", "/schema/geojson", "What a GeoJSON feature is", onlyFormat, "f.schema", "Schema"},
	{"issues", "/issues", "What was wrong with the rows of the sources", onlyFormat, "f", "Issues"},
	{"quality", "/quality", "What is known of the rows: completeness, issues, freshness", onlyFormat, "f", "Quality"},
	{"cite", "/cite.{citation}", "How to cite it: ISO 690 (txt), BibTeX (bib), RIS (ris), DataCite (json)", citeParameters, "", "Citation"},
}

// component is where a parameter of the path is described, unless each collection has its own.
func (p *collectionPath) component(name string) string {
	switch {
	case name == "f":
		return p.formats
	case name == "limit" && p.verb == "export":
		return "limit.export"
	}
	return name
}

// alike describes once the paths that are the same of all these collections, which a component lists.
func (a *apiDocument) alike(component string, collections []string, paths []collectionPath) {
	if len(collections) == 0 {
		return
	}
	a.parameters[component] = object{"name": "collectionId", "in": "path", "required": true, "description": "A collection",
		"schema": object{"type": "string", "enum": collections}}
	for _, p := range paths {
		parameters := []any{reference("parameters", component)}
		for _, name := range p.parameters(nil, nil) {
			parameters = append(parameters, reference("parameters", p.component(name)))
		}
		id := p.verb
		if end := operationIDs[p.verb]; end != "" {
			id = component + end
		}
		a.paths["/collections/{collectionId}"+p.path] = object{"get": object{"operationId": id, "summary": p.summary,
			"tags": []any{"Collections"}, "parameters": parameters, "responses": responses(reference("responses", p.response))}}
	}
}

// responses are those of any path of a collection, whose good answer is ok.
func responses(ok object) object {
	return object{"200": ok, "304": reference("responses", "NotModified"), "default": reference("responses", "Problem")}
}

func (a *apiDocument) operation(d *dataset.Dataset, e *release.Entry, p collectionPath) object {
	parameters := []any{}
	if p.verb == "item" {
		parameters = append(parameters, object{"name": "featureId", "in": "path", "required": true,
			"description": "The feature's id: " + keyTitle(d), "schema": object{"type": "string"}})
	}
	for _, name := range p.parameters(d, e) {
		if p.verb == "items" || d.Schema.Column(name) == nil {
			parameters = append(parameters, a.parameter(d, e, p, name))
		}
	}
	if p.verb == "export" || p.verb == "tile" {
		parameters = append(parameters, reference("parameters", a.columnsParameter(d)))
	}
	ok := featuresResponse(d, p.verb)
	if p.response != "" {
		ok = reference("responses", p.response)
	}
	answers := responses(ok)
	if p.verb == "item" && keyedByCommune(d) && a.r.passages() != nil {
		answers["301"] = reference("responses", "Moved")
	}
	id := p.verb + "." + d.Name
	if end := operationIDs[p.verb]; end != "" {
		id = d.Name + end
	}
	return object{"operationId": id, "summary": p.summary, "tags": []any{d.Name},
		"parameters": parameters, "responses": answers}
}

func keyTitle(d *dataset.Dataset) string {
	text := ""
	for i, name := range d.Publication.Key {
		if i > 0 {
			text += ", "
		}
		text += d.Schema.Column(name).Title
	}
	return text
}

func reference(kind, name string) object {
	return object{"$ref": "#/components/" + kind + "/" + name}
}

// featuresResponse is the answer of items or item, in every form that it has.
func featuresResponse(d *dataset.Dataset, verb string) object {
	if verb == "item" {
		return response("A feature", itemOffers, reference("schemas", d.Name+".feature"), "ETag", "Content-Crs", "Link")
	}
	page := also("Features", object{"features": object{"type": "array", "items": reference("schemas", d.Name+".feature")}})
	return response("A page of features", itemsOffers, page,
		"ETag", "Content-Crs", "Link", "OGC-NumberMatched", "OGC-NumberReturned")
}

// response describes GeoJSON by a schema, and says of the other forms that they are there.
func response(description string, offers []offer, geojson object, headers ...string) object {
	content, all := object{}, object{}
	for _, o := range offers {
		content[o.mediaType] = object{}
		if o.mediaType == mediaGeoJSON {
			content[o.mediaType] = object{"schema": geojson}
		}
	}
	for _, name := range headers {
		all[name] = reference("headers", name)
	}
	return object{"description": description, "headers": all, "content": content}
}
