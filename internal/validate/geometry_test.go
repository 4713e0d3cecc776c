package validate_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/validate"
)

func TestGeometrySays(t *testing.T) {
	d := restore(t, polygons, zones)
	for _, c := range []struct{ name, geometry, rule, message string }{
		{"cut short", `{"type":"Polygon"`, "geometry", "la géométrie ne se lit pas : unexpected end of JSON input"},
		{"a null coordinate", `{"type":"Polygon","coordinates":[[[null,1],[2,2],[3,3],[null,1]]]}`, "geometry", "la géométrie ne se lit pas : a coordinate is null"},
		{"another type", `{"type":"Point","coordinates":[2,48]}`, "geometry", "la géométrie est de type Point, il faut MultiPolygon"},
		{"a collection", `{"type":"GeometryCollection","geometries":[]}`, "geometry", "la géométrie est de type GeometryCollection, il faut MultiPolygon"},
		{"a type that no database could report", `{"type":"a\u0000` + strings.Repeat("b", 100) + `"}`, "geometry",
			"la géométrie est de type a\ufffd" + strings.Repeat("b", 78) + "…, il faut MultiPolygon"},
		{"a ring that does not close", `{"type":"Polygon","coordinates":[[[1,1],[2,2],[3,1],[1,2]]]}`, "geometry",
			"la géométrie a un contour qui ne se ferme pas ou qui a moins de quatre points"},
		{"off the globe", `{"type":"Polygon","coordinates":[[[1,1],[2,200],[3,1],[1,1]]]}`, "coordinates", "la géométrie a une coordonnée hors du globe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var report dataset.Report
			v := validate.New(d)
			if f := v.Row(&dataset.Row{Line: 3, Cells: []string{"a", "b"}, Geometry: []byte(c.geometry)}, &report); f != nil {
				t.Errorf("the row is kept: %x", f.WKB)
			}
			want := []dataset.Issue{{Line: 3, Key: "a:b", Column: "geometry", Rule: c.rule, Level: dataset.Error, Message: c.message}}
			if !slices.Equal(report.Issues, want) {
				t.Errorf("\n got %+v\nwant %+v", report.Issues, want)
			}
		})
	}
}

func TestGeometriesOfRows(t *testing.T) {
	square := []byte(`{"type":"Polygon","coordinates":[[[1,1],[2,1],[2.00000001,2],[1,1]]]}`)
	for _, c := range []struct {
		name       string
		descriptor string
		row        *dataset.Row
		bytes      int // of EWKB
	}{
		{"a polygon becomes many, on its grid", polygons, &dataset.Row{Cells: []string{"a", "b"}, Geometry: square}, 13 + 9 + 4 + 4*16},
		{"a row without geometry", polygons, &dataset.Row{Cells: []string{"a", "b"}}, 0},
		{"an empty geometry", polygons, &dataset.Row{Cells: []string{"a", "b"}, Geometry: []byte(`{"type":"Polygon","coordinates":[]}`)}, 0},
		{"a table passes geometries over", table, &dataset.Row{Cells: []string{"a", "b"}, Geometry: []byte(`{`)}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var report dataset.Report
			f := validate.New(restore(t, c.descriptor, zones)).Row(c.row, &report)
			if f == nil {
				t.Fatalf("left out: %+v", report.Issues)
			}
			if len(f.WKB) != c.bytes || c.bytes == 0 && f.WKB != nil {
				t.Errorf("EWKB %x", f.WKB)
			}
			if c.bytes > 0 {
				if box, err := geo.Extend(nil, f.WKB); err != nil || *box != (geo.BBox{West: 1, South: 1, East: 2, North: 2}) {
					t.Errorf("extent %v (%v)", box, err)
				}
			}
		})
	}
}

// TestWKBSays: the geometry of a binary file is held to the rules of one in text, in the same words.
func TestWKBSays(t *testing.T) {
	le := binary.LittleEndian
	bytesOf := func(g orb.Geometry) []byte {
		data, err := ewkb.Marshal(g, 0, le)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, c := range []struct {
		name, rule, message string
		wkb                 []byte
	}{
		{"a line", "geometry", "la géométrie est de type LineString, il faut MultiPolygon", bytesOf(orb.LineString{{2, 48}, {3, 49}})},
		{"beyond the globe", "coordinates", "la géométrie a une coordonnée hors du globe", bytesOf(orb.Polygon{{{2, 48}, {200, 48}, {3, 49}, {2, 48}}})},
		{"open", "geometry", "la géométrie a un contour qui ne se ferme pas ou qui a moins de quatre points", bytesOf(orb.Polygon{{{2, 48}, {3, 48}, {3, 49}, {2, 49}}})},
		{"cut", "geometry", "la géométrie ne se lit pas : WKB of another length than it says", bytesOf(orb.Polygon{{{2, 48}, {3, 48}, {3, 49}, {2, 48}}})[:40]},
		{"nothing", "geometry", "la géométrie ne se lit pas : no type of WKB", []byte{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var report dataset.Report
			v := validate.New(restore(t, polygons, zones))
			if f := v.Row(&dataset.Row{Line: 3, Cells: []string{"a", "b"}, WKB: c.wkb}, &report); f != nil {
				t.Errorf("a feature with %x", f.WKB)
			}
			if len(report.Issues) != 1 || report.Issues[0].Rule != c.rule || report.Issues[0].Message != c.message || report.Issues[0].Line != 3 {
				t.Errorf("issues = %+v", report.Issues)
			}
		})
	}
	var report dataset.Report
	sound := &dataset.Row{Cells: []string{"a", "b"}, WKB: bytesOf(orb.Polygon{{{2, 48}, {3, 48}, {3, 49}, {2, 48}}})}
	if f := validate.New(restore(t, polygons, zones)).Row(sound, &report); f == nil || len(f.WKB) != 13+9+4+4*16 {
		t.Errorf("a sound polygon: %+v", report.Issues)
	}
}
