package tile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"maille/internal/tile"
)

// raster makes a coverage of the areas that share a letter, their corners moved by up to jitter, which under a half keeps
// borders from crossing. A space is no area.
func raster(rows []string, jitter float64, seed uint64) []orb.MultiPolygon {
	r := rand.New(rand.NewPCG(seed, 1))
	corners := map[[2]int]orb.Point{}
	corner := func(x, y int) orb.Point {
		at := [2]int{x, y}
		if _, known := corners[at]; !known {
			corners[at] = orb.Point{float64(x) + jitter*(2*r.Float64()-1), float64(y) + jitter*(2*r.Float64()-1)}
		}
		return corners[at]
	}
	for y := range len(rows) + 1 { // whatever the order in which they are asked for
		for x := range len(rows[0]) + 1 {
			corner(x, y)
		}
	}
	label := func(x, y int) byte {
		if y < 0 || y >= len(rows) || x < 0 || x >= len(rows[y]) {
			return ' '
		}
		return rows[y][x]
	}
	var letters []byte
	for y := range rows {
		for x := range rows[y] {
			if l := label(x, y); l != ' ' && !slices.Contains(letters, l) {
				letters = append(letters, l)
			}
		}
	}
	slices.Sort(letters)
	var shapes []orb.MultiPolygon
	for _, l := range letters {
		shapes = append(shapes, assemble(trace(len(rows[0]), len(rows), func(x, y int) bool { return label(x, y) == l }, corner)))
	}
	return shapes
}

// trace goes round the cells that are inside, with them on the left; where two touch by a corner it keeps them apart.
func trace(width, height int, inside func(x, y int) bool, corner func(x, y int) orb.Point) (rings []orb.Ring) {
	type place struct{ x, y int }
	next := map[place][]place{}
	for y := range height {
		for x := range width {
			if !inside(x, y) {
				continue
			}
			for _, side := range []struct{ dx, dy, ax, ay, bx, by int }{
				{0, -1, x, y, x + 1, y}, {1, 0, x + 1, y, x + 1, y + 1}, {0, 1, x + 1, y + 1, x, y + 1}, {-1, 0, x, y + 1, x, y},
			} {
				if !inside(x+side.dx, y+side.dy) {
					next[place{side.ax, side.ay}] = append(next[place{side.ax, side.ay}], place{side.bx, side.by})
				}
			}
		}
	}
	for y := range height + 1 {
		for x := range width + 1 {
			for from := (place{x, y}); len(next[from]) > 0; {
				ring := orb.Ring{corner(from.x, from.y)}
				at, way := from, place{}
				for {
					ways := next[at]
					chosen := 0
					for i, to := range ways { // turn left where there is a choice
						if d := (place{to.x - at.x, to.y - at.y}); way != (place{}) && way.x*d.y-way.y*d.x > 0 {
							chosen = i
						}
					}
					to := ways[chosen]
					next[at] = slices.Delete(slices.Clone(ways), chosen, chosen+1)
					way, at = place{to.x - at.x, to.y - at.y}, to
					ring = append(ring, corner(at.x, at.y))
					if at == from {
						break
					}
				}
				rings = append(rings, ring)
			}
		}
	}
	return rings
}

// assemble puts holes, which are clockwise, into the polygons that hold them.
func assemble(rings []orb.Ring) (shape orb.MultiPolygon) {
	for _, r := range rings {
		if r.Orientation() == orb.CCW {
			shape = append(shape, orb.Polygon{r})
		}
	}
	for _, r := range rings {
		if r.Orientation() == orb.CCW {
			continue
		}
		holder := -1
		for i, p := range shape {
			if within(r, p[0]) && (holder < 0 || planar.Area(p[0]) < planar.Area(shape[holder][0])) {
				holder = i
			}
		}
		shape[holder] = append(shape[holder], r)
	}
	return shape
}

func within(r, outer orb.Ring) bool {
	for _, p := range r {
		if !slices.Contains(outer, p) {
			return planar.RingContains(outer, p)
		}
	}
	return true
}

type edge [2]orb.Point

// edges says how often each directed edge is gone through.
func edges(shapes []orb.MultiPolygon) map[edge]int {
	uses := map[edge]int{}
	for _, shape := range shapes {
		for _, polygon := range shape {
			for _, ring := range polygon {
				for i := range len(ring) - 1 {
					uses[edge{ring[i], ring[i+1]}]++
				}
			}
		}
	}
	return uses
}

