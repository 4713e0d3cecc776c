package serve_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// awkward are keys that a path does not hold as they are.
var awkward = []string{"simple", "a:b", "100%", "b%2Fc", "a/b", "/a", "a//b", "é à", "a+b", "a b", "a?b#c", "a&b=c", `a"b\c`, "日本", "ʼ", "a;b", "%", ":", "a|b,c"}

func TestIDs(t *testing.T) {
	var b strings.Builder
	out := csv.NewWriter(&b)
	must(t, out.Write([]string{"id", "jour", "lon", "lat"}))
	for _, key := range awkward {
		must(t, out.Write([]string{key, "", "", ""}))
	}
	out.Flush()
	w, _ := smallWorld(t, map[string]string{"points": b.String()})
	w.publish(t)
	at := w.address + "/collections/points/items/"
	for _, f := range parse[features](t, w.address+"/collections/points/items?limit=100").Features {
		key := f.Properties["id"].(string)
		for _, c := range []struct{ because, address string }{
			{"as the feature's id has it", at + f.ID},
			{"escaped once more, as a client does with any text", at + url.PathEscape(f.ID)},
			{"the key itself, escaped", at + url.PathEscape(key)},
		} {
			found := parse[feature](t, c.address)
			if found.ID != f.ID || found.Properties["id"] != key {
				t.Errorf("%q, %s: %s gives %q", key, c.because, c.address, found.ID)
			}
			if self := linked(found.Links, "self"); self != at+f.ID {
				t.Errorf("%q: self is %s", key, self)
			}
		}
	}
	for _, raw := range []string{"a/b", "a:b", "a+b", "a;b", "a&b=c"} { // what a person types
		if a := ask(t, http.MethodGet, at+raw); a.StatusCode != 200 || !strings.Contains(string(a.body), raw) {
			t.Errorf("%s, not escaped: %s", raw, a.Status)
		}
	}
}

func TestIDsOfTwoParts(t *testing.T) {
	w, _ := smallWorld(t, map[string]string{"cles": "a,n\nx,1\nx,2\nx:1,2\nx,-3\n"})
	w.publish(t)
	at := w.address + "/collections/cles/items/"
	for _, c := range []struct {
		because, id string
		status      int
	}{
		{"two parts", "x:2", 200},
		{"a colon within a part is escaped", "x%3A1:2", 200},
		{"and once more", "x%253A1%3A2", 200},
		{"all of it escaped", "x%3A2", 200},
		{"a negative number", "x:-3", 200},
		{"one part", "x", 404},
		{"three parts", "x:1:2", 404},
		{"a part that is no number", "x:y", 404},
		{"a number that no column holds", "x:99999999999999999999", 404},
		{"an empty part", ":2", 404},
		{"not UTF-8", "%FF:2", 404},
		{"a NUL, which PostgreSQL refuses in text", "x%00:2", 404},
		{"half an escape, escaped", "x%25:2", 404},
		{"SQL", url.PathEscape("x' or '1'='1") + ":2", 404},
	} {
		a := ask(t, http.MethodGet, at+c.id)
		if a.StatusCode != c.status {
			t.Errorf("%s (%s): %s %s", c.because, c.id, a.Status, a.body)
		}
		if c.status == 404 && problemOf(t, a).Parameter != "featureId" {
			t.Errorf("%s (%s): %s", c.because, c.id, a.body)
		}
	}
}

// TestFeatureEqualsItsPage: a feature alone says what it says in a page, and has links.
func TestFeatureEqualsItsPage(t *testing.T) {
	w := sample(t)
	for _, c := range collections(t, w) {
		page := parse[features](t, w.address+"/collections/"+c.ID+"/items?limit=1")
		if len(page.Features) == 0 {
			continue // the sample leaves the source out
		}
		f := page.Features[0]
		alone := parse[feature](t, w.address+"/collections/"+c.ID+"/items/"+f.ID)
		if linked(alone.Links, "self") == "" || linked(alone.Links, "collection") != w.address+"/collections/"+c.ID {
			t.Errorf("%s: %v", c.ID, alone.Links)
		}
		alone.Links = nil
		if marshal(t, alone) != marshal(t, f) {
			t.Errorf("%s: alone\n%s\nin its page\n%s", c.ID, marshal(t, alone), marshal(t, f))
		}
	}
}
