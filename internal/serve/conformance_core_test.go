package serve_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// OGC 17-069r4, annex A.2.1 to A.2.6.
var coreTests = []abstractTest{
	{"http", func(t *testing.T, c *candidate) {
		if a := ask(t, http.MethodGet, c.base+"/"); !a.ProtoAtLeast(1, 1) {
			t.Errorf("%s", a.Proto)
		}
	}},
	{"root-op", func(t *testing.T, c *candidate) { obtain[map[string]any](t, c.base+"/") }},
	{"root-success", func(t *testing.T, c *candidate) {
		if linked(c.landing, "service-desc") == "" && linked(c.landing, "service-doc") == "" {
			t.Error("no description of the API is linked")
		}
		for _, rel := range []string{"conformance", "data"} {
			if linked(c.landing, rel) == "" {
				t.Errorf("no link of rel %s", rel)
			}
		}
		wellLinked(t, "/", c.landing)
	}},
	{"api-definition-op", func(t *testing.T, c *candidate) {
		for _, l := range c.landing {
			if l.Rel != "service-desc" && l.Rel != "service-doc" {
				continue
			}
			a := ask(t, http.MethodGet, l.Href, "Accept", l.Type)
			if a.StatusCode != 200 || a.Header.Get("Content-Type") != l.Type {
				t.Errorf("%s: %s, %s", l.Href, a.Status, a.Header.Get("Content-Type"))
			}
		}
	}},
	{"api-definition-success", func(t *testing.T, c *candidate) {
		if err := c.api.Validate(t.Context()); err != nil {
			t.Error(err)
		}
	}},
	{"conformance-op", func(t *testing.T, c *candidate) { obtain[map[string]any](t, linked(c.landing, "conformance")) }},
	{"conformance-success", func(t *testing.T, c *candidate) {
		for _, class := range c.classes {
			if u, err := url.Parse(class); err != nil || u.Scheme != "http" || u.Host != "www.opengis.net" || !strings.Contains(class, "/conf/") {
				t.Errorf("%q is no conformance class of OGC", class)
			}
		}
		if sorted := slices.Sorted(slices.Values(c.classes)); len(slices.Compact(sorted)) != len(c.classes) {
			t.Error("a class is declared twice")
		}
	}},
	{"fc-md-op", func(t *testing.T, c *candidate) { obtain[map[string]any](t, c.base+"/collections") }},
	{"fc-md-success", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if len(k.CRS) > 0 && !isCRS84(k.CRS[0]) {
				t.Errorf("%s: the first crs is %s", k.ID, k.CRS[0])
			}
		})
	}},
	{"fc-md-links", func(t *testing.T, c *candidate) {
		links := obtain[struct{ Links []link }](t, c.base+"/collections").Links
		wellLinked(t, "/collections", links)
		c.alternates(t, "/collections", links, "application/json")
	}},
	{"fc-md-items", func(t *testing.T, c *candidate) {
		seen := map[string]bool{}
		c.each(t, func(t *testing.T, k *tested) {
			if k.ID == "" || seen[k.ID] {
				t.Errorf("id %q is empty, or there twice", k.ID)
			}
			seen[k.ID] = true
			if k.ItemType != "" && k.ItemType != "feature" {
				t.Errorf("%s: itemType %q", k.ID, k.ItemType)
			}
		})
	}},
	{"fc-md-items-links", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			wellLinked(t, k.ID, k.Links)
			if got := c.linked(t, k.Links, "items", "application/geo+json"); !strings.Contains(got, "/collections/"+k.ID+"/items") {
				t.Errorf("%s: items are at %s", k.ID, got)
			}
			if c.declares("ogcapi-features-1/1.0/conf/html") {
				c.linked(t, k.Links, "items", "text/html; charset=utf-8")
			}
		})
	}},
	{"fc-md-extent", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			box := k.box()
			if box == nil {
				return
			}
			if crs := k.Extent.Spatial.CRS; crs != "" && !isCRS84(crs) {
				t.Errorf("%s: the extent is in %s", k.ID, crs)
			}
			if box[1] > box[3] || box[0] < -180 || box[2] > 180 || box[1] < -90 || box[3] > 90 {
				t.Errorf("%s: extent %v", k.ID, box)
			}
			for _, f := range c.items(t, k, "limit", "100").Features { // all are inside
				if f.Geometry == nil {
					continue
				}
				if b := f.Geometry.bounds(); b[0] < box[0]-1e-6 || b[1] < box[1]-1e-6 || b[2] > box[2]+1e-6 || b[3] > box[3]+1e-6 {
					t.Errorf("%s: %v is outside %v", k.ID, b, box)
				}
			}
		})
	}},
	{"sfc-md-op", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) { obtain[map[string]any](t, c.base+"/collections/"+k.ID) })
		if a := ask(t, http.MethodGet, c.base+"/collections/there-is-none-such"); a.StatusCode != http.StatusNotFound {
			t.Errorf("a collection that is not there: %s", a.Status)
		}
	}},
	{"sfc-md-success", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			alone := obtain[map[string]any](t, c.base+"/collections/"+k.ID)
			var listed map[string]any
			must(t, json.Unmarshal(k.Raw, &listed))
			for _, member := range []string{"id", "title", "description", "extent"} {
				if marshal(t, alone[member]) != marshal(t, listed[member]) {
					t.Errorf("%s: %s alone %s, in the list %s", k.ID, member, marshal(t, alone[member]), marshal(t, listed[member]))
				}
			}
		})
	}},
	{"query-param-unknown", func(t *testing.T, c *candidate) {
		k := &c.collections[0]
		for _, path := range []string{"/", "/conformance", "/collections", "/collections/" + k.ID, "/collections/" + k.ID + "/items"} {
			if a := ask(t, http.MethodGet, c.base+path+"?unknownQueryParameter12345=1", "Accept", "application/json, application/geo+json"); a.StatusCode != 400 {
				t.Errorf("%s: %s", path, a.Status)
			}
		}
	}},
	{"query-param-invalid", func(t *testing.T, c *candidate) {
		k := &c.collections[0]
		for _, wrong := range [][2]string{{"limit", "0"}, {"limit", "-1"}, {"limit", "unlimited"}, {"limit", "1.5"}, {"limit", ""},
			{"bbox", "1,2,3"}, {"bbox", "1,2,3,4,5"}, {"bbox", "a,b,c,d"}, {"bbox", "NaN,0,1,1"}, {"bbox", "0,5,1,4"}, {"bbox", ""},
			{"datetime", "yesterday"}, {"datetime", "2026-13-01"}, {"datetime", "2026-02-01/2026-01-01"}, {"datetime", "1/2/3"}, {"datetime", ""}} {
			c.refuse(t, k, "/items", wrong[0], wrong[1])
		}
	}},
}

