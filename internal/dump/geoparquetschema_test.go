package dump_test

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
)

// TestGeoParquetSchema holds "geo" against a JSON schema, of the rules of GeoParquet 1.1.0 that our files are under.
func TestGeoParquetSchema(t *testing.T) {
	rules, err := jsonschema.NewCompiler().Compile("testdata/geoparquet.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, geometry := range []string{"Point", "MultiPolygon"} {
		for _, crs := range append([]*geo.OGCCRS{nil}, geo.OGCCRSs...) {
			for _, n := range []int{0, 3} {
				c := of(t, layer(t, geometry), given(placed(t, n, geometry), nil))
				c.CRS = crs
				checkGeo(t, rules, c, n)
			}
		}
	}
	turned := []*dataset.Feature{{Values: placed(t, 1, "")[0].Values, WKB: multiPolygon([][][][2]float64{{{{0, 0}, {0, 1}, {1, 1}, {0, 0}}}})}}
	checkGeo(t, rules, of(t, layer(t, "MultiPolygon"), given(turned, nil)), 1)
}

func checkGeo(t *testing.T, rules *jsonschema.Schema, c *dump.Content, rows int) {
	t.Helper()
	f, _ := parquetOf(t, c, rows)
	text, _ := f.Lookup("geo")
	said, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := rules.Validate(said); err != nil {
		t.Errorf("%s\n%v", text, err)
	}
}
