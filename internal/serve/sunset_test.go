package serve_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
)

// TestSunset: whoever asks for a collection that will go is told, a year before at the latest, by every answer about it and its
// files, 304 and refusals too; not of others, nor of what is frozen.
func TestSunset(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\na,2026-01-01,2,48\n", "cles": "a,n\nx,1\n"})
	files["points.json"].Data = []byte(strings.Replace(string(files["points.json"].Data), `"publication":{`,
		`"publication":{"sunset":{"date":"2031-01-31","reason":"Le <producteur> cesse."},`, 1))
	var err error
	w.Registry, err = dataset.Load(dataset.Files{Datasets: files, Schemas: smallSchemas(t)})
	must(t, err)
	m := w.publish(t)
	const sunset, link = "Fri, 31 Jan 2031 00:00:00 GMT", `/stabilite>; rel="sunset"; type="text/html"`
	deprecated := time.Date(2030, 1, 31, 0, 0, 0, 0, time.UTC)
	for _, path := range []string{"/collections/points", "/collections/points?f=html", "/collections/points/items", "/collections/points/items/a", "/collections/points/items/no",
		"/collections/points/schema", "/collections/points/export?f=csv", "/collections/points/quality", "/d/points.csv", "/d/points.codebook.csv"} {
		for range 2 { // as it is made, and as it is remembered
			a := ask(t, http.MethodGet, w.address+path)
			links := a.Header.Values("Link")
			if a.Header.Get("Sunset") != sunset || a.Header.Get("Deprecation") != fmt.Sprint("@", deprecated.Unix()) || !strings.HasSuffix(strings.Join(links, ", "), w.address+link) {
				t.Errorf("%s: %s %q %q %q", path, a.Status, a.Header.Get("Sunset"), a.Header.Get("Deprecation"), links)
			}
			if tag := a.Header.Get("ETag"); tag != "" {
				if again := ask(t, http.MethodGet, w.address+path, "If-None-Match", tag); again.StatusCode != http.StatusNotModified || again.Header.Get("Sunset") != sunset {
					t.Errorf("%s: %s %q", path, again.Status, again.Header.Get("Sunset"))
				}
			}
		}
	}
	for _, path := range []string{"/", "/collections", "/collections/cles", "/collections/cles/items", "/d/cles.csv", "/r/" + m.Release + "/collections/points", "/r/" + m.Release + "/d/points.csv"} {
		for range 2 {
			if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != 200 || a.Header.Get("Sunset") != "" || a.Header.Get("Deprecation") != "" {
				t.Errorf("%s: %s %v", path, a.Status, a.Header)
			}
		}
	}
	for _, path := range []string{"/collections/points?f=html", "/releases?f=html"} {
		if page := string(ask(t, http.MethodGet, w.address+path).body); !strings.Contains(page, `<time datetime="2031-01-31">31 janvier 2031</time>`) || !strings.Contains(page, "Le &lt;producteur&gt; cesse.") {
			t.Errorf("%s does not say it", path)
		}
	}
	if page := string(ask(t, http.MethodGet, w.address+"/collections/cles?f=html").body); strings.Contains(page, "cessera") {
		t.Error("another collection is said to go")
	}
	if list := string(ask(t, http.MethodGet, w.address+"/releases").body); !strings.Contains(list, `"date": "2031-01-31"`) {
		t.Error("the list of releases does not say it to programs")
	}
}
