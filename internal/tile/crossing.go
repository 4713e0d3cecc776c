package tile

import (
	"cmp"
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
	for cell := range cellsOf(sorted(t.entries)) {
		for i, e := range cell {
			for _, f := range cell[:i] {
				g, h := &s.segments[e.segment()], &s.segments[f.segment()]
				if p, ok := crossing(s.point(g.from), s.point(g.to), s.point(h.from), s.point(h.to)); ok {
					crossings = append(crossings, p)
				}
			}
		}
	}
	slices.SortFunc(crossings, func(p, q orb.Point) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) })
	return slices.Compact(crossings) // two may share several cells
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
