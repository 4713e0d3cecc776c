package serve_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"

	"maille/internal/dataset"
)

// TestDeclaredValues: each value that a described parameter may have is answered in a described type, and a format that is
// described nowhere is refused everywhere.
func TestDeclaredValues(t *testing.T) {
	notRaced(t)
	w := sample(t)
	document, _ := described(t, w.address)
	for path, item := range document.Paths.Map() {
		address := addressOf(t, w, path)
		if address == "" {
			continue // a collection that the sample leaves empty, or another one like those below
		}
		if p := problemOf(t, ask(t, http.MethodGet, address+"?f=junk")); p.Status != 400 || p.Parameter != "f" {
			t.Errorf("%s: f=junk: %+v", path, p)
		}
		for _, p := range item.Get.Parameters {
			if p.Value.In != "query" || p.Value.Name == "geometry" {
				continue // which goes with f=csv
			}
			values := p.Value.Schema.Value.Enum
			if len(values) > 10 {
				values = values[:10]
			}
			for _, value := range values {
				declaredAnswer(t, item, address+"?"+url.Values{p.Value.Name: {textOf(value)}}.Encode())
			}
		}
	}
}

func declaredAnswer(t *testing.T, item *openapi3.PathItem, address string) {
	t.Helper()
	a := ask(t, http.MethodGet, address)
	if a.StatusCode != 200 || item.Get.Responses.Value("200").Value.Content.Get(a.Header.Get("Content-Type")) == nil {
		t.Errorf("%s: %s, %s %.200s", address, a.Status, a.Header.Get("Content-Type"), a.body)
	}
}

// addressOf is an address of a described path; "" of collections but three, which have levels, points and no geometry.
func addressOf(t *testing.T, w *world, path string) string {
	t.Helper()
	address := w.address + placed(path)
	if strings.HasPrefix(path, "/catalog/") {
		return "" // that of the sample has one page: see TestCataloguePages
	}
	if strings.HasPrefix(path, "/changes/") {
		return "" // the sample has one release: see TestDifferences
	}
	if !strings.HasPrefix(path, "/collections/") {
		return address
	}
	for _, name := range []string{"communes", "lieux-mediation", "projets", "{collectionId}"} {
		if at := "/collections/" + name; path == at || strings.HasPrefix(path, at+"/") {
			if strings.Contains(path, "{featureId}") {
				return strings.Replace(address, "{featureId}", url.PathEscape(parse[features](t, w.address+at+"/items?limit=1").Features[0].ID), 1)
			}
			return address
		}
	}
	return ""
}

func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return "true"
}

// TestParametersAreReserved: no property may be called like a parameter of features, exports or their pages.
func TestParametersAreReserved(t *testing.T) {
	w := sample(t)
	document, _ := described(t, w.address)
	names := map[string]bool{"columns": true, "trail": true} // of pages
	for _, d := range w.Registry.All() {
		for _, path := range []string{"/items", "/items/{featureId}", "/export"} {
			for name := range taken(document.Paths.Value("/collections/" + d.Name + path)) {
				if d.Schema.Column(name) == nil {
					names[name] = true
				}
			}
		}
	}
	if len(names) < 15 {
		t.Fatalf("%v", names)
	}
	for name := range names {
		files := small(map[string]string{"cles": "a,n\nx,1\n"})
		schema := strings.Replace(keysSchema, `{"fields":[`, `{"fields":[{"name":"`+name+`","title":"T","description":"D.","type":"string"},`, 1)
		schemas := fstest.MapFS{"cles.json": {Data: []byte(schema)}, "points.json": {Data: []byte(pointsSchema)}}
		if _, err := dataset.Load(dataset.Files{Datasets: files, Schemas: schemas}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a property may be called %s: %v", name, err)
		}
	}
}

// TestFunctionsAreNegotiated: like their siblings, they are in no type but their own.
func TestFunctionsAreNegotiated(t *testing.T) {
	w := sample(t)
	for accept, status := range map[string]int{"": 200, "*/*": 200, "application/json": 200, "image/png": 406} {
		if a := ask(t, http.MethodGet, w.address+"/functions", "Accept", accept); a.StatusCode != status || status == 200 && !strings.Contains(a.Header.Get("Vary"), "Accept,") {
			t.Errorf("Accept %q: %s, Vary %q", accept, a.Status, a.Header.Get("Vary"))
		}
	}
}
