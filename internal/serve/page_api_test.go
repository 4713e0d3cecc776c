package serve_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"maille/internal/serve"
)

var (
	hrefs = regexp.MustCompile(`<a href="([^"]+)" rel="nofollow"><code>`)
	oneOf = regexp.MustCompile(`^/collections/[^/]+`)
)

// TestAPIPage: a browser is shown the API in words, with every collection, every parameter, and requests that run.
func TestAPIPage(t *testing.T) {
	w := sample(t)
	s := w.serve(t, serve.Options{Pages: pages(t)})
	must(t, s.Refresh(t.Context()))
	base := listen(t, s)
	a := ask(t, http.MethodGet, base+"/api", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	page := string(a.body)
	if a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%s, %s", a.Status, a.Header.Get("Content-Type"))
	}
	if strings.Contains(page, "<script") {
		t.Error("the page has a script")
	}
	document, _ := described(t, base)
	for path, item := range document.Paths.Map() {
		if !strings.Contains(page, "GET "+oneOf.ReplaceAllString(path, "/collections/{collection}")+"<") {
			t.Errorf("%s is not shown", path)
		}
		for name := range taken(item) {
			if !strings.Contains(page, "<code>"+name+"</code>") {
				t.Errorf("the parameter %s of %s is not shown", name, path)
			}
		}
	}
	examples := hrefs.FindAllStringSubmatch(page, -1)
	if len(examples) < 43 {
		t.Errorf("%d examples", len(examples))
	}
	for i, x := range examples {
		if i%10 != 0 { // all are asked as the document has them
			continue
		}
		if a := ask(t, http.MethodGet, html.UnescapeString(x[1])); a.StatusCode != 200 {
			t.Errorf("%s: %s", x[1], a.Status)
		}
	}
	landing := parse[struct{ Links []link }](t, base+"/").Links
	if got := linked(landing, "service-doc"); got != base+"/api?f=html" {
		t.Errorf("service-doc is %q", got)
	}
}
