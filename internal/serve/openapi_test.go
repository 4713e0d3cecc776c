package serve_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// described is the service's description, read as strangers' tools read it.
func described(t testing.TB, base string) (*openapi3.T, []byte) {
	t.Helper()
	a := ask(t, http.MethodGet, base+"/api")
	if got := a.Header.Get("Content-Type"); a.StatusCode != 200 || got != "application/vnd.oai.openapi+json;version=3.0" {
		t.Fatalf("%s, Content-Type %q: %s", a.Status, got, a.body)
	}
	document, err := openapi3.NewLoader().LoadFromData(a.body)
	if err != nil {
		t.Fatal(err)
	}
	return document, a.body
}

func TestOpenAPI(t *testing.T) {
	w := sample(t)
	for _, prefix := range []string{"", "/r/" + current(t, w)} {
		document, _ := described(t, w.address+prefix)
		if err := document.Validate(t.Context()); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(document.OpenAPI, "3.0.") || document.Info.Title == "" || document.Servers[0].URL != w.address+prefix {
			t.Errorf("openapi %s, %q, %s", document.OpenAPI, document.Info.Title, document.Servers[0].URL)
		}
		seen := map[string]string{}
		for path, item := range document.Paths.Map() {
			if other := seen[item.Get.OperationID]; other != "" {
				t.Errorf("%s and %s are both %s", path, other, item.Get.OperationID)
			}
			seen[item.Get.OperationID] = path
			tryPath(t, document, path, item)
		}
		for _, path := range []string{"", "/queryables", "/sortables", "/schema", "/schema/geojson", "/issues", "/quality", "/cite.{citation}"} {
			if document.Paths.Value("/collections/{collectionId}"+path) == nil {
				t.Errorf("%s of collections is not described", path)
			}
		}
		for _, d := range w.Registry.All() {
			for _, path := range []string{"/items", "/items/{featureId}", "/export"} {
				if document.Paths.Value("/collections/"+d.Name+path) == nil {
					t.Errorf("%s of %s is not described", path, d.Name)
				}
			}
		}
	}
}

// tryPath asks a described path, and takes no other answer than the one described.
func tryPath(t *testing.T, document *openapi3.T, path string, item *openapi3.PathItem) {
	t.Helper()
	if strings.HasPrefix(path, "/catalog/") {
		return // the sample's has one page: see TestCataloguePages
	}
	address := document.Servers[0].URL + path
	if len(item.Servers) > 0 {
		address = item.Servers[0].URL + path
	}
	if collection, _, isItem := strings.Cut(address, "/items/{featureId}"); isItem {
		page := parse[features](t, collection+"/items?limit=1")
		if len(page.Features) == 0 {
			return // the sample leaves the source out
		}
		address = collection + "/items/" + url.PathEscape(page.Features[0].ID)
	}
	if name, _, tile := strings.Cut(path, "/tiles/WebMercatorQuad/{"); tile && len(parse[testedTileset](t, document.Servers[0].URL+name+"/tiles/WebMercatorQuad").Limits) == 0 {
		return // there is no tile of what is empty
	}
	if strings.HasPrefix(path, "/changes/") {
		return // the sample has one release: see TestDifferences
	}
	a := ask(t, http.MethodGet, placed(address))
	if a.StatusCode != 200 {
		t.Errorf("%s: %s", path, a.Status)
	}
	declared := item.Get.Responses.Value("200").Value
	if got := a.Header.Get("Content-Type"); declared.Content.Get(got) == nil {
		t.Errorf("%s answers %s, which is not described", path, got)
	}
	for _, name := range []string{"Content-Crs", "OGC-NumberMatched", "Content-Disposition"} {
		if a.Header.Get(name) != "" && declared.Headers[name] == nil {
			t.Errorf("%s answers the header %s, which is not described", path, name)
		}
	}
	if item.Get.Responses.Default() == nil {
		t.Errorf("%s describes no problem", path)
	}
}

// placed fills the variables of a path: communes, and a tile of the Essonne.
func placed(path string) string {
	return strings.NewReplacer("{citation}", "bib", "{format}", "ttl", "{dataset}", "communes", "{commune}", "91228", "{epci}", "200054781", "{territory}", "91", "{file}", "communes.csv", "{mapId}", "communes", "{collectionId}", "communes", "{tileMatrix}", "8", "{tileRow}", "88", "{tileCol}", "129",
		"{z}", "8", "{x}", "129", "{y}", "88").Replace(path)
}

// taken are the names of the parameters of a query; an exploded object is as many as it has members.
func taken(item *openapi3.PathItem) map[string]bool {
	names := map[string]bool{}
	for _, p := range item.Get.Parameters {
		switch {
		case p.Value.In != "query":
		case p.Value.Explode != nil && *p.Value.Explode:
			for name := range p.Value.Schema.Value.Properties {
				names[name] = true
			}
		default:
			names[p.Value.Name] = true
		}
	}
	return names
}

