package serve_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	lambert  = "http://www.opengis.net/def/crs/EPSG/0/2154"
	latFirst = "http://www.opengis.net/def/crs/EPSG/0/4326"
	mercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
	reunion  = "http://www.opengis.net/def/crs/EPSG/0/2975"
)

// TestItemsChoice counts what each parameter chooses among the 194 communes of the Essonne.
func TestItemsChoice(t *testing.T) {
	w := sample(t)
	for _, c := range []struct {
		because, collection string
		parameters          url.Values
		matched             int
	}{
		{"a box in metres", "communes", url.Values{"bbox": {"650700,6835000,650800,6835100"}, "bbox-crs": {lambert}}, 1},
		{"a box whose latitudes come first", "communes", url.Values{"bbox": {"48.6058,2.3281,48.6058,2.3281"}, "bbox-crs": {latFirst}}, 1},
		{"its six numbers, heights last of each three", "communes", url.Values{"bbox": {"48.6058,2.3281,0,48.6058,2.3281,9"}, "bbox-crs": {latFirst}}, 1},
		{"CRS84, said", "communes", url.Values{"bbox": {"2.3281,48.6058,2.3281,48.6058"}, "bbox-crs": {"http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}, 1},
		{"a filter", "communes", url.Values{"filter": {"population > 50000"}}, 3},
		{"a filter, its language said", "communes", url.Values{"filter": {"population > 50000"}, "filter-lang": {"cql2-text"}}, 3},
		{"a filter in JSON", "communes", url.Values{"filter": {`{"op":">","args":[{"property":"population"},50000]}`}, "filter-lang": {"cql2-json"}}, 3},
		{"a filter and a parameter hold together", "communes", url.Values{"filter": {"population > 50000"}, "nom": {"Massy"}}, 1},
		{"a point within, in the filter's own system", "communes",
			url.Values{"filter": {"S_INTERSECTS(geometry, POINT(48.6058 2.3281))"}, "filter-crs": {latFirst}}, 1},
		{"words, whatever their accents and case", "communes", url.Values{"q": {"  EVRY   courcouronnes "}}, 1},
		{"a system of the answer chooses nothing", "communes", url.Values{"crs": {lambert}}, 194},
		{"a text that needs escaping", "communes", url.Values{"nom": {"L'Été & 100 %"}}, 0},
		{"systems without what they are of", "communes", url.Values{"bbox-crs": {lambert}, "filter-crs": {lambert}, "filter-lang": {"cql2-json"}}, 194},
	} {
		at := w.address + "/collections/" + c.collection + "/items?limit=1&" + c.parameters.Encode()
		page := parse[features](t, at)
		if *page.NumberMatched != c.matched {
			t.Errorf("%s: %d matched, not %d", c.because, *page.NumberMatched, c.matched)
		}
		if again := parse[features](t, linked(page.Links, "self")); marshal(t, again) != marshal(t, page) {
			t.Errorf("%s: the canonical address gives another page\n%s\n%s", c.because, marshal(t, page), marshal(t, again))
		}
	}
}

// TestItemsOneAddress: requests that mean the same have one self link, and one answer in the cache.
func TestItemsOneAddress(t *testing.T) {
	w := sample(t)
	for _, same := range [][]string{
		{"", "limit=10", "after=0", "f=json", "f=geojson", "crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84", "skipGeometry=false", "filter-lang=cql2-text"},
		{"sortby=nom,-population", "sortby=%2Bnom,-population", "sortby=+nom,-population", "sortby=nom,%20-population&limit=10"},
		{"properties=nom,population", "properties=population,nom", "properties=population,%20nom,nom"},
		{"limit=10000", "limit=99999", "limit=99999999999999999999999"},
		{"filter=population>1000", "filter=population%20%3E%201000", "filter=%20population>1000%20",
			"filter-lang=cql2-json&filter=" + url.QueryEscape(`{"args":[{"property":"population"},1000],"op":">"}`)},
		{"q=massy+palaiseau", "q=%20massy%20%20palaiseau%20"},
		{"bbox=2,48,3,49", "bbox=2.0,48.00,3,4.9e1", "bbox=48,2,49,3&bbox-crs=" + latFirst, "bbox=2,48,-5,3,49,5"},
		{"datetime=2026-01-01/2026-02-01", "datetime=2026-01-01T05:00:00Z/2026-02-01"},
	} {
		var first reply
		for i, query := range same {
			a := ask(t, http.MethodGet, w.address+"/collections/communes/items?"+query)
			if a.StatusCode != 200 {
				t.Errorf("%s: %s %s", query, a.Status, a.body)
			}
			if i == 0 {
				first = a
			}
			if a.Header.Get("ETag") != first.Header.Get("ETag") || string(a.body) != string(first.body) {
				t.Errorf("%q and %q are not the same", query, same[0])
			}
		}
	}
}

func TestItemsSorted(t *testing.T) {
	w := sample(t)
	for _, c := range []struct{ because, sortby, column, first, last string }{
		{"by a text", "nom", "nom", "Abbéville-la-Rivière", "Yerres"},
		{"from the last", "-nom", "nom", "Yerres", "Abbéville-la-Rivière"},
		{"by the greatest number", "-population", "nom", "Évry-Courcouronnes", ""},
		{"by two", "code_region,-population", "nom", "Évry-Courcouronnes", ""},
	} {
		walked := walk(t, w.address+"/collections/communes/items?limit=50&sortby="+c.sortby)
		if len(walked.Features) != 194 {
			t.Fatalf("%s: %d features", c.because, len(walked.Features))
		}
		first, last := walked.Features[0].Properties[c.column], walked.Features[193].Properties[c.column]
		if first != c.first || c.last != "" && last != c.last {
			t.Errorf("%s: from %v to %v", c.because, first, last)
		}
		seen := map[string]bool{}
		for _, f := range walked.Features {
			seen[f.ID] = true
		}
		if len(seen) != 194 {
			t.Errorf("%s: %d different features", c.because, len(seen))
		}
	}
}

func TestItemsProperties(t *testing.T) {
	w := sample(t)
	page := parse[features](t, w.address+"/collections/communes/items?limit=3&properties=population,nom")
	for _, f := range page.Features {
		if len(f.Properties) != 2 || f.Properties["nom"] == nil || f.Properties["population"] == nil || f.ID == "" || f.Geometry == nil {
			t.Errorf("%+v", f)
		}
	}
	for _, query := range []string{"properties=population,nom&skipGeometry=true", "properties=population,nom&skipGeometry=true&crs=" + lambert} {
		for _, f := range parse[features](t, w.address+"/collections/communes/items?limit=3&"+query).Features {
			if f.Geometry != nil || len(f.Properties) != 2 {
				t.Errorf("%s: %+v", query, f)
			}
		}
	}
	a := ask(t, http.MethodGet, w.address+"/collections/communes/items?limit=3&f=csv&properties=population,nom")
	if !strings.HasPrefix(string(a.body), "nom,population\r\n") {
		t.Errorf("%s", a.body)
	}
}

// TestItemsCRS: the systems offered are the ones of the collection, said in its document, and each answer names its own.
func TestItemsCRS(t *testing.T) {
	w := sample(t)
	c := parse[struct {
		CRS        []string
		StorageCRS string `json:"storageCrs"`
	}](t, w.address+"/collections/communes")
	if !slices.Equal(c.CRS[1:], []string{latFirst, mercator, lambert}) || c.StorageCRS != c.CRS[0] {
		t.Errorf("%+v", c)
	}
	for _, crs := range append(c.CRS, "") {
		for _, path := range []string{"items?limit=1&nom=Massy", "items/91377?"} {
			at := w.address + "/collections/communes/" + path
			if crs != "" {
				at += "&crs=" + url.QueryEscape(crs)
			}
			a := ask(t, http.MethodGet, at)
			want := crs
			if crs == "" {
				want = c.CRS[0]
			}
			if got := a.Header.Get("Content-Crs"); got != "<"+want+">" {
				t.Errorf("%s: Content-Crs %q", at, got)
			}
			again := ask(t, http.MethodGet, at)
			if again.Header.Get("Content-Crs") != a.Header.Get("Content-Crs") || string(again.body) != string(a.body) {
				t.Errorf("%s: from the cache, %v", at, again.Header)
			}
		}
	}
	for _, parameter := range []string{"crs", "bbox-crs", "filter-crs"} {
		for _, wrong := range []string{"EPSG:2154", "2154", reunion, "http://www.opengis.net/def/crs/0/unsupported", "http://www.opengis.net/def/crs/EPSG/9.9.1/2154", ""} {
			w.refuses(t, "a system that is not offered: "+wrong, "/collections/communes/items?bbox=2,48,3,49&filter=population%3E1&"+parameter+"="+url.QueryEscape(wrong), parameter)
		}
	}
}

// TestItemsSuggest: what is near a name is suggested.
func TestItemsSuggest(t *testing.T) {
	w := sample(t)
	for path, want := range map[string]string{
		"communes/items?limt=5":                   `unknown parameter "limt", did you mean "limit"?`,
		"communes/items?LIMIT=5":                  `unknown parameter "LIMIT", did you mean "limit"?`,
		"communes/items?populaton=5":              `did you mean "population"?`,
		"communes/items?bbox_crs=5":               `did you mean "bbox-crs"?`,
		"communes/items?sortby=populaton":         `did you mean "population"?`,
		"communes/items?properties=nom,populaton": `did you mean "population"?`,
		"comunes/items":                           `did you mean "communes"?`,
		"communes/items?filter=populaton>5":       "population",
		"communes/export?f=csv&fliter=5":          `did you mean "filter"?`,
		"communes/items?sortby=codes_postaux":     "is not among",
	} {
		a := ask(t, http.MethodGet, w.address+"/collections/"+strings.ReplaceAll(path, ">", "%3E"))
		if p := problemOf(t, a); !strings.Contains(p.Detail, want) {
			t.Errorf("%s: %q", path, p.Detail)
		}
	}
}
