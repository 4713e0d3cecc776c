package serve_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// TestHead: the same headers as GET, and no body.
func TestHead(t *testing.T) {
	w := sample(t)
	for _, path := range append([]string{"/healthz", "/readyz", "/releases", "/nothing", "/collections/none", "/collections/communes/items?limit=0"}, cached...) {
		get, head := ask(t, http.MethodGet, w.address+path), ask(t, http.MethodHead, w.address+path)
		if len(head.body) > 0 || head.StatusCode != get.StatusCode {
			t.Errorf("%s: %s with %d bytes, not %s", path, head.Status, len(head.body), get.Status)
		}
		if get.Header.Get("Content-Length") != strconv.Itoa(len(get.body)) {
			t.Errorf("%s: Content-Length %q of %d bytes", path, get.Header.Get("Content-Length"), len(get.body))
		}
		for _, h := range []http.Header{get.Header, head.Header} {
			h.Del("Date")
		}
		if !maps.EqualFunc(get.Header, head.Header, func(a, b []string) bool { return strings.Join(a, "") == strings.Join(b, "") }) {
			t.Errorf("%s:\nGET  %v\nHEAD %v", path, get.Header, head.Header)
		}
	}
}

// TestAnyOrigin: a page of any site may read the service, ranges and tags included.
func TestAnyOrigin(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/", "/collections/communes/items", "/d/communes.csv", "/nothing", "/healthz"} {
		a := ask(t, http.MethodGet, w.address+path, "Origin", "https://carte.example")
		if a.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", path, a.Header)
		}
		for _, name := range []string{"ETag", "Content-Range", "Content-Length", "Accept-Ranges"} { // what the PMTiles reader needs
			if !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), name) {
				t.Errorf("%s does not show %s", path, name)
			}
		}
	}
	a := ask(t, http.MethodOptions, w.address+"/d/communes.csv", "Origin", "https://carte.example",
		"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "range, if-none-match")
	if a.StatusCode != 204 || !strings.Contains(a.Header.Get("Access-Control-Allow-Methods"), "GET") || !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Range") {
		t.Errorf("preflight: %s %v", a.Status, a.Header)
	}
}

func TestReadOnly(t *testing.T) {
	w := sample(t)
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} {
		for _, path := range []string{"/", "/collections/communes/items", "/d/communes.csv", "/nothing"} {
			a := ask(t, method, w.address+path)
			if p := problemOf(t, a); p.Status != 405 || a.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
				t.Errorf("%s %s: %s, Allow %q", method, path, a.Status, a.Header.Get("Allow"))
			}
		}
	}
}

func TestNotFound(t *testing.T) {
	w := sample(t)
	frozen := "/r/" + current(t, w)
	for _, c := range []struct{ because, path, parameter string }{
		{"no such path", "/nothing", ""},
		{"no such path under a release", frozen + "/nothing", ""},
		{"a path is not cleaned", "//collections", ""},
		{"a path is not cleaned", "/collections/", ""},
		{"no such collection", "/collections/none", "collection"},
		{"no such collection", "/collections/none/items", "collection"},
		{"no such collection", "/collections/none/items/1", "collection"},
		{"no such collection", "/collections/none/schema", "collection"},
		{"no such collection", "/collections/none/issues", "collection"},
		{"names are not guessed", "/collections/Communes", "collection"},
		{"nor is SQL", "/collections/communes'--", "collection"},
		{"no such feature", "/collections/communes/items/00000", "featureId"},
		{"no such file", "/d/none.csv", "file"},
		{"no such format", "/d/communes.shp", "file"},
		{"no way out of the folder", "/d/..%2F..%2Fetc%2Fpasswd", "file"},
		{"no such release", "/r/2001-01-01.1", "release"},
		{"no such release", "/r/2001-01-01.1/collections", "release"},
		{"no such file of a release", frozen + "/d/none.csv", "file"},
		{"what is no release's name", "/r/latest/collections", "release"},
		{"what is no release's name", "/r/2001-01-01.99999999999999999999/", "release"},
	} {
		a := ask(t, http.MethodGet, w.address+c.path)
		if p := problemOf(t, a); a.StatusCode != 404 || p.Parameter != c.parameter {
			t.Errorf("%s, %s: %s %+v", c.because, c.path, a.Status, p)
		}
	}
}

// TestEscapedPath: an escaped letter is the letter (RFC 3986 §6.2.2.2).
func TestEscapedPath(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/collections/lieux%2Dmediation", "/collections/lieux%2Dmediation/items", "/d/communes%2Ecsv"} {
		if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != 200 {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}

// TestWithoutAnAddressLine: a handler that is called by a program, not by a connection, has no RequestURI.
func TestWithoutAnAddressLine(t *testing.T) {
	w := sample(t)
	bodies := map[string]bool{}
	for _, path := range []string{"/", "/collections/communes", "/collections/epci", "/collections/epci/items?limit=1", "/collections/epci/items?limit=2"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://service.example"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		w.server.ServeHTTP(answer, r)
		if !json.Valid(answer.Body.Bytes()) || bodies[answer.Body.String()] {
			t.Errorf("%s: %s", path, answer.Body)
		}
		bodies[answer.Body.String()] = true
	}
}
