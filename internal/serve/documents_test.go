package serve_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"maille/internal/schema"
	"maille/internal/serve"
	"maille/internal/store"
)

func TestSchema(t *testing.T) {
	w := sample(t)
	for _, d := range w.Registry.All() {
		document := parse[struct {
			Schema               string `json:"$schema"`
			ID                   string `json:"$id"`
			Properties           map[string]map[string]any
			AdditionalProperties *bool
		}](t, w.address+"/collections/"+d.Name+"/schema")
		if document.Schema != "https://json-schema.org/draft/2020-12/schema" || document.ID != w.address+"/collections/"+d.Name+"/schema" {
			t.Errorf("%s: $schema %s, $id %s", d.Name, document.Schema, document.ID)
		}
		for _, c := range d.Schema.Columns {
			p := document.Properties[c.Name]
			want := map[schema.Type]string{schema.Date: "string", schema.List: "array"}[c.Type]
			if want == "" {
				want = string(c.Type)
			}
			if p["type"] != want || c.Type == schema.Date && p["format"] != "date" {
				t.Errorf("%s.%s: %v, not %s", d.Name, c.Name, p, want)
			}
		}
		geometry, has := document.Properties["geometry"]
		if has != (d.Publication.Geometry != nil) {
			t.Errorf("%s: geometry in the schema %v", d.Name, has)
		}
		if _, typed := geometry["type"]; typed { // OGC API Features Part 5: format, never type
			t.Errorf("%s: the geometry has a type", d.Name)
		}
	}
}

func TestManifest(t *testing.T) {
	w := sample(t)
	type manifest struct {
		Release  string
		Datasets []struct {
			Dataset, ID, Hash string
			Rows              int64
			Files             []struct {
				Name, SHA256 string
				Bytes, Rows  int64
			}
		}
	}
	m := parse[manifest](t, w.address+"/manifest.json")
	if len(m.Datasets) != len(w.Registry.All()) {
		t.Errorf("%d datasets", len(m.Datasets))
	}
	for _, d := range m.Datasets {
		if !strings.HasPrefix(d.Hash, d.ID) || len(d.Files) != len(few(w.Registry.Get(d.Dataset)))+2 || d.Files[0].Rows != d.Rows {
			t.Errorf("%+v", d)
		}
	}
	if frozen := parse[manifest](t, w.address+"/r/"+m.Release+"/manifest.json"); marshal(t, frozen) != marshal(t, m) {
		t.Error("the manifest differs under /r/")
	}
}

func TestReleases(t *testing.T) {
	list := parse[struct{ Releases []store.ReleaseLine }](t, sample(t).address+"/releases").Releases
	if len(list) != 1 || !list[0].Current || list[0].Published.IsZero() {
		t.Errorf("%+v", list)
	}
}

// TestIssues: the ten town halls that lie outside their commune are published as warnings, not hidden.
func TestIssues(t *testing.T) {
	w := sample(t)
	type issues struct {
		Counts map[string]int64
		Issues []struct {
			Line                 int64
			Rule, Level, Message string
		}
	}
	found := parse[issues](t, w.address+"/collections/services-en-ligne/issues")
	if found.Counts["inside-commune"] != 10 {
		t.Errorf("%v", found.Counts)
	}
	for _, i := range found.Issues {
		if i.Line == 0 || i.Level != "warning" || i.Message == "" {
			t.Errorf("%+v", i)
		}
	}
	if none := ask(t, http.MethodGet, w.address+"/collections/communes-cog/issues"); !strings.Contains(string(none.body), `"issues": []`) {
		t.Errorf("a collection without issues: %s", none.body)
	}
}

func TestHealth(t *testing.T) {
	w := sample(t)
	empty := listen(t, w.serve(t, serve.Options{}))
	for _, c := range []struct {
		because, address string
		status           int
	}{
		{"the program lives", w.address + "/healthz", 200},
		{"a release is served", w.address + "/readyz", 200},
		{"the program lives before the first release", empty + "/healthz", 200},
		{"nothing is served before the first release", empty + "/readyz", 503},
		{"nothing is served before the first release", empty + "/", 503},
	} {
		a := ask(t, http.MethodGet, c.address)
		if a.StatusCode != c.status {
			t.Errorf("%s: %s", c.because, a.Status)
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %q may be cached", c.address, a.body)
		}
		if c.status == 503 && (problemOf(t, a).Status != 503 || a.Header.Get("Retry-After") == "") {
			t.Errorf("%s: %v", c.address, a.Header)
		}
	}
}

// TestFormats: f says json, or nothing; what is not served is refused by name.
func TestFormats(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/", "/api", "/conformance", "/collections", "/collections/communes", "/collections/communes/schema",
		"/collections/communes/items", "/collections/communes/items/91228"} {
		if a := ask(t, http.MethodGet, w.address+path+"?f=json"); a.StatusCode != 200 || !json.Valid(a.body) {
			t.Errorf("%s?f=json: %s", path, a.Status)
		}
		a := ask(t, http.MethodGet, w.address+path+"?f=xml")
		if p := problemOf(t, a); p.Status != 400 || p.Parameter != "f" {
			t.Errorf("%s?f=xml: %+v", path, p)
		}
	}
}
