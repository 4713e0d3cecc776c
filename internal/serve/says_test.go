package serve_test

import (
	"io/fs"
	"net/http"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/dataset"
	"maille/internal/serve"
	"maille/internal/store"
)

// TestFilesSayWhatTheyAre: what a file says of itself is part of its tag, so that what is kept is what would be made: the
// instance's title, and when the sources were fetched, which changes without a feature changing.
func TestFilesSayWhatTheyAre(t *testing.T) {
	files := small(map[string]string{"points": points(5, "2026-01-01")})
	files["lieux.json"] = &fstest.MapFile{Data: []byte(`{"name":"lieux","title":"Lieux","description":"Sans leur jour.","derived":{"from":["points"]},"schema":"lieux.json",
		"licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Essai"}],"publication":{"key":["id"],"geometry":{"type":"Point"}}}`)}
	files["lieux.sql"] = &fstest.MapFile{Data: []byte("select id, geometry from points")}
	files["schemas/lieux.json"] = &fstest.MapFile{Data: []byte(`{"fields":[{"name":"id","title":"I","description":"D.","type":"string","constraints":{"required":true}}]}`)}
	schemas, err := fs.Sub(files, "schemas")
	must(t, err)
	w := newWorld(t, dataset.Files{Datasets: files, Schemas: schemas}, store.Options{})
	fresh := func(o serve.Options) string {
		o.BaseURL = "https://a.example"
		s := w.serve(t, o)
		must(t, s.Refresh(t.Context()))
		return listen(t, s)
	}
	first := w.publish(t)
	kept := w.serve(t, serve.Options{BaseURL: "https://a.example"})
	must(t, kept.Refresh(t.Context()))
	address := listen(t, kept)
	var paths []string
	for _, f := range []string{"geojson", "html", "geojsonseq", "csv", "fgb"} {
		paths = append(paths, "/collections/lieux/items?f="+f, "/collections/lieux/items/p1?f="+f)
	}
	for _, f := range []string{"csv", "fgb", "gpkg", "xlsx", "parquet"} {
		paths = append(paths, "/collections/lieux/export?limit=2&f="+f)
	}
	for _, path := range paths {
		ask(t, http.MethodGet, address+path)
	}
	files["points.csv"].Data = []byte(points(5, "2026-01-02"))
	w.Now = func() time.Time { return time.Now().Add(48 * time.Hour) }
	w.Fetcher.Now = w.Now
	second := w.publish(t)
	if a, b := first.Entry("lieux"), second.Entry("lieux"); a.Hash != b.Hash || a.Since != b.Since ||
		first.Entry("points").Artefacts[0].RetrievedAt.Format(time.DateOnly) == second.Entry("points").Artefacts[0].RetrievedAt.Format(time.DateOnly) {
		t.Fatalf("not the same places, of points that were fetched again: %+v, %+v", a, b)
	}
	must(t, kept.Refresh(t.Context()))
	other := fresh(serve.Options{})
	for _, path := range paths {
		a, b := ask(t, http.MethodGet, address+path), ask(t, http.MethodGet, other+path)
		if a.StatusCode != 200 || a.Header.Get("ETag") != b.Header.Get("ETag") || !slices.Equal(a.body, b.body) {
			t.Errorf("%s: what is kept is not what is made: %s, %s and %s, %d and %d bytes", path, a.Status, a.Header.Get("ETag"), b.Header.Get("ETag"), len(a.body), len(b.body))
		}
	}
	renamed := w.serve(t, serve.Options{BaseURL: "https://a.example"})
	renamed.Title = "Autre"
	must(t, renamed.Refresh(t.Context()))
	elsewhere := listen(t, renamed)
	for _, path := range paths {
		a, b := ask(t, http.MethodGet, address+path), ask(t, http.MethodGet, elsewhere+path)
		if same := slices.Equal(a.body, b.body); a.Header.Get("ETag") == b.Header.Get("ETag") && !same {
			t.Errorf("%s: one tag for two titles", path)
		}
	}
}
