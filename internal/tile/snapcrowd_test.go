package tile_test

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"maille/internal/tile"
)

// TestCrowdedCells: what is detailed has the same vertices where its pixels crowd in the cells that long segments ask for.
func TestCrowdedCells(t *testing.T) {
	if raced {
		t.Skip("four hundred long borders, which make test has a run for without the race detector")
	}
	shapes := detailed(400, 48.03)
	if n := tile.Crowds(detailed(400, 48.03), 13); n == 0 {
		t.Fatal("no cell is crowded")
	}
	b := buildTiles(t, shapesDataset(t, 12, 13, 0), featuresOf([]orb.MultiPolygon{shapes[0]}))
	all := buildTiles(t, shapesDataset(t, 12, 13, 0), featuresOf(shapes))
	for at, layers := range b.tiles {
		want, got := layers[0].Features[0], all.tiles[at][0].Features[0]
		if got.ID != want.ID || !orb.Equal(want.Geometry, got.Geometry) {
			t.Errorf("%v: %v among long ones, %v alone", at, got.Geometry, want.Geometry)
		}
	}
}

// TestPassages: a segment passes through the pixels that every one by itself says, in crowded cells as in others, and a pixel
// is one however often it comes.
func TestPassages(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, size := range [][2]int32{{60, 60}, {3, 900}, {900, 3}, {20, 20}} {
		var pixels [][2]int32
		known := map[[2]int32]bool{}
		for range 500 {
			p := [2]int32{r.Int32N(size[0]) - 7, r.Int32N(size[1]) - 7}
			pixels, known[p] = append(pixels, p), true
		}
		for range 100 {
			at := func() orb.Point { return orb.Point{r.Float64()*float64(size[0]) - 7, r.Float64()*float64(size[1]) - 7} }
			a, b := at(), at()
			want := 0
			for p := range known {
				if tile.Enters(a, b, p[0], p[1]) {
					want++
				}
			}
			for apart, crowded := range map[float64]bool{1: false, 1000: true} {
				got, entered, crowds := tile.Passages(pixels, apart, a, b)
				if len(got) != want || entered != len(known) || (crowds > 0) != crowded {
					t.Fatalf("%v to %v, cells of %g: %d pixels, want %d; %d entered, want %d; %d crowds", a, b, apart, len(got), want, entered, len(known), crowds)
				}
			}
		}
	}
}
