package serve_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestItemsFormats walks every collection of the sample in every format and finds the same ids.
func TestItemsFormats(t *testing.T) {
	w := sample(t)
	for _, c := range collections(t, w) {
		d := w.Registry.Get(c.ID)
		want := idsOf(walk(t, w.address+"/collections/"+c.ID+"/items?limit=1000").Features)
		read := map[string]func(body []byte) []string{
			"csv":        func(body []byte) []string { return csvIDs(t, body, d.Publication.Key) },
			"geojsonseq": func(body []byte) []string { return seqIDs(t, body) },
		}
		for f, of := range read {
			var got []string
			for at := w.address + "/collections/" + c.ID + "/items?limit=1000&f=" + f; at != ""; {
				a := ask(t, http.MethodGet, at)
				page := of(a.body)
				if a.Header.Get("OGC-NumberReturned") != fmt.Sprint(len(page)) || a.Header.Get("OGC-NumberMatched") != fmt.Sprint(len(want)) {
					t.Errorf("%s: %v for %d of %d", at, a.Header, len(page), len(want))
				}
				got = append(got, page...)
				at = headerLink(a.Header, "next")
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s as %s: %d ids, not the %d of GeoJSON", c.ID, f, len(got), len(want))
			}
		}
	}
}

func idsOf(all []feature) (ids []string) {
	for _, f := range all {
		ids = append(ids, f.ID)
	}
	return ids
}

func csvIDs(t *testing.T, body []byte, key []string) []string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	must(t, err)
	return rowIDs(t, rows, key)
}

// escapedPart is what stands in an id for a part of a key.
func escapedPart(text string) string {
	return regexp.MustCompile(`[^A-Za-z0-9._~-]`).ReplaceAllStringFunc(text, func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
		return b.String()
	})
}

func seqIDs(t *testing.T, body []byte) (ids []string) {
	t.Helper()
	for record := range bytes.SplitSeq(body, []byte{0x1e}) {
		if len(record) == 0 {
			continue
		}
		var f feature
		must(t, json.Unmarshal(record, &f))
		ids = append(ids, f.ID)
	}
	return ids
}

// headerLink finds a relation among the Link headers; "" when there is none.
func headerLink(h http.Header, rel string) string {
	for _, value := range h.Values("Link") {
		if m := regexp.MustCompile(`^<([^>]*)>; rel="([^"]*)"`).FindStringSubmatch(value); m != nil && m[2] == rel {
			return m[1]
		}
	}
	return ""
}

// TestItemsLinks: every format names the others, and each answers with the media type that its link says.
func TestItemsLinks(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/collections/communes/items?limit=2&nom=Massy&crs=" + lambert, "/collections/communes/items/91377"} {
		a := ask(t, http.MethodGet, w.address+path)
		var body struct{ Links []link }
		must(t, json.Unmarshal(a.body, &body))
		alternates := 0
		for _, l := range body.Links {
			if l.Rel == "" || l.Type == "" || l.Title == "" {
				t.Errorf("%s: %+v", path, l)
			}
			if l.Rel != "alternate" || strings.HasPrefix(l.Type, "text/html") {
				continue
			}
			alternates++
			other := ask(t, http.MethodGet, l.Href)
			if other.StatusCode != 200 || other.Header.Get("Content-Type") != l.Type || headerLink(other.Header, "alternate") == "" ||
				headerLink(other.Header, "self") != l.Href || headerLink(other.Header, "collection") != w.address+"/collections/communes" {
				t.Errorf("%s: %s %v", l.Href, other.Status, other.Header)
			}
		}
		if alternates != 3 || linked(body.Links, "self") == "" || linked(body.Links, "collection") == "" {
			t.Errorf("%s: %v", path, body.Links)
		}
	}
}

func TestItemsByAccept(t *testing.T) {
	w := sample(t)
	for accept, want := range map[string]string{
		"":                                       "application/geo+json",
		"*/*":                                    "application/geo+json",
		"application/json":                       "application/geo+json",
		"application/geo+json, application/json": "application/geo+json",
		"text/csv":                               "text/csv; charset=utf-8; header=present",
		"text/csv;q=0.1, application/geo+json-seq": "application/geo+json-seq",
		"application/flatgeobuf":                   "application/flatgeobuf",
	} {
		a := ask(t, http.MethodGet, w.address+"/collections/communes/items?limit=1", "Accept", accept)
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != want || !strings.Contains(a.Header.Get("Vary"), "Accept") {
			t.Errorf("Accept %q: %s %v", accept, a.Status, a.Header)
		}
	}
	a := ask(t, http.MethodGet, w.address+"/collections/communes/items", "Accept", "image/png")
	if p := problemOf(t, a); a.StatusCode != http.StatusNotAcceptable || p.Parameter != "Accept" {
		t.Errorf("%+v", p)
	}
}

func TestItemsCSVGeometry(t *testing.T) {
	w := sample(t)
	at := w.address + "/collections/communes/items?nom=Massy&f=csv&properties=nom"
	for query, want := range map[string]string{
		"":                             `^nom\r\nMassy\r\n$`,
		"&geometry=wkt":                `^nom,geometry_wkt\r\nMassy,"MULTIPOLYGON ?\(\(\(2\.`,
		"&geometry=lonlat":             `^nom,longitude,latitude\r\nMassy,2\.\d+,48\.\d+\r\n$`,
		"&geometry=wkt&crs=" + lambert: `^nom,geometry_wkt\r\nMassy,"MULTIPOLYGON ?\(\(\(64\d{4}`,
	} {
		if a := ask(t, http.MethodGet, at+query); !regexp.MustCompile(want).Match(a.body) {
			t.Errorf("%q: %.200s", query, a.body)
		}
	}
	for _, c := range []struct{ because, query string }{
		{"goes with CSV", "f=geojson&geometry=wkt"}, {"neither", "f=csv&geometry=wkb"}, {"there is none", "f=csv&geometry=wkt&skipGeometry=true"}} {
		w.refuses(t, c.because, "/collections/communes/items?"+c.query, "geometry")
	}
}

// TestFlatGeobufPage: a page as FlatGeobuf, read by GDAL, has the features of the page.
func TestFlatGeobufPage(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo (gdal-bin) is not installed")
	}
	w := sample(t)
	for _, query := range []string{"limit=20", "limit=7&crs=" + lambert, "limit=5&skipGeometry=true", "nom=nowhere"} {
		a := ask(t, http.MethodGet, w.address+"/collections/communes/items?f=fgb&"+query)
		path := filepath.Join(t.TempDir(), "page.fgb")
		must(t, os.WriteFile(path, a.body, 0o600))
		out, err := exec.CommandContext(t.Context(), ogrinfo, "-al", "-so", path).CombinedOutput()
		if want := "Feature Count: " + a.Header.Get("OGC-NumberReturned") + "\n"; err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: no %q in %v\n%s", query, want, err, out)
		}
	}
}
