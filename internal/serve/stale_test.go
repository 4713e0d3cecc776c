package serve_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/dataset"
	"maille/internal/store"
)

// TestStale: a collection says which of its sources could not be fetched again, until they are.
func TestStale(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"points": "id,jour,lon,lat\na,2026-01-02,2,48\n"})
	day := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	w.Now = func() time.Time { return day }
	w.Fetcher.Now = w.Now
	w.publish(t)
	fresh := ask(t, http.MethodGet, w.address+"/collections/points")
	file := files["points.csv"]
	delete(files, "points.csv")
	day = day.Add(100 * time.Hour)
	w.publish(t)
	stale := ask(t, http.MethodGet, w.address+"/collections/points", "If-None-Match", fresh.Header.Get("ETag"))
	var said struct {
		Stale []struct {
			Resource              int
			Place, Since, Message string
		}
	}
	if err := json.Unmarshal(stale.body, &said); err != nil || stale.StatusCode != 200 || len(said.Stale) != 1 {
		t.Fatalf("%v: %s %s", err, stale.Status, stale.body)
	}
	const want = "points.csv n'a pas pu être récupéré depuis le 02/11/2026 ; les données qui en viennent sont celles de ce jour"
	if s := said.Stale[0]; s.Resource != 0 || s.Place != "points.csv" || s.Since != "2026-11-02T12:00:00Z" || s.Message != want {
		t.Errorf("%+v", s)
	}
	if manifest := ask(t, http.MethodGet, w.address+"/manifest.json"); !strings.Contains(string(manifest.body), `"since": "2026-11-02T12:00:00Z"`) {
		t.Errorf("%s", manifest.body)
	}
	files["points.csv"] = file
	w.publish(t)
	if got := ask(t, http.MethodGet, w.address+"/collections/points"); strings.Contains(string(got.body), "stale") || got.StatusCode != 200 {
		t.Errorf("%s", got.body)
	}
}

// TestStaleOfWhatIsMadeOfIt: what is made of a stale source is as old.
func TestStaleOfWhatIsMadeOfIt(t *testing.T) {
	files := small(map[string]string{"points": "id,jour,lon,lat\na,2026-01-02,2,48\n", "autres": "id,jour,lon,lat\nb,2026-01-02,2,48\n"})
	files["jours.json"] = &fstest.MapFile{Data: []byte(`{"name":"jours","title":"Jours","description":"Combien par jour.","derived":{"from":["points"]},"schema":"jours.json",
		"licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Essai"}],"publication":{"key":["jour"]}}`)}
	files["jours.sql"] = &fstest.MapFile{Data: []byte("select jour, count(*) as points from points group by jour")}
	files["schemas/jours.json"] = &fstest.MapFile{Data: []byte(`{"fields":[{"name":"jour","title":"Jour","description":"Le jour.","type":"date",
		"constraints":{"required":true}},{"name":"points","title":"Points","description":"Leur nombre.","type":"integer"}]}`)}
	schemas, err := fs.Sub(files, "schemas")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, dataset.Files{Datasets: files, Schemas: schemas}, store.Options{})
	w.publish(t)
	delete(files, "points.csv")
	w.publish(t)
	for collection, stale := range map[string]bool{"points": true, "jours": true, "autres": false} {
		if got := ask(t, http.MethodGet, w.address+"/collections/"+collection); strings.Contains(string(got.body), `"stale"`) != stale {
			t.Errorf("%s: %s", collection, got.body)
		}
	}
}
