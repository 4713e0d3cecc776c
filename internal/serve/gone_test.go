package serve_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/pipeline"
	"maille/internal/serve"
)

const (
	firstPoints  = "id,jour,lon,lat\na,2026-01-01,2.2,48.5\nb,2026-02-01,2.3,48.6\nJeanne Exemple,,2.4,48.7\n"
	secondPoints = "id,jour,lon,lat\na,2026-01-01,2.2,48.5\nb,2026-02-01,2.3,48.61\nJeanne Exemple,,2.4,48.7\n"
)

// documents of a release are answered whatever became of its rows.
var documents = []string{"/", "/?f=html", "/api", "/api?f=html", "/collections", "/collections?f=html", "/collections/p", "/collections/p?f=html", "/collections/p/schema", "/collections/p/queryables",
	"/collections/p/issues", "/manifest.json", "/d/p.csv", "/d/p.geojson", "/d/p.pmtiles", "/tilejson/p.json", "/collections/p/tiles/WebMercatorQuad/5/11/16", "/styles/p.json", "/cartes", "/cartes/p", "/collections/k/items"}

// ofRows are of the rows themselves.
var ofRows = []string{"/collections/p/items", "/collections/p/items?f=html", "/collections/p/items?f=csv", "/collections/p/items?limit=1&filter=id%3D%27a%27", "/collections/p/items/a", "/collections/p/items/a?f=html",
	"/collections/p/export?f=csv&filter=id%3D%27a%27", "/collections/p/tiles/WebMercatorQuad/5/11/16?filter=id%3D%27a%27"}

func TestPrunedRelease(t *testing.T) {
	t.Parallel()
	w, files := smallWorld(t, map[string]string{"p": firstPoints, "k": "a,n\nx,1\n"})
	first := w.publish(t)
	files["p.csv"] = &fstest.MapFile{Data: []byte(secondPoints)}
	w.publish(t)
	at := "/r/" + first.Release
	unaware := w.serve(t, serve.Options{})
	if err := unaware.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	aside := listen(t, unaware)
	for _, path := range append(documents, ofRows...) {
		if got, _ := status(t, w.address+at+path); got != http.StatusOK {
			t.Errorf("%s before: %d", path, got)
		}
	}
	status(t, aside+at+"/collections/p") // it has the view, and no row of it
	if found, err := w.Prune(context.Background(), pipeline.Keep{}, true); err != nil || len(found.Versions) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	if err := w.server.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range documents {
		if got, body := status(t, w.address+at+path); got != http.StatusOK {
			t.Errorf("%s: %d %s", path, got, body)
		}
	}
	for _, path := range ofRows {
		if got, body := status(t, w.address+at+path); got != http.StatusGone || !strings.Contains(body, at+"/d/p.csv") && !strings.Contains(path, "tiles") {
			t.Errorf("%s: %d %s", path, got, body)
		}
		if got, body := status(t, aside+at+path); got != http.StatusGone {
			t.Errorf("%s of a server that was not told: %d %s", path, got, body)
		}
	}
	if _, body := status(t, w.address+at+"/collections/p/items"); !strings.Contains(body, `"rel":"enclosure"`) {
		t.Errorf("no link to a file: %s", body)
	}
	if got, _ := status(t, w.address+"/collections/p/items"); got != http.StatusOK {
		t.Errorf("the current release: %d", got)
	}
	if _, body := status(t, w.address+"/releases?f=json"); !strings.Contains(strings.ReplaceAll(body, " ", ""), `"readable":false`) {
		t.Errorf("/releases does not say it: %s", body)
	}
	if _, body := status(t, w.address+"/releases?f=html"); !strings.Contains(body, "fichiers seuls") {
		t.Errorf("the page of releases does not say it")
	}
	if _, err := w.Restore(t.Context(), first.Release); err != nil {
		t.Fatal(err)
	}
	if err := w.server.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range append(documents, ofRows...) {
		if got, body := status(t, w.address+at+path); got != http.StatusOK {
			t.Errorf("%s restored: %d %s", path, got, body)
		}
	}
	if strings.Contains(w.log.String(), "level=ERROR") {
		t.Errorf("a fault inside: %s", w.log)
	}
}

func TestErasedPerson(t *testing.T) {
	t.Parallel()
	w, _ := smallWorld(t, map[string]string{"p": firstPoints, "k": "a,n\nx,1\n"})
	first := w.publish(t)
	at := w.address + "/r/" + first.Release
	for _, path := range []string{"/collections/p/items", "/d/p.csv", "/collections/p/items/Jeanne%20Exemple"} {
		if got, _ := status(t, at+path); got != http.StatusOK {
			t.Errorf("%s before: %d", path, got)
		}
	}
	found, err := w.Erase(t.Context(), "jeanne exemple", "à la demande de la personne", true)
	if err != nil || found.Next == "" {
		t.Fatalf("%+v, %v", found, err)
	}
	if err := w.server.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, body := status(t, at+"/d/p.csv")
	var problem struct {
		Detail string
		Links  []struct{ Href string }
	}
	if err := json.Unmarshal([]byte(body), &problem); err != nil || got != http.StatusGone || !strings.Contains(problem.Detail, "à la demande de la personne") || len(problem.Links) != 1 || problem.Links[0].Href != at+"/d/p.2.csv" {
		t.Fatalf("%d %s", got, body)
	}
	for path, want := range map[string]int{"/r/" + first.Release + "/d/p.2.csv": 200, "/d/p.csv": 200, "/d/p.2.csv": 404, "/r/" + found.Next + "/d/p.csv": 200, "/d/p.pmtiles": 200,
		"/r/" + first.Release + "/collections/p/items": 200, "/r/" + first.Release + "/collections/p/tiles/WebMercatorQuad/5/11/16": 200, "/collections/p/items": 200,
		"/r/" + first.Release + "/collections/p/items/Jeanne%20Exemple": 410, "/collections/p/items/Jeanne%20Exemple": 410, "/collections/p/items/Jean": 404, "/collections/p/items/a": 200,
		"/collections/p?f=html": 200, "/r/" + first.Release + "/collections/p?f=html": 200, "/releases": 200} {
		got, body := status(t, w.address+path)
		if got != want || got == http.StatusOK && strings.Contains(strings.ToLower(body), "jeanne") {
			t.Errorf("%s: %d, want %d\n%.300s", path, got, want, body)
		}
		if strings.Contains(path, "f=html") && !strings.Contains(body, "à la demande de la personne") {
			t.Errorf("%s does not say that data were taken out", path)
		}
	}
	if _, body := status(t, w.address+"/releases?f=json"); !strings.Contains(body, "à la demande de la personne") {
		t.Errorf("/releases does not say it: %s", body)
	}
}

// status asks an address.
func status(t *testing.T, address string) (int, string) {
	t.Helper()
	r := ask(t, http.MethodGet, address)
	return r.StatusCode, string(r.body)
}
