package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"maille/internal/catalog"
	"maille/internal/serve"
)

// TestDOI: a DOI is wherever what it names is told of, whenever it was given; published files have none of it.
func TestDOI(t *testing.T) {
	w := sample(t)
	release := current(t, w)
	const whole, always, exact = "10.5281/zenodo.3150", "10.5281/zenodo.3151", "10.5281/zenodo.3152"
	server := w.serve(t, serve.Options{DOI: catalog.DOIs{release: whole, "communes": always, release + "/projets": exact}})
	must(t, server.Refresh(t.Context()))
	at := listen(t, server)
	for path, doi := range map[string]string{
		"/latest.json": whole, "/releases": whole, "/releases?f=html": whole, "/?f=html": whole, "/r/" + release + "/?f=html": whole, "/r/" + release + "/": whole,
		"/cite.txt": whole, "/datapackage.json": whole, "/collections/communes": always, "/collections/communes?f=html": always,
		"/collections/communes/quality?f=html": always, "/collections/projets": exact, "/collections/projets?f=html": exact,
		"/collections/projets/quality?f=html": exact, "/r/" + release + "/collections/projets": exact,
	} {
		if a := ask(t, http.MethodGet, at+path); a.StatusCode != http.StatusOK || !strings.Contains(string(a.body), doi) {
			t.Errorf("%s, %s: no %s", path, a.Status, doi)
		}
	}
	for _, doi := range []string{whole, always, exact} {
		for _, suffix := range []string{"ttl", "jsonld", "rdf"} {
			if a := ask(t, http.MethodGet, at+"/catalog."+suffix); !strings.Contains(string(a.body), "https://doi.org/"+doi) {
				t.Errorf("the catalogue as %s has no %s", suffix, doi)
			}
		}
	}
	for _, path := range []string{"/manifest.json", "/d/projets.quality.json"} {
		if a := ask(t, http.MethodGet, at+path); strings.Contains(string(a.body), "zenodo") {
			t.Errorf("%s has a DOI, which came after it", path)
		}
	}
	for path, doi := range map[string]string{"/manifest.json": whole, "/collections/projets/items?limit=1": exact} {
		if got := ask(t, http.MethodGet, at+"/r/"+release+path).Header.Get("Link"); got != `<https://doi.org/`+doi+`>; rel="cite-as"` {
			t.Errorf("%s: Link %s", path, got)
		}
	}
}

// TestFrozenCiteAs: whatever a frozen address answers says what to cite, once, from the cache too; nothing else begins to.
func TestFrozenCiteAs(t *testing.T) {
	w := sample(t)
	frozen := w.address + "/r/" + current(t, w)
	for path, cited := range map[string]string{"/manifest.json": "/", "/collections": "/", "/catalog.ttl": "", "/collections/communes/items?limit=1": "/collections/communes",
		"/collections/communes/items/91228": "/collections/communes", "/changes": "/", "/collections/communes/schema": "/collections/communes", "/collections?f=html": "/",
		"/collections/communes/export?f=csv": "/collections/communes", "/collections/communes/items?limit=-1": "", "/collections/communes?f=html": "/collections/communes",
		"/collections/communes/cite.txt": "/collections/communes"} {
		for range 2 {
			a := ask(t, http.MethodGet, frozen+path)
			links := strings.Join(a.Header.Values("Link"), ", ")
			if n := strings.Count(links, `rel="cite-as"`); cited == "" && n != 0 || cited != "" && (n != 1 || !strings.Contains(links, "<"+frozen+cited+">")) {
				t.Errorf("%s, %s: Link %s", path, a.Status, links)
			}
		}
	}
	for _, path := range []string{"/manifest.json", "/collections/communes/items?limit=1"} {
		if got := ask(t, http.MethodGet, w.address+path).Header.Get("Link"); got != "" {
			t.Errorf("%s: Link %s", path, got)
		}
	}
}
