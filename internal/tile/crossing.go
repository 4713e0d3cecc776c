package tile

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"
)

// cross begins to look for the crossings of a coverage as it came: where its borders meet between their vertices, which
// those of valid polygons of one coverage never do. However it is thinned, borders that cross keep the vertices on both sides
// of where they do: see untangle.
func (c *Coverage) cross() {
	found := make(chan []orb.Point, 1)
	go func() { found <- c.findCrossings() }()
	c.crossings = sync.OnceValue(func() []orb.Point { return <-found })
}

func (c *Coverage) findCrossings() (crossings []orb.Point) {
	t := c.asItCame()
	for cell := range cellsOf(t.entries) {
		for g, h := range t.pairs(cell) {
			if p, ok := crossing(t.point(g.from), t.point(g.to), t.point(h.from), t.point(h.to)); ok {
				crossings = append(crossings, p)
			}
		}
		if c.stopped() {
			return nil
		}
	}
	slices.SortFunc(crossings, func(p, q orb.Point) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) })
	return slices.Compact(crossings) // two may share several cells
}

// asItCame is every segment of a coverage.
func (c *Coverage) asItCame() *tangle {
	s := &simplifier{Coverage: c, segments: make([]segment, 0, len(c.chain))}
	for i := range c.Arcs() {
		for at := c.starts[i]; at < c.starts[i+1]-1; at++ {
			s.segments = append(s.segments, segment{from: at, to: at + 1})
		}
	}
	t := tangle{simplifier: s, grid: s.grid()}
	for i := range int32(len(s.segments)) {
		t.entries = t.enter(t.entries, i)
	}
	t.entries = sorted(t.entries)
	return &t
}

// crowd is how many are so many that not all pairs of them are looked at.
const crowd = 64

// pairs are the segments of a cell two by two, but in a crowded one only those that are beside each other along the axis on
// which fewer are: cells are as wide as segments are long on the average, and hold all of a detailed shape among large ones.
func (t *tangle) pairs(cell []entry) iter.Seq2[*segment, *segment] {
	return func(yield func(g, h *segment) bool) {
		axis, swept := 0, len(cell) > crowd
		if swept {
			axis = t.sweep(cell)
		}
		for i, e := range cell {
			g := &t.segments[e.segment()]
			_, end := t.span(g, axis)
			for _, f := range cell[i+1:] {
				h := &t.segments[f.segment()]
				if start, _ := t.span(h, axis); swept && start > end {
					break
				}
				first, second := g, h
				if e.segment() < f.segment() { // whatever the cell: two may share several, and meet at one place
					first, second = h, g
				}
				if !yield(first, second) {
					return
				}
			}
			if swept && t.stopped() {
				return
			}
		}
	}
}

// sweep sorts segments by where they begin along the axis of which they take the smaller part.
func (t *tangle) sweep(cell []entry) (axis int) {
	var parts [2]float64
	for axis := range 2 {
		low, high, sum := math.Inf(1), math.Inf(-1), 0.0
		for _, e := range cell {
			start, end := t.span(&t.segments[e.segment()], axis)
			low, high, sum = min(low, start), max(high, end), sum+end-start
		}
		parts[axis] = sum / max(high-low, math.SmallestNonzeroFloat64)
	}
	if parts[1] < parts[0] {
		axis = 1
	}
	slices.SortFunc(cell, func(e, f entry) int {
		p, _ := t.span(&t.segments[e.segment()], axis)
		q, _ := t.span(&t.segments[f.segment()], axis)
		return cmp.Or(cmp.Compare(p, q), cmp.Compare(e, f))
	})
	return axis
}

// span is from where to where a segment is along an axis.
func (t *tangle) span(g *segment, axis int) (start, end float64) {
	p, q := t.point(g.from)[axis], t.point(g.to)[axis]
	return min(p, q), max(p, q)
}

// crossing is where ab and cd meet, when that is at no end of theirs.
func crossing(a, b, c, d orb.Point) (p orb.Point, ok bool) {
	if max(a[0], b[0]) <= min(c[0], d[0]) || max(c[0], d[0]) <= min(a[0], b[0]) ||
		max(a[1], b[1]) <= min(c[1], d[1]) || max(c[1], d[1]) <= min(a[1], b[1]) ||
		orient(a, b, c)*orient(a, b, d) >= 0 || orient(c, d, a)*orient(c, d, b) >= 0 {
		return p, false
	}
	dx, dy, ex, ey := b[0]-a[0], b[1]-a[1], d[0]-c[0], d[1]-c[1]
	t := ((c[0]-a[0])*ey - (c[1]-a[1])*ex) / (dx*ey - dy*ex)
	return orb.Point{a[0] + t*dx, a[1] + t*dy}, true
}
