package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"maille/internal/serve"
)

var cached = []string{"/", "/api", "/conformance", "/collections", "/collections/communes", "/collections/communes/schema", "/manifest.json",
	"/collections/communes/issues", "/collections/communes/items", "/collections/communes/items?bbox=2,48,3,49", "/collections/communes/items/91228",
	"/d/communes.csv", "/d/communes.geojson"}

func TestNotModified(t *testing.T) {
	w := sample(t)
	for _, path := range cached {
		first := ask(t, http.MethodGet, w.address+path)
		tag := first.Header.Get("ETag")
		if len(tag) < 10 || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
			t.Errorf("%s: ETag %s is not strong", path, tag)
		}
		for _, c := range []struct {
			because, header string
			status          int
		}{
			{"the same", tag, 304},
			{"the same, weakened by a proxy", "W/" + tag, 304},
			{"in a list", `"other", W/"another" , ` + tag, 304},
			{"any", "*", 304},
			{"another", `"other"`, 200},
			{"without quotes it is no tag", strings.Trim(tag, `"`), 200},
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				a := ask(t, method, w.address+path, "If-None-Match", c.header)
				if a.StatusCode != c.status || a.Header.Get("ETag") != tag || a.Header.Get("Cache-Control") == "" {
					t.Errorf("%s, %s (%s): %s, ETag %s", path, c.because, c.header, a.Status, a.Header.Get("ETag"))
				}
				if c.status == 304 && len(a.body) > 0 {
					t.Errorf("%s: a 304 has a body", path)
				}
			}
		}
	}
}

// TestNotModifiedNeedsSomething: "*" is for what is there, and what is not there is not found (RFC 9110 §13.1.2).
func TestNotModifiedNeedsSomething(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/collections/communes/items/99999", "/collections/none", "/d/none.csv", "/r/2001-01-01.1/"} {
		if a := ask(t, http.MethodGet, w.address+path, "If-None-Match", "*"); a.StatusCode != 404 {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}

// TestTagDependsOn: what changes the bytes changes the tag.
func TestTagDependsOn(t *testing.T) {
	w := sample(t)
	address := func(o serve.Options) string {
		s := w.serve(t, o)
		if err := s.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		return listen(t, s)
	}
	for _, path := range []string{"/", "/collections", "/collections/communes/items"} {
		tags := map[string]string{}
		for because, a := range map[string]reply{
			"as it is":         ask(t, http.MethodGet, address(serve.Options{BaseURL: "https://a.example"})+path),
			"another base":     ask(t, http.MethodGet, address(serve.Options{BaseURL: "https://b.example"})+path),
			"another build":    ask(t, http.MethodGet, address(serve.Options{BaseURL: "https://a.example", Build: "other"})+path),
			"under /r/":        ask(t, http.MethodGet, address(serve.Options{BaseURL: "https://a.example"})+"/r/"+current(t, w)+path),
			"the request's":    ask(t, http.MethodGet, w.address+path),
			"another question": ask(t, http.MethodGet, address(serve.Options{BaseURL: "https://a.example"})+"/collections/communes/items?limit=11"),
		} {
			tag := a.Header.Get("ETag")
			if other, taken := tags[tag]; taken || a.StatusCode != 200 {
				t.Errorf("%s: %s and %s have the tag %s (%s)", path, because, other, tag, a.Status)
			}
			tags[tag] = because
		}
	}
}

// TestSameQuestionSameTag: two ways to ask for the same page share one answer.
func TestSameQuestionSameTag(t *testing.T) {
	w := sample(t)
	want := ask(t, http.MethodGet, w.address+"/collections/communes/items").Header.Get("ETag")
	for _, query := range []string{"limit=10", "limit=010", "after=0", "f=json", "f=geojson&limit=10"} {
		if got := ask(t, http.MethodGet, w.address+"/collections/communes/items?"+query).Header.Get("ETag"); got != want {
			t.Errorf("%s: %s, not %s", query, got, want)
		}
	}
}

// TestReleaseKeepsTheOthers: a release that changes one dataset leaves the tags of the others.
func TestReleaseKeepsTheOthers(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"points": points(5, "2026-01-01"), "cles": "a,n\nx,1\n"})
	w.publish(t)
	tags := func(id string) (found []string) {
		for _, path := range []string{"/collections/" + id, "/collections/" + id + "/schema", "/collections/" + id + "/items", "/d/" + id + ".csv"} {
			found = append(found, ask(t, http.MethodGet, w.address+path).Header.Get("ETag"))
		}
		return found
	}
	keys, before := tags("cles"), tags("points")
	files["points.csv"].Data = []byte(points(5, "2026-01-02"))
	w.publish(t)
	if after := tags("cles"); strings.Join(after, " ") != strings.Join(keys, " ") {
		t.Errorf("a dataset that did not change: %v, then %v", keys, after)
	}
	after := tags("points")
	for i := range after {
		if i != 1 && after[i] == before[i] { // but the schema
			t.Errorf("a dataset that changed keeps the tag %s", after[i])
		}
	}
	lists := ask(t, http.MethodGet, w.address+"/collections", "If-None-Match", ask(t, http.MethodGet, w.address+"/r/"+current(t, w)+"/collections").Header.Get("ETag"))
	if lists.StatusCode != 200 {
		t.Error("the list under /r/ has other links")
	}
}
