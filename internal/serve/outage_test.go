package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"maille/internal/serve"
)

// TestDatabaseAway: what is cached goes on being served, the rest says to come back, and nobody is shown SQL.
func TestDatabaseAway(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(5, "2026-01-01")})
	w.publish(t)
	warm := w.address + "/collections/points/items"
	before := ask(t, http.MethodGet, warm)
	w.readers.Close()

	if after := ask(t, http.MethodGet, warm); after.StatusCode != 200 || string(after.body) != string(before.body) {
		t.Errorf("an answer that is cached: %s", after.Status)
	}
	for _, path := range []string{"/", "/collections", "/collections/points", "/collections/points/schema", "/api", "/manifest.json", "/d/points.csv", "/healthz"} {
		if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != 200 {
			t.Errorf("%s needs no database, and answers %s", path, a.Status)
		}
	}
	for _, path := range []string{"/readyz", "/collections/points/items?limit=3", "/collections/points/items?bbox=1,2,3,4", "/collections/points/items/p1",
		"/r/2001-01-01.1/"} {
		a := ask(t, http.MethodGet, w.address+path)
		p := problemOf(t, a)
		if p.Status != 503 || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s %v", path, a.Status, a.Header)
		}
		discreet(t, p)
	}
	if got := w.log.String(); !strings.Contains(got, "unavailable") || !strings.Contains(got, "closed pool") {
		t.Errorf("the log does not say why: %s", got)
	}
}

// TestFaultInside: what nobody foresaw shows an identifier, which the log has with the reason.
func TestFaultInside(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(5, "2026-01-01")})
	m := w.publish(t)
	execute(t, w.database, `drop table data."`+m.Datasets[0].Version.String()+`" cascade`)
	a := ask(t, http.MethodGet, w.address+"/collections/points/items")
	p := problemOf(t, a)
	if p.Status != 500 || len(p.Request) < 8 || p.Parameter != "" {
		t.Errorf("%s %+v", a.Status, p)
	}
	discreet(t, p)
	if got := w.log.String(); !strings.Contains(got, p.Request) || !strings.Contains(got, "does not exist") {
		t.Errorf("the log does not have it: %s", got)
	}
}

// discreet holds a problem to plain words: neither SQL nor Go nor a name of ours.
func discreet(t *testing.T, p problem) {
	t.Helper()
	for _, inner := range []string{"select", "SELECT", "store.", "serve.", "pgx", "pool", "SQLSTATE", "42P01", "data.", "postgres", "127.0.0.1"} {
		if strings.Contains(p.Detail, inner) || strings.Contains(p.Title, inner) {
			t.Errorf("shows %s: %+v", inner, p)
		}
	}
}

// TestMissingFile: the manifest names a file that the folder has lost.
func TestMissingFile(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(5, "2026-01-01")})
	w.publish(t)
	w.Blobs = folder(t)
	s := w.serve(t, serve.Options{})
	must(t, s.Refresh(t.Context()))
	a := ask(t, http.MethodGet, listen(t, s)+"/d/points.csv")
	if p := problemOf(t, a); p.Status != 500 || a.Header.Get("Content-Length") == "" || a.Header.Get("Last-Modified") != "" {
		t.Errorf("%s %v", a.Status, a.Header)
	}
}
