package serve_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// A map of small scale asks for fewer vertices; whatever the scale, each feature is there with all of its properties.
func TestItemsGeneralised(t *testing.T) {
	w := sample(t)
	at := w.address + "/collections/communes/items?limit=200"
	whole := parse[features](t, at)
	last := positions(t, at)
	for _, c := range []struct {
		offset, canonical string
		fewer             bool
	}{
		{"0.0001", "", false},
		{"0.001", "0.001", true},
		{"0.0039", "0.001", false},
		{"0.004", "0.004", true},
		{"1e-2", "0.004", false},
		{"180", "0.016", true},
	} {
		page := parse[features](t, at+"&maxAllowableOffset="+c.offset)
		if page.NumberReturned != 194 || *page.NumberMatched != 194 {
			t.Errorf("%s: %d features of %d", c.offset, page.NumberReturned, *page.NumberMatched)
		}
		for i, f := range page.Features {
			if f.ID != whole.Features[i].ID || f.Geometry == nil || len(f.Properties) != len(whole.Features[i].Properties) {
				t.Fatalf("%s: feature %d is %+v", c.offset, i, f)
			}
		}
		n := positions(t, at+"&maxAllowableOffset="+c.offset)
		if c.fewer && n >= last || !c.fewer && n != last {
			t.Errorf("%s: %d positions after %d", c.offset, n, last)
		}
		last = n
		if self := linked(page.Links, "self"); strings.Contains(self, "maxAllowableOffset="+c.canonical) != (c.canonical != "") {
			t.Errorf("%s: the page's own address is %s", c.offset, self)
		}
	}
}

func TestGeneralisedPagesGoOn(t *testing.T) {
	w := sample(t)
	seen, last := 0, ""
	for at := w.address + "/collections/communes/items?limit=50&bbox=2.2,48.4,2.6,48.8&maxAllowableOffset=0.02"; at != ""; {
		page := parse[features](t, at)
		seen += page.NumberReturned
		at = linked(page.Links, "next")
		if at != "" && !strings.Contains(at, "maxAllowableOffset=0.016") {
			t.Fatalf("next is %s", at)
		}
		last = page.Features[len(page.Features)-1].ID
	}
	if all := parse[features](t, w.address+"/collections/communes/items?limit=200&bbox=2.2,48.4,2.6,48.8"); seen != *all.NumberMatched || last != all.Features[seen-1].ID {
		t.Errorf("%d features, the last %s; without an offset %d", seen, last, *all.NumberMatched)
	}
}

func TestOffsetRefuses(t *testing.T) {
	w := sample(t)
	for _, c := range []struct{ because, path string }{
		{"no number", "communes/items?maxAllowableOffset=coarse"},
		{"nothing", "communes/items?maxAllowableOffset="},
		{"less than nothing", "communes/items?maxAllowableOffset=-0.001"},
		{"not a number at all", "communes/items?maxAllowableOffset=NaN"},
		{"too much", "communes/items?maxAllowableOffset=Inf"},
		{"beyond a number", "communes/items?maxAllowableOffset=1e999"},
		{"twice", "communes/items?maxAllowableOffset=1&maxAllowableOffset=2"},
		{"a collection that has no levels", "lieux-mediation/items?maxAllowableOffset=1"},
	} {
		a := ask(t, http.MethodGet, w.address+"/collections/"+c.path)
		if a.StatusCode != http.StatusBadRequest || !strings.Contains(string(a.body), "maxAllowableOffset") {
			t.Errorf("%s: %s %s", c.because, a.Status, a.body)
		}
	}
}

// positions counts those of the geometries of a page.
func positions(t *testing.T, address string) (n int) {
	t.Helper()
	page := parse[struct {
		Features []struct {
			Geometry struct{ Coordinates [][][]json.RawMessage }
		}
	}](t, address)
	for _, f := range page.Features {
		for _, polygon := range f.Geometry.Coordinates {
			for _, ring := range polygon {
				n += len(ring)
			}
		}
	}
	return n
}
