package serve_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"maille/internal/serve"
)

// words is a renderer of pages that says what it was given, one line each.
type words struct{}

func (words) Render(w io.Writer, p *serve.Page) error {
	_, err := fmt.Fprintf(w, "kind %s\ntitle %s\nroot %s\nbody %+v\n", p.Kind, p.Title, p.Root, p.Body)
	return err
}

func (words) Asset(string) ([]byte, string, bool) { return nil, "", false }

func (words) Fingerprint() string { return "" }

// mute is a renderer that is broken.
type mute struct{ words }

func (mute) Render(io.Writer, *serve.Page) error { return errors.New("broken template") }

// TestProblemPage: a person with a browser reads what went wrong on a page, with the status and the headers of the
// document; a program reads the document.
func TestProblemPage(t *testing.T) {
	w := sample(t)
	s := w.serve(t, serve.Options{Pages: words{}})
	must(t, s.Refresh(t.Context()))
	address := listen(t, s)
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	for _, c := range []struct {
		method, path, accept string
		status               int
		page                 bool
	}{
		{"GET", "/nothing", browser, 404, true},
		{"HEAD", "/nothing", browser, 404, true},
		{"GET", "/collections/none", browser, 404, true},
		{"GET", "/collections/none?f=json", browser, 404, false},
		{"GET", "/collections/none?f=html", "*/*", 404, true},
		{"GET", "/collections/communes/items?limit=0", browser, 400, true},
		{"GET", "/collections/communes/items?f=none", browser, 400, false},
		{"POST", "/collections", browser, 405, true},
		{"GET", "/d/none.csv", "text/html", 404, true},
		{"GET", "/nothing", "*/*", 404, false},
		{"GET", "/nothing", "", 404, false},
		{"GET", "/nothing", "application/json, text/html;q=0.9", 404, false},
		{"GET", "/nothing", "application/problem+json", 404, false},
		{"GET", "/nothing", "image/png", 404, false},
	} {
		a := ask(t, c.method, address+c.path, "Accept", c.accept)
		if a.StatusCode != c.status {
			t.Errorf("%s %s: %s", c.method, c.path, a.Status)
		}
		if !c.page {
			problemOf(t, a)
			continue
		}
		h := a.Header
		if h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Cache-Control") != "no-store" || h.Get("ETag") != "" || h.Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s: %v", c.method, c.path, h)
		}
		if body := string(a.body); c.method == "GET" && (!strings.Contains(body, "kind problem") || !strings.Contains(body, "Status:"+strconv.Itoa(c.status))) {
			t.Errorf("%s: %s", c.path, body)
		}
	}
}

// TestProblemWithoutItsPage: a renderer that fails leaves the document.
func TestProblemWithoutItsPage(t *testing.T) {
	w := sample(t)
	s := w.serve(t, serve.Options{Pages: mute{}})
	must(t, s.Refresh(t.Context()))
	if a := ask(t, http.MethodGet, listen(t, s)+"/nothing", "Accept", "text/html"); problemOf(t, a).Status != 404 || !strings.Contains(w.log.String(), "broken template") {
		t.Errorf("%s %s", a.Status, w.log.String())
	}
}
