package serve_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestPagesGiveEachFeatureOnce walks every collection by its next links and compares with numberMatched and both files.
func TestPagesGiveEachFeatureOnce(t *testing.T) {
	notRaced(t)
	w := sample(t)
	for _, c := range collections(t, w) {
		for _, query := range []string{"limit=7", "limit=1000", "limit=5&bbox=2.2,48.4,2.4,48.6"} {
			walked := walk(t, w.address+"/collections/"+c.ID+"/items?"+query)
			seen := map[string]bool{}
			for _, f := range walked.Features {
				if seen[f.ID] || f.ID == "" {
					t.Errorf("%s?%s: %q twice", c.ID, query, f.ID)
				}
				seen[f.ID] = true
			}
			if len(walked.Features) != *walked.NumberMatched {
				t.Errorf("%s?%s: %d features, %d matched", c.ID, query, len(walked.Features), *walked.NumberMatched)
			}
			if !strings.Contains(query, "bbox") && (len(walked.Features) != csvRows(t, w, c.ID) || len(walked.Features) != geojsonRows(t, w, c.ID)) {
				t.Errorf("%s: %d in the API, %d in CSV, %d in GeoJSON", c.ID, len(walked.Features), csvRows(t, w, c.ID), geojsonRows(t, w, c.ID))
			}
		}
	}
}

// walk follows next to the end; numberMatched must be the same on each page.
func walk(t *testing.T, address string) (whole features) {
	t.Helper()
	for address != "" {
		page := parse[features](t, address)
		if whole.NumberMatched != nil && *whole.NumberMatched != *page.NumberMatched {
			t.Errorf("%s: %d matched, %d before", address, *page.NumberMatched, *whole.NumberMatched)
		}
		if page.NumberReturned != len(page.Features) {
			t.Errorf("%s: numberReturned %d of %d", address, page.NumberReturned, len(page.Features))
		}
		whole.NumberMatched = page.NumberMatched
		whole.Features = append(whole.Features, page.Features...)
		address = linked(page.Links, "next")
	}
	return whole
}

func csvRows(t *testing.T, w *world, id string) int {
	t.Helper()
	a := ask(t, http.MethodGet, w.address+"/d/"+id+".csv")
	rows, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return len(rows) - 1
}

func geojsonRows(t *testing.T, w *world, id string) int {
	t.Helper()
	return len(parse[features](t, w.address+"/d/"+id+".geojson").Features)
}

// TestFeaturesAreAlike: QGIS and GDAL learn the fields from the first page, so each feature has every property, in one
// order, and one type of geometry.
func TestFeaturesAreAlike(t *testing.T) {
	w := sample(t)
	for _, d := range w.Registry.All() {
		page := parse[struct {
			Features []struct {
				Geometry   *struct{ Type string }
				Properties json.RawMessage
			}
		}](t, w.address+"/collections/"+d.Name+"/items?limit=10000")
		for i, f := range page.Features {
			if got := names(t, f.Properties); !slices.Equal(got, d.Schema.Names()) {
				t.Fatalf("%s, feature %d: %v, not %v", d.Name, i, got, d.Schema.Names())
			}
			g := d.Publication.Geometry
			if f.Geometry != nil && (g == nil || f.Geometry.Type != g.Type) {
				t.Fatalf("%s, feature %d: a %s", d.Name, i, f.Geometry.Type)
			}
		}
	}
}

// names lists the members of an object in the order they are written.
func names(t *testing.T, object json.RawMessage) (found []string) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(object))
	for depth := 0; d.More() || depth > 0; {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		default:
			if depth == 1 {
				found = append(found, token.(string))
				var value json.RawMessage
				if err := d.Decode(&value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return found
}

// TestWalkIsPinned: whoever is half-way when a release is published goes on with the version it began with.
func TestWalkIsPinned(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"points": points(30, "2026-01-01"), "cles": "a,n\nx,1\n"})
	w.publish(t)
	first := parse[features](t, w.address+"/collections/points/items?limit=10")
	files["points.csv"].Data = []byte(points(25, "2026-02-02"))
	second := w.publish(t)

	rest := walk(t, linked(first.Links, "next"))
	if n := len(first.Features) + len(rest.Features); n != 30 {
		t.Errorf("%d features in a walk of 30", n)
	}
	for _, f := range append(first.Features, rest.Features...) {
		if f.Properties["jour"] != "2026-01-01" {
			t.Errorf("%s is of the new release", f.ID)
		}
	}
	if now := walk(t, w.address+"/collections/points/items"); len(now.Features) != 25 {
		t.Errorf("%d features in the new release", len(now.Features))
	}
	unchanged := parse[collection](t, w.address+"/collections/cles")
	if unchanged.Since == second.Release {
		t.Error("a dataset that did not change is said to be of the new release")
	}
	for _, release := range []string{second.Previous, second.Release} {
		if page := parse[features](t, w.address+"/r/"+release+"/collections/points/items"); !strings.Contains(linked(page.Links, "next"), "/r/"+release+"/") {
			t.Errorf("under /r/%s next is %s", release, linked(page.Links, "next"))
		}
	}
}

func points(n int, day string) string {
	var b strings.Builder
	b.WriteString("id,jour,lon,lat\n")
	for i := range n {
		fmt.Fprintf(&b, "p%d,%s,%g,%g\n", i, day, 2+float64(i)/100, 48.5)
	}
	return b.String()
}

func sameWords(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
