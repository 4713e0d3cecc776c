package tile

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// untangle finds the segments that are where they should not be, and splits them; false when there are none. Segments that
// were compared already are compared with fresh ones only. All that are wrong are split at once, so that the outcome does
// not depend on which was seen first. It ends because arcs have so many vertices, and is of use because the arcs as they
// came do not cross.
func (s *simplifier) untangle() bool {
	wrong := make([]bool, len(s.segments))
	s.compareAll(wrong)
	for i := range s.segments {
		s.segments[i].fresh = false
	}
	any := false
	for i := range wrong {
		g := s.segments[i]
		if !wrong[i] || g.furthest == 0 {
			continue
		}
		any = true
		s.kept[g.furthest] = true
		s.segments[i] = s.segment(g.from, g.furthest)
		s.segments = append(s.segments, s.segment(g.furthest, g.to))
	}
	return any
}

// compareAll marks the segments that meet another, or that have come to the other side of one's end. Those that are near
// each other share a cell of a grid.
func (s *simplifier) compareAll(wrong []bool) {
	grid := s.grid()
	var entries []entry
	for i := range s.segments {
		entries = grid.add(entries, int32(i), s.point(s.segments[i].from), s.point(s.segments[i].to), s.segments[i].reach)
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.cell, b.cell) })
	for len(entries) > 0 {
		n := 1
		for n < len(entries) && entries[n].cell == entries[0].cell {
			n++
		}
		s.compareCell(entries[:n], wrong)
		entries = entries[n:]
	}
}

// compareCell compares what can be split with all else. What is as it came stands last, so that a cell full of it costs
// little.
func (s *simplifier) compareCell(entries []entry, wrong []bool) {
	simplified := 0
	for i, e := range entries {
		if s.segments[e.segment].furthest != 0 {
			entries[i], entries[simplified] = entries[simplified], e
			simplified++
		}
	}
	for i := range entries {
		for _, f := range entries[:min(i, simplified)] {
			s.compare(entries[i].segment, f.segment, wrong)
		}
	}
}

func (s *simplifier) compare(i, j int32, wrong []bool) {
	g, h := &s.segments[i], &s.segments[j]
	if !g.fresh && !h.fresh {
		return
	}
	if s.clash(g, h) {
		wrong[i], wrong[j] = true, true
		return
	}
	wrong[i] = wrong[i] || s.passes(g, h.from) || s.passes(g, h.to)
	wrong[j] = wrong[j] || s.passes(h, g.from) || s.passes(h, g.to)
}

// clash says whether two segments have more in common than an end.
func (s *simplifier) clash(g, h *segment) bool {
	a, b, c, d := s.chain[g.from], s.chain[g.to], s.chain[h.from], s.chain[h.to]
	pa, pb, pc, pd := s.points[a], s.points[b], s.points[c], s.points[d]
	switch {
	case a == c && b == d || a == d && b == c:
		return true
	case a == c:
		return along(pa, pb, pd)
	case a == d:
		return along(pa, pb, pc)
	case b == c:
		return along(pb, pa, pd)
	case b == d:
		return along(pb, pa, pc)
	}
	return meet(pa, pb, pc, pd)
}

// passes says whether a vertex is between a segment and what it stands for: it would change sides. It is so when a ray from
// it meets the ring that the two make an odd number of times.
func (s *simplifier) passes(g *segment, at int32) bool {
	v := s.chain[at]
	if g.furthest == 0 || v == s.chain[g.from] || v == s.chain[g.to] {
		return false
	}
	p := s.points[v]
	if distance(p, s.point(g.from), s.point(g.to)) > g.reach*(1+slack) {
		return false
	}
	inside := rays(p, s.point(g.to), s.point(g.from))
	for k := g.from; k < g.to; k++ {
		if rays(p, s.point(k), s.point(k+1)) {
			inside = !inside
		}
	}
	return inside
}

// rays says whether the ray from p towards the east meets the segment ab.
func rays(p, a, b orb.Point) bool {
	if (a[1] > p[1]) == (b[1] > p[1]) {
		return false
	}
	if a[1] > b[1] {
		a, b = b, a
	}
	return orient(a, b, p) > 0
}

// slack is more than rounding can do to a distance.
const slack = 1e-6

// grid cuts the plane into squares about as wide as segments are long.
type grid struct {
	west, south, size float64
}

type entry struct {
	cell    uint64
	segment int32
}

func (s *simplifier) grid() grid {
	g := grid{west: math.Inf(1), south: math.Inf(1)}
	east, north := math.Inf(-1), math.Inf(-1)
	for i := range s.segments {
		a, b := s.point(s.segments[i].from), s.point(s.segments[i].to)
		g.size += (math.Abs(a[0]-b[0]) + math.Abs(a[1]-b[1]) + s.segments[i].reach) / float64(len(s.segments))
		g.west, east = min(g.west, a[0], b[0]), max(east, a[0], b[0])
		g.south, north = min(g.south, a[1], b[1]), max(north, a[1], b[1])
	}
	const most = 1 << 16 // cells a side: what one segment costs is bounded
	g.size = max(g.size, (east-g.west)/most, (north-g.south)/most, math.SmallestNonzeroFloat64)
	return g
}

// add lists the cells that hold the points within margin of a segment, and perhaps some more: column after column, those
// between the lowest and the highest of them.
func (g *grid) add(entries []entry, segment int32, a, b orb.Point, margin float64) []entry {
	if a[0] > b[0] {
		a, b = b, a
	}
	slope := 0.0
	if b[0] > a[0] {
		slope = (b[1] - a[1]) / (b[0] - a[0])
	}
	margin += slack * g.size
	for column, last := g.index(a[0]-margin-g.west), g.index(b[0]+margin-g.west); column <= last; column++ {
		left, right := g.west+float64(column)*g.size-margin, g.west+float64(column+1)*g.size+margin
		low := a[1] + slope*(min(max(left, a[0]), b[0])-a[0])
		high := a[1] + slope*(min(max(right, a[0]), b[0])-a[0])
		if b[0] == a[0] {
			low, high = a[1], b[1]
		}
		low, high = min(low, high)-margin, max(low, high)+margin
		for row, top := g.index(low-g.south), g.index(high-g.south); row <= top; row++ {
			entries = append(entries, entry{uint64(uint32(column))<<32 | uint64(uint32(row)), segment})
		}
	}
	return entries
}

func (g *grid) index(offset float64) int32 { return int32(math.Floor(offset / g.size)) }
