package tile_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/tile"
)

// TestPointsWithin: a tile that is bounded has the bytes of one in the finest cells that hold, whatever the order of the
// features, which are read once.
func TestPointsWithin(t *testing.T) {
	d := pointsOf(t, everything)
	all := somewhere(900, 3)
	r := rand.New(rand.NewPCG(3, 9))
	coarser := 0
	for _, at := range []geo.Tile{{}, {Z: 1, X: 1}, {Z: 1, Y: 1}, {Z: 3, X: 4, Y: 2}} {
		for range 15 {
			first, most, size := []int{0, 0, 1, 64}[r.IntN(4)], 1+r.IntN(400), 100+r.IntN(30_000)
			if r.IntN(3) == 0 {
				most = 0
			}
			shuffle(r, all)
			want, cell := finest(t, d, at, first, most, size, all)
			reads := 0
			once := func(yield func(*dataset.Feature, error) bool) {
				reads++
				each(all)(yield)
			}
			bound := tile.Bound{Cell: first, Most: most, Holds: func(mvt []byte) bool { return len(mvt) <= size }}
			got, err := tile.PointsWithin(d, at, bound, once)
			if err != nil || !bytes.Equal(got, want) || reads != 1 {
				t.Fatalf("%v, %d points, %d bytes, from %d to %d: %d bytes, not %d, in %d reads (%v)", at, most, size, first, cell, len(got), len(want), reads, err)
			}
			if cell > first {
				coarser++
			}
		}
	}
	if coarser < 20 {
		t.Errorf("%d tiles were in coarser cells", coarser)
	}
}

// finest looks for the cells of a bound, one by one.
func finest(t *testing.T, d *dataset.Dataset, at geo.Tile, cell, most, size int, all []*dataset.Feature) ([]byte, int) {
	t.Helper()
	for ; ; cell = max(1, 2*cell) {
		mvt, err := tile.Points(d, at, cell, each(all))
		if err != nil {
			t.Fatal(err)
		}
		points := 0
		for _, l := range decode(t, mvt) {
			points += len(l.Features)
		}
		if cell == tile.Extent || len(mvt) <= size && (most == 0 || points <= most) {
			return mvt, cell
		}
	}
}
