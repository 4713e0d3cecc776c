package store_test

import (
	"fmt"
	"slices"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/store"
)

// TestRanks: few are all of them, wherever they are; many, or what is not counted in time, are those of the box at least, and
// nothing that does not match.
func TestRanks(t *testing.T) {
	const n = 60_000
	db, conn := open(t, store.Options{})
	d := describe(t, described{name: "points", columns: []string{"id string", "n integer", "m integer"}, publication: `"geometry": {"type": "Point"}`})
	rows := make([]*dataset.Feature, 0, n)
	for i := range n {
		rows = append(rows, row(int64(i), point(float64(i%100)/50, 45+float64(i/100)/300), fmt.Sprintf("p%05d", i), i%2000, 1))
	}
	v := load(t, db, d, rows...)
	box := geo.BBox{West: 0.5, South: 45.2, East: 1, North: 46}
	for _, c := range []struct {
		because, column, value string
		whole                  bool
	}{{"few", "n", "1", true}, {"one", "id", "p00007", true}, {"none", "id", "x", true}, {"many", "m", "1", false}, {"all", "id", "", false}} {
		q := dataset.Query{}
		if c.value != "" {
			q.Equal = []dataset.Equal{{Column: c.column, Value: c.value}}
		}
		got, err := db.Ranks(t.Context(), v, d, q, box)
		if err != nil {
			t.Fatal(err)
		}
		where := "true"
		if c.value != "" {
			where = fmt.Sprintf("%s::text = '%s'", c.column, c.value)
		}
		matched := one[[]int64](t, conn, `select coalesce(array_agg(_ord order by _ord), '{}') from data."`+v.String()+`" where `+where)
		in := one[[]int64](t, conn, fmt.Sprintf(`select coalesce(array_agg(_ord order by _ord), '{}') from data."%s" where %s and ST_X(geometry) between %v and %v and ST_Y(geometry) between %v and %v`,
			v, where, box.West, box.East, box.South, box.North))
		for ord := range int64(n + 200) {
			_, isMatched := slices.BinarySearch(matched, ord)
			_, isIn := slices.BinarySearch(in, ord)
			has := got.Has(uint64(ord))
			if has && !isMatched || isIn && !has || c.whole && isMatched != has {
				t.Fatalf("%s: %d: has %v, matched %v, in the box %v", c.because, ord, has, isMatched, isIn)
			}
		}
		if got.Has(1<<63) || got.Has(0) {
			t.Errorf("%s: has what is no rank", c.because)
		}
	}
}
