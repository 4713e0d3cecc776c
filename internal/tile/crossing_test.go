package tile_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"maille/internal/tile"
)

// detailed is a ring of n vertices among long rectangles, on the border of one when it is at 48.003 and else at 48.03: all of it is in a few of the cells that they ask for.
func detailed(n int, y float64) []orb.MultiPolygon {
	var ring orb.Ring
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		far := 0.005 + 0.1/float64(n)*r.Float64()
		ring = append(ring, orb.Point{2 + far*cos, y + far*sin})
	}
	shapes := []orb.MultiPolygon{{{append(ring, ring[0])}}}
	for i := range 40 {
		y := 47 + float64(i)/21
		shapes = append(shapes, orb.MultiPolygon{{{{0, y}, {10, y}, {10, y + 0.01}, {0, y + 0.01}, {0, y}}}})
	}
	return shapes
}

// TestCrossingsOfWhatIsDetailed: a hundred thousand vertices in a cell are not compared each with each.
func TestCrossingsOfWhatIsDetailed(t *testing.T) {
	few, many := tile.CrossingPairs(detailed(5_000, 48.003)), tile.CrossingPairs(detailed(40_000, 48.003))
	if many > 40_000*200 || many > 20*few {
		t.Errorf("%d pairs of 5 000, %d of 40 000", few, many)
	}
	if got := tile.Crossings(detailed(5_000, 48.003)); len(got) == 0 {
		t.Error("no crossing: the ring is in none of the rectangles")
	}
}

// TestCrossings: those that every pair has, in crowded cells as in others.
func TestCrossings(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{3, 10, 40, 250} {
		for _, flat := range []float64{1, 0.02, 50} {
			var shapes []orb.MultiPolygon
			var all [][2]orb.Point
			for range n {
				x, y := r.Float64(), r.Float64()*flat
				at := func() orb.Point { return orb.Point{x + r.Float64()/10, y + r.Float64()/10*flat} }
				ring := orb.Ring{at(), at(), at()}
				ring = append(ring, ring[0])
				shapes = append(shapes, orb.MultiPolygon{{ring}})
				for i := range 3 {
					all = append(all, [2]orb.Point{ring[i], ring[i+1]})
				}
			}
			shapes = append(shapes, orb.MultiPolygon{{{{-900, -900}, {900, -900}, {900, -800}, {-900, -900}}}}) // cells are wide
			want := 0
			for i, e := range all {
				for _, f := range all[:i] {
					if shared := e[0] == f[0] || e[0] == f[1] || e[1] == f[0] || e[1] == f[1]; !shared && tile.Clash(e[0], e[1], f[0], f[1]) {
						want++
					}
				}
			}
			got := tile.Crossings(shapes)
			if len(got) != want {
				t.Errorf("%d triangles: %d crossings, want %d", n, len(got), want)
			}
			if !slices.IsSortedFunc(got, func(p, q orb.Point) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) }) {
				t.Error("they are not in order")
			}
		}
	}
}