func isCRS84(uri string) bool {
	return uri == "http://www.opengis.net/def/crs/OGC/1.3/CRS84" || uri == "http://www.opengis.net/def/crs/OGC/0/CRS84h"
}

// wellLinked holds links to having href, rel and type (/req/core/fc-rel-type), and one of them to being self.
func wellLinked(t *testing.T, where string, links []link) {
	t.Helper()
	if linked(links, "self") == "" {
		t.Errorf("%s: no link of rel self", where)
	}
	for _, l := range links {
		if l.Href == "" || l.Rel == "" || l.Type == "" {
			t.Errorf("%s: link %+v", where, l)
		}
		if u, err := url.Parse(l.Href); err != nil || !u.IsAbs() {
			t.Errorf("%s: %q is no absolute address", where, l.Href)
		}
	}
}

// alternates holds a document to linking itself in the other media types that the service declares (/req/core/fc-links).
func (c *candidate) alternates(t *testing.T, where string, links []link, own string) {
	t.Helper()
	for _, l := range links {
		if l.Rel == "self" && l.Type != own {
			t.Errorf("%s: self is of type %s, not %s", where, l.Type, own)
		}
	}
	if !c.declares("ogcapi-features-1/1.0/conf/html") {
		return
	}
	if !slices.ContainsFunc(links, func(l link) bool { return l.Rel == "alternate" && strings.HasPrefix(l.Type, "text/html") }) {
		t.Errorf("%s: no alternate of type text/html", where)
	}
}

func (c *candidate) declares(class string) bool {
	return slices.Contains(c.classes, "http://www.opengis.net/spec/"+class)
}

// OGC 17-069r4, annex A.4.
var htmlTests = []abstractTest{
	{"definition", func(t *testing.T, c *candidate) { c.eachPage(t, func(a reply) { htmlOf(t, a) }) }},
	{"content", func(t *testing.T, c *candidate) {
		c.eachPage(t, func(a reply) {
			if !bytes.Contains(a.body, []byte("<html lang=")) || !bytes.Contains(a.body, []byte("<title>")) {
				t.Errorf("%s: no page of HTML 5", a.Request.URL)
			}
		})
	}},
}

// eachPage asks as a browser does.
func (c *candidate) eachPage(t *testing.T, check func(reply)) {
	paths := []string{"/", "/conformance", "/api", "/collections"}
	c.each(t, func(t *testing.T, k *tested) {
		paths = append(paths, "/collections/"+k.ID, "/collections/"+k.ID+"/items")
		if page := c.items(t, k, "limit", "1"); len(page.Features) > 0 {
			paths = append(paths, "/collections/"+k.ID+"/items/"+idText(page.Features[0].ID))
		}
	})
	for _, path := range paths {
		a := ask(t, http.MethodGet, c.base+path, "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8")
		if a.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, a.Status)
			continue
		}
		check(a)
	}
}

func htmlOf(t *testing.T, a reply) {
	t.Helper()
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/html") {
		t.Errorf("%s: %s", a.Request.URL, got)
	}
}