// check holds a generalised coverage to its promises. The first ones cost time that grows with the square of its size.
func check(t testing.TB, before, after []orb.MultiPolygon, thorough bool) {
	t.Helper()
	if len(before) != len(after) {
		t.Fatalf("%d shapes have become %d", len(before), len(after))
	}
	for i := range before {
		if len(before[i]) != len(after[i]) {
			t.Fatalf("shape %d has %d polygons, had %d", i, len(after[i]), len(before[i]))
		}
		for j := range before[i] {
			if len(before[i][j]) != len(after[i][j]) {
				t.Fatalf("polygon %d of shape %d has %d rings, had %d", j, i, len(after[i][j]), len(before[i][j]))
			}
			for k, ring := range after[i][j] {
				switch {
				case len(ring) < 4 || !ring.Closed():
					t.Errorf("ring %d.%d.%d has become %v", i, j, k, ring)
				case ring.Orientation() != before[i][j][k].Orientation():
					t.Errorf("ring %d.%d.%d has turned", i, j, k)
				}
			}
		}
	}
	checkEdges(t, before, after)
	if thorough {
		checkCrossings(t, after)
		checkSides(t, after)
	}
}

// checkEdges: each border has at most one polygon on each side, and what has one on both sides is what had.
func checkEdges(t testing.TB, before, after []orb.MultiPolygon) {
	t.Helper()
	was, is := edges(before), edges(after)
	vertices, coast := map[orb.Point]bool{}, map[orb.Point]bool{}
	for e := range was {
		vertices[e[0]] = true
		if was[edge{e[1], e[0]}] == 0 {
			coast[e[0]], coast[e[1]] = true, true
		}
	}
	var boundary, sum float64
	for e, n := range is {
		if n > 1 {
			t.Errorf("the edge %v is used %d times", e, n)
		}
		if !vertices[e[0]] {
			t.Errorf("the vertex %v is new", e[0])
		}
		if is[edge{e[1], e[0]}] == 0 {
			if !coast[e[0]] || !coast[e[1]] {
				t.Errorf("the edge %v was shared", e)
			}
			boundary += (e[0][0]*e[1][1] - e[1][0]*e[0][1]) / 2
		}
	}
	for _, shape := range after {
		for _, polygon := range shape {
			for i, ring := range polygon {
				sum += math.Abs(planar.Area(ring)) * float64(1-2*min(i, 1))
			}
		}
	}
	if math.Abs(sum-boundary) > 1e-9*(1+math.Abs(boundary)) {
		t.Errorf("the polygons cover %.12g, their boundary holds %.12g", sum, boundary)
	}
}

// checkCrossings: two edges have nothing in common but an end.
func checkCrossings(t testing.TB, after []orb.MultiPolygon) {
	t.Helper()
	var all []edge
	for e := range edges(after) {
		if e[0][0] < e[1][0] || e[0][0] == e[1][0] && e[0][1] < e[1][1] || edges(after)[edge{e[1], e[0]}] == 0 {
			all = append(all, e)
		}
	}
	for i, e := range all {
		for _, f := range all[:i] {
			if tile.Clash(e[0], e[1], f[0], f[1]) {
				t.Errorf("%v and %v meet", e, f)
			}
		}
	}
}

// checkSides: no vertex is inside a polygon that it is not of.
func checkSides(t testing.TB, after []orb.MultiPolygon) {
	t.Helper()
	vertices := map[orb.Point]bool{}
	for e := range edges(after) {
		vertices[e[0]] = true
	}
	for i, shape := range after {
		of := map[orb.Point]bool{}
		for e := range edges([]orb.MultiPolygon{shape}) {
			of[e[0]] = true
		}
		for v := range vertices {
			if !of[v] && planar.MultiPolygonContains(shape, v) {
				t.Errorf("%v is inside shape %d", v, i)
			}
		}
	}
}

func vertices(shapes []orb.MultiPolygon) (n int) {
	for _, uses := range edges(shapes) {
		n += uses
	}
	return n
}