// TestOpenAPIParameters: what is described is accepted, and nothing else is, of all the names that any path has.
func TestOpenAPIParameters(t *testing.T) {
	notRaced(t)
	w := sample(t)
	document, _ := described(t, w.address)
	every := map[string]bool{"unheard-of": true, "offset": true}
	for _, name := range []string{"limit", "after", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "q", "sortby",
		"properties", "skipGeometry", "geometry", "maxAllowableOffset", "population", "code_insee"} {
		every[name] = true // whether or not it is described anywhere
	}
	for _, item := range document.Paths.Map() {
		for name := range taken(item) {
			every[name] = true
		}
	}
	for path, item := range document.Paths.Map() {
		if !slices.ContainsFunc([]string{"/collections/communes", "/collections/{collectionId}", "/collections/lieux-mediation/", "/collections/projets/"}, func(start string) bool { return strings.HasPrefix(path, start) }) {
			continue // these have levels, points and no geometry
		}
		known := taken(item)
		for name := range every {
			// Said twice: a name that is known is refused for that, one that is not for itself, and nothing is read.
			address := w.address + placed(strings.Replace(path, "{featureId}", "x", 1)) + "?" + url.Values{name: {"1", "2"}}.Encode()
			if name == "f" {
				continue // which chooses the answer, and is known everywhere
			}
			p := problemOf(t, ask(t, http.MethodGet, address))
			unknown := strings.Contains(p.Detail, "unknown parameter")
			if described := known[name]; described == unknown {
				t.Errorf("%s: %s is described %v: %s", path, name, described, p.Detail)
			}
		}
	}
}

// TestOpenAPIExamples asks every example. Each finds a feature where it says so.
func TestOpenAPIExamples(t *testing.T) {
	notRaced(t)
	w := sample(t)
	document, _ := described(t, w.address)
	kinds := map[string]int{}
	for path, item := range document.Paths.Map() {
		var examples []struct {
			Kind, Href string
			Found      bool
		}
		if item.Get.Extensions["x-maille-examples"] == nil {
			continue
		}
		must(t, json.Unmarshal([]byte(marshal(t, item.Get.Extensions["x-maille-examples"])), &examples))
		for _, x := range examples {
			kinds[x.Kind]++
			address := resolve(w.address+path, x.Href)
			if !strings.HasPrefix(address, w.address+strings.TrimSuffix(path, "{featureId}")) {
				t.Errorf("%s: %+v", path, x)
			}
			a := ask(t, http.MethodGet, address)
			if a.StatusCode != 200 {
				t.Errorf("%s: %s %s", address, a.Status, a.body)
			}
			if n := countFeatures(a); x.Found && n == 0 {
				t.Errorf("%s finds nothing", address)
			}
		}
	}
	for _, kind := range []string{"page", "box", "property", "filter", "sorted", "words", "system", "coarse", "days", "csv", "feature", "workbook", "file"} {
		if kinds[kind] == 0 {
			t.Errorf("no example is of kind %s", kind)
		}
	}
	t.Logf("%v", kinds)
}

// countFeatures looks no further than it must into what is no JSON and no text.
func countFeatures(a reply) int {
	switch mediaType, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";"); mediaType {
	case "application/geo+json":
		return bytes.Count(a.body, []byte(`"type":"Feature"`))
	case "text/csv":
		return bytes.Count(a.body, []byte("\n")) - 1
	}
	return len(a.body)
}

// TestOpenAPISize: what a browser, QGIS and GDAL read before anything else stays small.
func TestOpenAPISize(t *testing.T) {
	_, body := described(t, sample(t).address)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(body)
	w.Close()
	t.Logf("%d bytes, %d as gzip", len(body), packed.Len())
	if len(body) > 700_000 || packed.Len() > 80_000 {
		t.Errorf("%d bytes, %d as gzip", len(body), packed.Len())
	}
}

// TestOpenAPIDescribesProperties: as parameters and in features, by type, in French, with units and enums.
func TestOpenAPIDescribesProperties(t *testing.T) {
	w := sample(t)
	document, _ := described(t, w.address)
	for _, d := range w.Registry.All() {
		items := document.Paths.Value("/collections/" + d.Name + "/items").Get
		features := items.Responses.Value("200").Value.Content.Get("application/geo+json").Schema.Value
		properties := features.AllOf[1].Value.Properties["features"].Value.Items.Value.AllOf[1].Value.Properties["properties"].Value.Properties
		for i := range d.Schema.Columns {
			c := &d.Schema.Columns[i]
			p := items.Parameters.GetByInAndName("query", c.Name)
			if p == nil || !strings.HasPrefix(p.Description, c.Title) || !strings.Contains(p.Description, c.Unit) {
				t.Errorf("%s.%s: parameter %+v", d.Name, c.Name, p)
				continue
			}
			if want := len(c.Enum()); want > 0 && p.Schema.Value.Type.Is("string") && len(p.Schema.Value.Enum) != want {
				t.Errorf("%s.%s: %d values of %d", d.Name, c.Name, len(p.Schema.Value.Enum), want)
			}
			if v := properties[c.Name]; v == nil || v.Value.Title != c.Title || v.Value.Description != c.Description || !v.Value.Nullable {
				t.Errorf("%s.%s: property %+v", d.Name, c.Name, v)
			}
		}
	}
}
