package store_test

import (
	"bytes"
	"slices"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/store"
)

// TestBothEncodings: one read gives the bytes and the text that two reads do, in any system.
func TestBothEncodings(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	places, shapes := describe(t, dots), describe(t, contours)
	for _, c := range []struct {
		d    *dataset.Dataset
		rows []*dataset.Feature
	}{
		{places, []*dataset.Feature{row(1, point(2.4, 48.6), 1, nil), row(2, nil, 2, nil), row(3, point(-1.2345678, 46), 3, nil)}},
		{shapes, []*dataset.Feature{row(1, square(t, 5, 48, 6, 49), "a"), row(2, nil, "b"), row(3, square(t, 1, 45, 2, 46), "c")}},
	} {
		v := load(t, db, c.d, c.rows...)
		systems := append([]*geo.OGCCRS{nil}, geo.OGCCRSsFor(v.Extent)...)
		for _, crs := range systems {
			both := read(t, db, v, c.d, dataset.Query{Geometry: dataset.AsBoth, CRS: crs})
			texts := read(t, db, v, c.d, dataset.Query{Geometry: dataset.AsGeoJSON, CRS: crs})
			shapes := read(t, db, v, c.d, dataset.Query{Geometry: dataset.AsWKB, CRS: crs})
			none := 0
			for i, f := range both {
				if !bytes.Equal(f.WKB, shapes[i].WKB) || !bytes.Equal(f.GeoJSON, texts[i].GeoJSON) || (f.WKB == nil) != (f.GeoJSON == nil) {
					t.Errorf("%s in %v: %x and %s, not %x and %s", c.d.Name, crs, f.WKB, f.GeoJSON, shapes[i].WKB, texts[i].GeoJSON)
				}
				if f.WKB == nil {
					none++
				}
			}
			if len(both) != len(c.rows) || none != 1 {
				t.Errorf("%s in %v: %d rows, %d without geometry", c.d.Name, crs, len(both), none)
			}
		}
	}
}

// TestParted: départements one after another, each in Hilbert order; what is no commune's code comes last.
func TestParted(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, described{name: "lieux", columns: []string{"id integer", "code string"}, publication: `"geometry": {"type": "Point"}, "commune": "code"`})
	codes := []any{"91001", "2A004", "97411", "75056", "97", "", nil, "9x", "98735", "91228", "2B033", "01001", "ailleurs", "97105", "2A247"}
	var rows []*dataset.Feature
	for i := range 300 {
		rows = append(rows, row(int64(i), point(2+float64(i*37%300)/100, 48), i, codes[i%len(codes)]))
	}
	v := load(t, db, d, rows...)
	var order []string
	last := int64(0)
	for _, f := range read(t, db, v, d, dataset.Query{Geometry: dataset.AsBoth, Parted: true}) {
		code := dataset.DepartementOf(f.Values[1].Text())
		if n := len(order); n == 0 || order[n-1] != code {
			order, last = append(order, code), 0
		}
		if f.Ord <= last {
			t.Errorf("in %s, %d follows %d", code, f.Ord, last)
		}
		last = f.Ord
	}
	if want := []string{"01", "2A", "2B", "75", "91", "971", "974", "987", ""}; !slices.Equal(order, want) {
		t.Errorf("%q", order)
	}
}