var maps = map[string][]string{
	"two neighbours": {"aaabbb", "aaaabb", "aabbbb", "aaabbb"},
	"three, a crossroads": {
		"aaaabbbb",
		"aaaaabbb",
		"aaacccbb",
		"aacccccb",
		"cccccccc",
	},
	"an enclave, an island, a lake": {
		"aaaaaaaaaa   ",
		"aabbbaaaaa c ",
		"aabbbaa  aa  ",
		"aaabbaa  aa d",
		"aaaaaaaaaaa  ",
	},
	"an island in a bay": {
		"aaaaaaaaaaaa",
		"aa        aa",
		"aa  b  c  aa",
		"aa        aa",
		"aaa      aaa",
		"aaa      aaa",
	},
	"a pair of shores": {
		"aaaaaaaaaaaa",
		"a aaaaaaaa a",
		"  b b  b  b ",
		"b bbbbbbbbbb",
		"bbbbbbbbbbbb",
	},
	"a chequer, corner to corner": {
		"ab ba",
		"ba ab",
		"  a  ",
		"ab ab",
	},
	"a spiral": {
		"aaaaaaaaaaa",
		"abbbbbbbbba",
		"abaaaaaaaba",
		"abababbbaba",
		"ababaaababa",
		"ababbbbbaba",
		"abaaaaaaaba",
		"abbbbbbbbba",
	},
	"a lens": {"aaaaaa", "aabbaa", "cccccc"},
}

func TestGeneraliseKeepsTheCoverage(t *testing.T) {
	for name, rows := range maps {
		for _, jitter := range []float64{0, 0.3, 0.49} {
			for _, tolerance := range []float64{0, 0.2, 0.6, 1.1, 2.5, 100} {
				t.Run(fmt.Sprint(name, jitter, tolerance), func(t *testing.T) {
					before := raster(rows, jitter, 7)
					check(t, before, before, true) // the test's own coverage is one
					after := tile.NewCoverage(before).Generalise(tolerance)
					check(t, before, after, true)
					if tolerance > 1 && vertices(after) >= vertices(before) {
						t.Errorf("%d vertices of %d", vertices(after), vertices(before))
					}
				})
			}
		}
	}
}

// TestGeneraliseIsWithinTolerance: where nothing stands in the way, and where something does, no vertex is further from the
// new border than was asked.
func TestGeneraliseIsWithinTolerance(t *testing.T) {
	for seed := range uint64(40) {
		before := raster(random(seed, 14, 10, 4), 0.4, seed)
		for _, tolerance := range []float64{0.5, 1.5} {
			after := edges(tile.NewCoverage(before).Generalise(tolerance))
			for e := range edges(before) {
				nearest := math.Inf(1)
				for f := range after {
					nearest = min(nearest, planar.DistanceFromSegment(f[0], f[1], e[0]))
				}
				if nearest > tolerance+1e-9 {
					t.Fatalf("%v is %g from any border, tolerance %g", e[0], nearest, tolerance)
				}
			}
		}
	}
}

// random is a map of areas that grew at random, some of them nothing.
func random(seed uint64, width, height, areas int) []string {
	r := rand.New(rand.NewPCG(seed, 2))
	letters := " abcdefghijklmnopqrstuvwxyz"[:areas+1]
	rows := make([][]byte, height)
	for y := range rows {
		rows[y] = make([]byte, width)
		for x := range rows[y] {
			rows[y][x] = letters[r.IntN(len(letters))]
			if r.IntN(4) > 0 && x > 0 {
				rows[y][x] = rows[y][x-1]
			}
			if r.IntN(3) > 0 && y > 0 {
				rows[y][x] = rows[y-1][x]
			}
		}
	}
	texts := make([]string, height)
	for y := range rows {
		texts[y] = string(rows[y])
	}
	return texts
}

// TestOrderDoesNotMatter: neither that of the polygons nor where a ring begins, nor which way it goes.
func TestOrderDoesNotMatter(t *testing.T) {
	for seed := range uint64(30) {
		before := raster(random(seed, 16, 12, 5), 0.4*float64(seed%2), seed) // without jitter, many vertices are equally far
		r := rand.New(rand.NewPCG(seed, 3))
		order := r.Perm(len(before))
		shuffled := make([]orb.MultiPolygon, len(before))
		for i, from := range order {
			shuffled[i] = turned(before[from], r)
		}
		for _, tolerance := range []float64{0.4, 1, 3} {
			one, other := tile.NewCoverage(before).Generalise(tolerance), tile.NewCoverage(shuffled).Generalise(tolerance)
			for i, from := range order {
				if got, want := sets(other[i]), sets(one[from]); !slices.Equal(got, want) {
					t.Fatalf("seed %d, tolerance %g: shape %d is\n%v, in another order\n%v", seed, tolerance, from, want, got)
				}
			}
		}
	}
}

