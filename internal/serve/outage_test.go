package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"maille/internal/serve"
)

// TestDatabaseAway: what is cached goes on being served, in codings that were not asked yet too, and so do documents and
// pages of documents; the rest says to come back, and nobody is shown SQL.
func TestDatabaseAway(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(50, "2026-01-01")})
	w.server = w.serve(t, serve.Options{Pages: words{}})
	w.address = listen(t, w.server)
	w.publish(t)
	warm := w.address + "/collections/points/items"
	before := ask(t, http.MethodGet, warm)
	zipped := ask(t, http.MethodGet, warm, "Accept-Encoding", "gzip")
	for _, accept := range []string{"*/*", "text/html"} { // it reads its examples from the database, once
		if a := ask(t, http.MethodGet, w.address+"/api", "Accept", accept); a.StatusCode != 200 {
			t.Errorf("/api: %s", a.Status)
		}
	}
	w.readers.Close()

	if after := ask(t, http.MethodGet, warm); after.StatusCode != 200 || string(after.body) != string(before.body) {
		t.Errorf("an answer that is cached: %s", after.Status)
	}
	if after := ask(t, http.MethodGet, warm, "Accept-Encoding", "gzip"); after.StatusCode != 200 || string(after.body) != string(zipped.body) {
		t.Errorf("one that is cached in gzip: %s", after.Status)
	}
	if after := ask(t, http.MethodGet, warm, "Accept-Encoding", "zstd"); after.StatusCode != 200 || string(decoded(t, after)) != string(before.body) {
		t.Errorf("one that is not cached in zstd yet: %s", after.Status)
	}
	if after := ask(t, http.MethodHead, warm); after.StatusCode != 200 || after.ContentLength != int64(len(before.body)) {
		t.Errorf("its headers: %s %v", after.Status, after.Header)
	}
	if after := ask(t, http.MethodGet, warm, "If-None-Match", zipped.Header.Get("ETag"), "Accept-Encoding", "gzip"); after.StatusCode != 304 {
		t.Errorf("what the client has: %s", after.Status)
	}
	for _, path := range []string{"/", "/collections", "/collections/points", "/collections/points/schema", "/api", "/manifest.json", "/d/points.csv", "/healthz"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if a := ask(t, method, w.address+path, "Accept-Encoding", "gzip"); a.StatusCode != 200 {
				t.Errorf("%s %s needs no database, and answers %s", method, path, a.Status)
			}
		}
	}
	for _, path := range []string{"/", "/collections", "/collections/points", "/api"} {
		if a := ask(t, http.MethodGet, w.address+path, "Accept", "text/html"); a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("the page %s: %s %s", path, a.Status, a.body)
		}
	}
	for _, path := range []string{"/readyz", "/collections/points/items?limit=3", "/collections/points/items?bbox=1,2,3,4", "/collections/points/items/p1",
		"/collections/points/export?f=csv&bbox=1,2,3,4", "/r/2001-01-01.1/", "/r/2001-01-01.1/d/points.csv", "/releases"} {
		for _, coding := range []string{"", "gzip"} {
			a := ask(t, http.MethodGet, w.address+path, "Accept-Encoding", coding)
			p := problemOf(t, a)
			if p.Status != 503 || a.Header.Get("Retry-After") == "" || a.Header.Get("Content-Encoding") != "" {
				t.Errorf("%s: %s %v", path, a.Status, a.Header)
			}
			discreet(t, p)
			if a := ask(t, http.MethodGet, w.address+path, "Accept", "text/html;q=0.9"); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" ||
				a.Header.Get("Content-Type") == "text/html; charset=utf-8" && !strings.Contains(string(a.body), "problem") {
				t.Errorf("%s, as a page: %s %v %s", path, a.Status, a.Header, a.body)
			}
		}
	}
	if got := w.log.String(); !strings.Contains(got, "unavailable") || !strings.Contains(got, "closed pool") {
		t.Errorf("the log does not say why: %s", got)
	}
}

// TestFaultInside: what nobody foresaw shows an identifier, which the log has with the reason.
func TestFaultInside(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"points": points(5, "2026-01-01")})
	m := w.publish(t)
	execute(t, w.database, `alter table data."`+m.Datasets[0].Version.String()+`" rename column id to other`)
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
	for _, inner := range []string{"select", "SELECT", "store.", "serve.", "pgx", "pool", "SQLSTATE", "42P01", "data.", "postgres", "127.0.0.1", "/run", ", port"} {
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
