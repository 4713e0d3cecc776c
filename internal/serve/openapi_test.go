package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestOpenAPI(t *testing.T) {
	w := sample(t)
	for _, prefix := range []string{"", "/r/" + current(t, w)} {
		a := ask(t, http.MethodGet, w.address+prefix+"/api")
		if got := a.Header.Get("Content-Type"); got != "application/vnd.oai.openapi+json;version=3.0" {
			t.Errorf("Content-Type %q", got)
		}
		document, err := openapi3.NewLoader().LoadFromData(a.body)
		if err != nil {
			t.Fatal(err)
		}
		if err := document.Validate(t.Context()); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(document.OpenAPI, "3.0.") || document.Info.Title == "" || document.Servers[0].URL != w.address+prefix {
			t.Errorf("openapi %s, %q, %s", document.OpenAPI, document.Info.Title, document.Servers[0].URL)
		}
		for path, item := range document.Paths.Map() {
			tryPath(t, document.Servers[0].URL, path, item.Get)
		}
		for _, c := range collections(t, w) {
			for _, path := range []string{"/collections/" + c.ID, "/collections/" + c.ID + "/items", "/collections/" + c.ID + "/items/{featureId}"} {
				if document.Paths.Value(path) == nil {
					t.Errorf("%s is not declared", path)
				}
			}
		}
		parameters(t, document.Paths.Value("/collections/communes/items").Get)
	}
}

// tryPath asks a declared path, and takes no other answer than the one declared.
func tryPath(t *testing.T, server, path string, operation *openapi3.Operation) {
	t.Helper()
	address := server + path
	if collection, _, isItem := strings.Cut(address, "/items/{featureId}"); isItem {
		page := parse[features](t, collection+"/items?limit=1")
		if len(page.Features) == 0 {
			return // the sample leaves the source out
		}
		address = collection + "/items/" + page.Features[0].ID
	}
	a := ask(t, http.MethodGet, address)
	if a.StatusCode != 200 {
		t.Errorf("%s: %s", path, a.Status)
	}
	declared := operation.Responses.Value("200").Value.Content
	if got := a.Header.Get("Content-Type"); declared.Get(got) == nil {
		t.Errorf("%s answers %s, which is not declared", path, got)
	}
	if operation.Responses.Default() == nil {
		t.Errorf("%s declares no problem", path)
	}
}

// parameters holds those of items to what OGC's executable test suite looks for (/ats/core/fc-limit-definition …).
func parameters(t *testing.T, items *openapi3.Operation) {
	t.Helper()
	for name, want := range map[string]string{"limit": "integer", "bbox": "array", "datetime": "string"} {
		p := items.Parameters.GetByInAndName("query", name)
		if p == nil {
			t.Errorf("no parameter %s", name)
			continue
		}
		if p.Required || p.Style != "form" || p.Explode == nil || *p.Explode || !p.Schema.Value.Type.Is(want) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	limit := items.Parameters.GetByInAndName("query", "limit").Schema.Value
	if *limit.Min != 1 || *limit.Max != 10_000 || limit.Default != float64(10) {
		t.Errorf("limit: from %v to %v, %v by default", *limit.Min, *limit.Max, limit.Default)
	}
	box := items.Parameters.GetByInAndName("query", "bbox").Schema.Value
	if box.MinItems != 4 || *box.MaxItems != 6 || !box.Items.Value.Type.Is("number") {
		t.Errorf("bbox: %+v", box)
	}
}