func turned(shape orb.MultiPolygon, r *rand.Rand) orb.MultiPolygon {
	shape = shape.Clone()
	r.Shuffle(len(shape), func(i, j int) { shape[i], shape[j] = shape[j], shape[i] })
	for _, polygon := range shape {
		for i, ring := range polygon {
			n := len(ring) - 1
			k := r.IntN(n)
			again := append(append(orb.Ring{}, ring[k:n]...), ring[:k+1]...)
			if r.IntN(2) == 0 {
				slices.Reverse(again)
			}
			polygon[i] = again
		}
	}
	return shape
}

// sets is a shape's edges, whatever their order and direction.
func sets(shape orb.MultiPolygon) (texts []string) {
	for e := range edges([]orb.MultiPolygon{shape}) {
		if e[1][0] < e[0][0] || e[1][0] == e[0][0] && e[1][1] < e[0][1] {
			e = edge{e[1], e[0]}
		}
		texts = append(texts, fmt.Sprint(e))
	}
	slices.Sort(texts)
	return texts
}

// TestBrokenPolygonsPass: what is no polygon comes out as it can, for who validates it to say so.
func TestBrokenPolygonsPass(t *testing.T) {
	a, b, c, d := orb.Point{0, 0}, orb.Point{4, 0}, orb.Point{4, 4}, orb.Point{0, 4}
	for name, shape := range map[string]orb.MultiPolygon{
		"nothing":           nil,
		"no rings":          {{}},
		"an empty ring":     {{{}}},
		"one point":         {{{a, a, a, a}}},
		"a line":            {{{a, b, a, b, a}}},
		"a spike":           {{{a, b, c, d, c, a}}},
		"a bow tie":         {{{a, c, b, d, a}}},
		"the same twice":    {{{a, b, c, d, a}}, {{a, b, c, d, a}}},
		"it does not close": {{{a, b, c, d}}},
	} {
		for _, tolerance := range []float64{0, 1, 10} {
			after := tile.NewCoverage([]orb.MultiPolygon{shape}).Generalise(tolerance)
			if len(after) != 1 || len(after[0]) != len(shape) {
				t.Errorf("%s has become %v", name, after)
			}
		}
	}
}

func TestClash(t *testing.T) {
	o, e, n, ee, nn, en := orb.Point{0, 0}, orb.Point{1, 0}, orb.Point{0, 1}, orb.Point{2, 0}, orb.Point{0, 3}, orb.Point{1, 1}
	w := orb.Point{-1, 0}
	for _, c := range []struct {
		name       string
		a, b, c, d orb.Point
		want       bool
	}{
		{"from one end, two ways", o, e, o, n, false},
		{"from one end, opposite ways", o, e, o, w, false},
		{"from one end, the same way", o, e, o, ee, true},
		{"from an end to an end, the same way", o, e, ee, o, true},
		{"to an end, the same way", e, o, o, ee, true},
		{"to one end, the same way", e, o, ee, o, true},
		{"one after the other", o, e, e, ee, false},
		{"the same", o, e, o, e, true},
		{"the same, backwards", o, e, e, o, true},
		{"across", o, en, e, n, true},
		{"apart", o, e, n, en, false},
		{"an end in the middle", e, nn, orb.Point{0.5, 1.5}, o, true},
		{"in line, in part the same", w, e, o, ee, true},
		{"in line, apart", w, o, e, ee, false},
	} {
		if tile.Clash(c.a, c.b, c.c, c.d) != c.want || tile.Clash(c.c, c.d, c.a, c.b) != c.want {
			t.Errorf("%s: not %v", c.name, c.want)
		}
	}
}

func FuzzGeneralise(f *testing.F) {
	f.Add(uint64(1), uint8(12), uint8(9), uint8(4), 0.3, 0.8)
	f.Add(uint64(2), uint8(20), uint8(20), uint8(3), 0.0, 1.0)
	f.Add(uint64(3), uint8(8), uint8(8), uint8(7), 0.49, 40.0)
	f.Fuzz(func(t *testing.T, seed uint64, width, height, areas uint8, jitter, tolerance float64) {
		if !(jitter >= 0 && jitter < 0.5) || !(tolerance >= 0) {
			t.Skip()
		}
		before := raster(random(seed, 1+int(width%32), 1+int(height%32), 1+int(areas%8)), jitter, seed)
		check(t, before, tile.NewCoverage(before).Generalise(tolerance), true)
	})
}
