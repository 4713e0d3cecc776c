package serve_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/dataset"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/serve"
	"maille/internal/store"
)

// TestDifferencesOfACommuneOutliveTables: the feeds of communes go on linking to them once the tables are pruned, and they say
// the same from the files as from the tables.
func TestDifferencesOfACommuneOutliveTables(t *testing.T) {
	w, releases, _ := changingWorld(t)
	first, second := releases[0].Release, releases[1].Release
	paths := []string{"/r/" + second + "/changes/lieux?commune=91001&f=csv", "/r/" + second + "/changes/lieux?commune=91016&f=json", "/r/" + second + "/changes/lieux?commune=91021&f=html",
		"/r/" + second + "/changes/lieux?since=" + first + "&commune=91001&f=parquet", "/r/" + second + "/changes/lieux?commune=91999&f=csv", "/r/" + second + "/changes/codes?commune=91001&f=csv"}
	before := map[string]string{}
	for _, path := range paths {
		before[path] = string(ask(t, http.MethodGet, w.address+path).body)
	}
	if got := strings.Join(natures(before[paths[0]]), " "); got != "ajout d - modification b code_insee" {
		t.Errorf("of 91001: %s", got)
	}
	if !strings.Contains(before[paths[2]], "1 ligne retirée") && !strings.Contains(before[paths[2]], "1\u00a0ligne retirée") {
		t.Errorf("of 91021: %s", before[paths[2]])
	}
	// The same rows, from tables: of releases that do not follow each other, where the third changed another row.
	for commune, want := range map[string]string{"91001": "ajout d - modification a nom modification b code_insee", "91016": "modification b code_insee", "91021": "retrait c -", "91999": ""} {
		a := ask(t, http.MethodGet, w.address+"/changes/lieux?f=csv&since="+first+"&commune="+commune)
		if got := strings.Join(natures(string(a.body)), " "); a.StatusCode != 200 || got != want {
			t.Errorf("%s from tables: %s %s", commune, a.Status, got)
		}
	}
	if found, err := w.Prune(t.Context(), pipeline.Keep{}, true); err != nil || len(found.Versions) != 2 {
		t.Fatalf("%+v %v", found, err)
	}
	must(t, w.server.Refresh(t.Context()))
	for _, path := range paths {
		a := ask(t, http.MethodGet, w.address+path)
		if a.StatusCode != 200 || string(a.body) != before[path] {
			t.Errorf("%s once pruned: %s", path, a.Status)
		}
	}
	if a := ask(t, http.MethodGet, w.address+"/changes/lieux?f=csv&commune=91001&since="+first); a.StatusCode != 410 {
		t.Errorf("from tables that are not there: %s", a.Status)
	}
}

// TestFeedsAreKept: a feed that was answered is answered again without the database, until there is something to tell.
func TestFeedsAreKept(t *testing.T) {
	w, _, files := changingWorld(t)
	paths := []string{"/feeds/all.atom", "/feeds/collections/codes.atom", "/feeds/communes/91016.atom", "/feeds/epci/200000002.atom"}
	readers := w.readers
	w.readers = w.open(t, store.Options{})
	aside := w.serve(t, serve.Options{})
	must(t, aside.Refresh(t.Context()))
	alone := listen(t, aside)
	tags, kept := map[string]string{}, map[string]string{}
	for _, path := range paths {
		tags[path] = ask(t, http.MethodGet, w.address+path).Header.Get("ETag")
		kept[path] = ask(t, http.MethodGet, alone+path).Header.Get("ETag")
	}
	w.readers.Close()
	w.readers = readers
	for _, path := range paths {
		if a := ask(t, http.MethodGet, alone+path, "If-None-Match", kept[path]); a.StatusCode != 304 {
			t.Errorf("%s without a database: %s", path, a.Status)
		}
	}
	files["lieux.csv"] = &fstest.MapFile{Data: []byte("id,nom,code_insee\na,Mairie,91001\nb,École,91016\nd,Poste,91001\n")} // a, back in 91001
	w.publish(t)
	for path, status := range map[string]int{"/feeds/all.atom": 200, "/feeds/collections/codes.atom": 304, "/feeds/communes/91016.atom": 304, "/feeds/epci/200000002.atom": 304, "/feeds/communes/91001.atom": 200} {
		if a := ask(t, http.MethodGet, w.address+path, "If-None-Match", tags[path]); a.StatusCode != status {
			t.Errorf("%s after a release: %s", path, a.Status)
		}
	}
	last := feedAt(t, w.address+"/feeds/all.atom")
	must(t, w.DB.SaveAttempt(t.Context(), release.Attempt{At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Status: release.Failed, Reason: "le disque est plein"}))
	must(t, w.server.Refresh(t.Context()))
	if now := feedAt(t, w.address+"/feeds/all.atom"); len(now.Entries) != len(last.Entries)+1 || !strings.HasSuffix(now.Entries[0].Title, "reste en place") {
		t.Errorf("%+v", now.Entries[0])
	}
}

// TestFeedOfAWithdrawnCollection: who follows a collection is told there that it is no longer published.
func TestFeedOfAWithdrawnCollection(t *testing.T) {
	w, _, files := changingWorld(t)
	path := w.address + "/feeds/collections/codes.atom"
	before := feedAt(t, path)
	var err error
	w.Registry, err = dataset.Load(dataset.Files{Datasets: fstest.MapFS{"lieux.json": files["lieux.json"], "lieux.csv": files["lieux.csv"]}, Schemas: fstest.MapFS{"lieux.json": {Data: lieuxSchema(t)}}})
	must(t, err)
	w.publish(t)
	after := feedAt(t, path)
	if after.ID != before.ID || len(after.Entries) != len(before.Entries)+1 || after.Entries[0].Title != "La collection « codes » n’est plus publiée" {
		t.Errorf("%+v", after)
	}
	for _, name := range []string{"rien", "%00", "Codes", "%ff"} {
		if a := ask(t, http.MethodGet, w.address+"/feeds/collections/"+name+".atom"); a.StatusCode != 404 {
			t.Errorf("%s: %s", name, a.Status)
		}
	}
}
