package serve_test

import (
	"net/http"
	"slices"
	"testing"

	"maille/internal/cql2"
)

type fieldsDocument struct {
	Schema               string `json:"$schema"`
	ID                   string `json:"$id"`
	Type                 string
	Properties           map[string]field
	AdditionalProperties *bool
}

type field struct {
	Title, Type, Format string
	Items               *struct {
		Type string
		Enum []string
	}
	Enum []any
	Unit string `json:"x-ogc-unit"`
}

// TestQueryables: every column is one, typed as its values are in features, and each may be asked of as a parameter.
func TestQueryables(t *testing.T) {
	w := sample(t)
	for _, c := range collections(t, w) {
		d := w.Registry.Get(c.ID)
		at := linked(c.Links, "http://www.opengis.net/def/rel/ogc/1.0/queryables")
		q := parse[fieldsDocument](t, at)
		if q.ID != at || q.Type != "object" || q.Schema != "https://json-schema.org/draft/2020-12/schema" || q.AdditionalProperties == nil || *q.AdditionalProperties {
			t.Errorf("%s: %+v", c.ID, q)
		}
		if got := ask(t, http.MethodGet, at).Header.Get("Content-Type"); got != "application/schema+json" {
			t.Errorf("%s: %s", at, got)
		}
		for _, f := range d.Queryables() {
			p, ok := q.Properties[f.Name]
			want := map[cql2.Kind]string{cql2.KindText: "string", cql2.KindBoolean: "boolean", cql2.KindDate: "string", cql2.KindArray: "array"}[f.Kind]
			if !ok || p.Title == "" || want != "" && p.Type != want || f.Kind == cql2.KindNumber && p.Type != "integer" && p.Type != "number" {
				t.Errorf("%s: %s is %+v", c.ID, f.Name, p)
			}
			if f.Kind == cql2.KindArray && (p.Items == nil || p.Items.Type != "string" || !slices.Equal(p.Items.Enum, f.Enum)) {
				t.Errorf("%s: the items of %s are %+v", c.ID, f.Name, p.Items)
			}
			if f.Kind == cql2.KindGeometry && (p.Type != "" || p.Format != "geometry-point" && p.Format != "geometry-multipolygon") {
				t.Errorf("%s: %s is %+v", c.ID, f.Name, p)
			}
			if f.Kind != cql2.KindArray && len(p.Enum) != len(f.Enum) {
				t.Errorf("%s: %s has %d values, not %d", c.ID, f.Name, len(p.Enum), len(f.Enum))
			}
		}
		if len(q.Properties) != len(d.Queryables()) {
			t.Errorf("%s: %d queryables, not %d", c.ID, len(q.Properties), len(d.Queryables()))
		}
	}
}

// TestSortables: what is said to sort does, and the rest is refused.
func TestSortables(t *testing.T) {
	w := sample(t)
	for _, c := range collections(t, w) {
		d := w.Registry.Get(c.ID)
		s := parse[fieldsDocument](t, linked(c.Links, "http://www.opengis.net/def/rel/ogc/1.0/sortables"))
		for _, name := range d.Schema.Names() {
			_, sortable := s.Properties[name]
			a := ask(t, http.MethodGet, w.address+"/collections/"+c.ID+"/items?limit=1&sortby="+name)
			if (a.StatusCode == 200) != sortable {
				t.Errorf("%s: sortable is %v by %s, which answers %s", c.ID, sortable, name, a.Status)
			}
		}
	}
}

func TestFunctions(t *testing.T) {
	w := sample(t)
	list := parse[struct {
		Functions []struct {
			Name      string
			Arguments []struct{ Type []string }
			Returns   []string
		}
	}](t, w.address+"/functions").Functions
	if len(list) != len(cql2.Functions) {
		t.Errorf("%d functions", len(list))
	}
	for i, f := range list {
		if f.Name != cql2.Functions[i].Name || len(f.Returns) != 1 || f.Returns[0] == "" || len(f.Arguments) != len(cql2.Functions[i].Arguments) {
			t.Errorf("%+v", f)
		}
	}
}
