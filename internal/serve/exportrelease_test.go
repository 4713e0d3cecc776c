package serve_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/pgtest"
	"maille/internal/release"
	"maille/internal/serve"
	"maille/internal/store"
)

// TestPermanentLink: the permanent link of an export gives the same bytes, also when a later release has the same features
// from files that were fetched another day; and a format in which that does not show keeps its tag and its link.
func TestPermanentLink(t *testing.T) {
	db := (&world{database: pgtest.URL(t)}).open(t, store.Options{})
	publish := fewPoints(t, db)
	server, err := serve.New(serve.Options{DB: db, Blobs: folder(t), Title: "Un", Build: "test", Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	address := listen(t, server)
	given := map[string][]reply{}
	for day, name := range []string{"2026-11-22.1", "2026-11-23.1"} {
		publish(name, time.Date(2026, 11, 1+day, 0, 0, 0, 0, time.UTC))
		must(t, server.Refresh(t.Context()))
		for _, f := range dump.Exports {
			a := ask(t, http.MethodGet, address+"/collections/gros/export?limit=2&f="+f.Extension)
			permanent := headerLink(a.Header, "canonical")
			again := ask(t, http.MethodGet, permanent)
			if a.StatusCode != 200 || again.StatusCode != 200 || !bytes.Equal(a.body, again.body) || headerLink(again.Header, "canonical") != permanent {
				t.Errorf("%s of %s: %s, and %s of %s", f.Extension, name, a.Status, again.Status, permanent)
			}
			given[f.Extension] = append(given[f.Extension], a)
		}
	}
	for _, f := range dump.Exports {
		first, second := given[f.Extension][0], given[f.Extension][1]
		same := bytes.Equal(first.body, second.body)
		if f == dump.CSV && !same || f == dump.FlatGeobuf && same {
			t.Errorf("%s: same bytes %v", f.Extension, same)
		}
		if tags := first.Header.Get("ETag") == second.Header.Get("ETag"); tags != same {
			t.Errorf("%s: same tag %v, same bytes %v", f.Extension, tags, same)
		}
	}
}

// fewPoints loads five features, and gives what publishes them as fetched at a time.
func fewPoints(t *testing.T, db *store.DB) (publish func(name string, fetched time.Time)) {
	t.Helper()
	d, err := dataset.Restore([]byte(`{"name":"gros","title":"Gros","publication":{"key":["id"],"geometry":{"type":"Point"}}}`),
		[]byte(`{"fields":[{"name":"id","type":"integer","constraints":{"required":true}},{"name":"texte","type":"string"}]}`))
	must(t, err)
	draft, err := db.Begin(t.Context(), d, "test", time.Now())
	must(t, err)
	n := 0
	_, err = draft.Load(t.Context(), func(yield func(*dataset.Feature, error) bool) {
		for f, err := range fatPoints() {
			if n++; n > 5 || !yield(f, err) {
				return
			}
		}
	})
	must(t, err)
	load := draft.Record()
	v, err := draft.Seal(t.Context(), &dataset.Report{}, time.Now)
	must(t, err)
	first, previous, since := "", "", time.Now()
	return func(name string, fetched time.Time) {
		t.Helper()
		if first == "" {
			first = name
		}
		m := &release.Manifest{Release: name, Previous: previous, Published: time.Now(), Datasets: []release.Entry{{Version: v, Load: load.ID,
			Since: first, SinceTime: since, Artefacts: []release.Artefact{{Place: "https://a.example/x.csv", RetrievedAt: fetched}}}}}
		must(t, db.Publish(t.Context(), m, map[string]*dataset.Dataset{d.Name: d}, nil))
		previous = name
	}
}

// TestExportConditions: what a client asks besides the file is answered as if it had asked for the file.
func TestExportConditions(t *testing.T) {
	w := sample(t)
	at := w.address + "/collections/communes/export?f=xlsx&sortby=nom"
	tag := ask(t, http.MethodHead, at).Header.Get("ETag")
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if a := ask(t, method, at, "If-None-Match", "*"); a.StatusCode != 304 || len(a.body) > 0 || a.Header.Get("ETag") != tag {
			t.Errorf("%s if there is none: %s, ETag %q, not %q", method, a.Status, a.Header.Get("ETag"), tag)
		}
	}
	most := dump.XLSX.MaxRows
	dump.XLSX.MaxRows = 100
	defer func() { dump.XLSX.MaxRows = most }()
	for _, condition := range []string{"", "*"} {
		if a := ask(t, http.MethodHead, at, "If-None-Match", condition); a.StatusCode != 400 {
			t.Errorf("HEAD of what does not fit (If-None-Match: %s): %s", condition, a.Status)
		}
	}
}

// TestExportIsAskedAgain: only a file's own address is kept for good. Which file an export is is the program's choice.
func TestExportIsAskedAgain(t *testing.T) {
	w := sample(t)
	for _, query := range []string{"f=csv", "f=csv&limit=3"} {
		a := ask(t, http.MethodGet, w.address+"/r/"+current(t, w)+"/collections/communes/export?"+query)
		if caching := a.Header.Get("Cache-Control"); a.StatusCode != 200 || strings.Contains(caching, "immutable") || !strings.Contains(caching, "no-cache") {
			t.Errorf("%s: %s, Cache-Control %q", query, a.Status, caching)
		}
	}
}
