package tile

import (
	"math"

	"github.com/paulmach/orb"
)

// Generalise gives the polygons with fewer vertices, in the order they came: none that goes is further than tolerance from
// the line that takes its place. It is the algorithm of Douglas and Peucker (1973) on each arc, held to Saalfeld's condition
// (Topologically Consistent Line Simplification with the Douglas-Peucker Algorithm, 1999): a line that would cross another,
// or pass to the other side of a vertex, keeps more of its own. So no polygon is lost, overlaps its neighbour or leaves a
// gap, an island stays out of the land and an enclave stays in it. Vertices are never moved, and arcs keep their ends.
//
// The answer depends neither on the order of the polygons nor on where their rings begin.
func (c *Coverage) Generalise(tolerance float64) []orb.MultiPolygon {
	return c.thin(tolerance).polygons()
}

// thin is the coverage with the vertices that Generalise keeps.
func (c *Coverage) thin(tolerance float64) *Coverage {
	s := &simplifier{Coverage: c, kept: make([]bool, len(c.chain)), segments: make([]segment, 0, len(c.chain)/2)}
	for i := range int32(c.Arcs()) {
		s.simplify(c.starts[i], c.starts[i+1]-1, tolerance)
		if c.stopped() {
			return c
		}
	}
	s.untangle()
	thinned := &Coverage{points: c.points, shapes: c.shapes, crossings: c.crossings, stop: c.stop, starts: make([]int32, 1, len(c.starts)),
		chain: make([]int32, 0, len(s.segments)+c.Arcs())}
	for i := range c.Arcs() {
		for at := c.starts[i]; at < c.starts[i+1]; at++ {
			if s.kept[at] {
				thinned.chain = append(thinned.chain, c.chain[at])
			}
		}
		thinned.starts = append(thinned.starts, int32(len(thinned.chain)))
	}
	return thinned
}

type simplifier struct {
	*Coverage
	kept     []bool // by place in chain
	segments []segment
}

// segment is a line that stands for the part of an arc between two places of chain.
type segment struct {
	from, to int32
	furthest int32   // the place in between that is the furthest from it; 0 when there is none
	reach    float64 // how far
}

func (s *simplifier) segment(from, to int32) segment {
	g := segment{from: from, to: to}
	a, b := s.point(from), s.point(to)
	for at := from + 1; at < to; at++ {
		if d := squared(s.point(at), a, b); d > g.reach || g.furthest == 0 {
			g.furthest, g.reach = at, d
		}
	}
	g.reach = math.Sqrt(g.reach)
	return g
}

// simplify cuts an arc into segments, each within tolerance of what it stands for. A closed one is cut at the vertex that
// is the furthest from its end; should both parts become the same line, they clash, and keep more.
func (s *simplifier) simplify(from, to int32, tolerance float64) {
	s.kept[from], s.kept[to] = true, true
	whole := s.segment(from, to)
	if s.chain[from] != s.chain[to] || whole.furthest == 0 {
		s.divide(whole, tolerance)
		return
	}
	s.kept[whole.furthest] = true
	s.divide(s.segment(from, whole.furthest), tolerance)
	s.divide(s.segment(whole.furthest, to), tolerance)
}

// divide splits a segment until its parts are within tolerance.
func (s *simplifier) divide(g segment, tolerance float64) {
	pending := []segment{g}
	for len(pending) > 0 {
		g = pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if g.furthest == 0 || g.reach <= tolerance {
			s.segments = append(s.segments, g)
			continue
		}
		s.kept[g.furthest] = true
		pending = append(pending, s.segment(g.furthest, g.to), s.segment(g.from, g.furthest))
	}
}

func (c *Coverage) polygons() []orb.MultiPolygon {
	shapes := make([]orb.MultiPolygon, len(c.shapes))
	for i, polygons := range c.shapes {
		shapes[i] = make(orb.MultiPolygon, len(polygons))
		for j, rings := range polygons {
			shapes[i][j] = make(orb.Polygon, len(rings))
			for k, r := range rings {
				shapes[i][j][k] = c.ring(r)
			}
		}
	}
	return shapes
}

func (c *Coverage) ring(r ring) (points orb.Ring) {
	for _, i := range r {
		backwards := i < 0
		if backwards {
			i = ^i
		}
		from, to := c.starts[i], c.starts[i+1]-1
		for k := range to - from { // the last one is the first of the next arc
			at := from + k
			if backwards {
				at = to - k
			}
			points = append(points, c.point(at))
		}
	}
	for n := len(points); len(points) <= max(n, 3) && n > 0; { // of what came with under three vertices too
		points = append(points, points[0])
	}
	return points
}
