package tile

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// untangle splits the segments that are where they should not be, until none is: those that meet another, or that have come
// to the other side of one's end. All that are wrong are split at once, so that the outcome does not depend on which was seen
// first. It ends because arcs have so many vertices, and is of use because the arcs as they came do not cross.
func (s *simplifier) untangle() {
	t := tangle{simplifier: s, grid: s.grid(), wrong: make([]bool, len(s.segments)), near: &near{numbered[pixel]{hash: hashPixel}}}
	for i := range s.segments {
		if s.segments[i].furthest != 0 {
			t.near.add(t.extent(int32(i)))
		}
	}
	t.enterAll()
	for fresh := t.split(); len(fresh) > 0 && !t.stopped(); fresh = t.split() {
		if t.near != nil && slices.ContainsFunc(fresh, t.strays) {
			t.near = nil
			t.enterAll()
			continue
		}
		var entries []entry
		for _, i := range fresh {
			entries = t.enter(entries, i)
		}
		entries = sorted(entries)
		t.entries = merged(t.entries, entries)
		t.compareFresh(entries)
	}
}

// tangle is segments by the cells of a grid that are near them: those that are near each other share one.
type tangle struct {
	*simplifier
	grid    grid
	entries []entry // by cell; a segment that was split is still where it was
	wrong   []bool  // by segment
	near    *near   // what simplified segments are near; nil for all
}

// enterAll enters the segments, but those as they came that no simplified one is near: what cannot be split is of interest
// only to what can. All are compared.
func (t *tangle) enterAll() {
	t.entries = t.entries[:0]
	for i := range int32(len(t.segments)) {
		if t.near == nil || t.segments[i].furthest != 0 || t.near.any(t.extent(i)) {
			t.entries = t.enter(t.entries, i)
		}
	}
	t.entries = sorted(t.entries)
	t.compareAll()
}

func (t *tangle) enter(entries []entry, i int32) []entry {
	g := &t.segments[i]
	return t.grid.add(entries, i, t.point(g.from), t.point(g.to), g.reach)
}

// split splits the segments that are wrong, and lists the parts.
func (t *tangle) split() (fresh []int32) {
	for i, wrong := range t.wrong {
		g := t.segments[i]
		if !wrong || g.furthest == 0 {
			continue
		}
		t.kept[g.furthest] = true
		fresh = append(fresh, int32(i), int32(len(t.segments)))
		t.segments[i] = t.segment(g.from, g.furthest)
		t.segments = append(t.segments, t.segment(g.furthest, g.to))
	}
	t.wrong = zeroed(t.wrong, len(t.segments))
	return fresh
}

func (t *tangle) compareAll() {
	for cell := range cellsOf(t.entries) {
		if t.stopped() {
			return
		}
		t.compareCell(cell)
	}
}

// compareFresh compares the segments of some entries with all that share a cell with them.
func (t *tangle) compareFresh(fresh []entry) {
	for some := range cellsOf(fresh) {
		first, _ := slices.BinarySearchFunc(t.entries, some[0].cell(), func(e entry, cell uint32) int { return cmp.Compare(e.cell(), cell) })
		for _, e := range t.entries[first:] {
			if e.cell() != some[0].cell() {
				break
			}
			for _, f := range some {
				t.compare(e.segment(), f.segment(), t.wrong)
			}
		}
	}
}

// cellsOf is the entries of each cell.
func cellsOf(entries []entry) iter.Seq[[]entry] {
	return func(yield func([]entry) bool) {
		for len(entries) > 0 {
			n := 1
			for n < len(entries) && entries[n].cell() == entries[0].cell() {
				n++
			}
			if !yield(entries[:n]) {
				return
			}
			entries = entries[n:]
		}
	}
}

// compareCell compares what can be split with all else. What is as it came stands last, so that a cell full of it costs
// little.
func (t *tangle) compareCell(entries []entry) {
	simplified := 0
	for i, e := range entries {
		if t.segments[e.segment()].furthest != 0 {
			entries[i], entries[simplified] = entries[simplified], e
			simplified++
		}
	}
	for i := range entries {
		for _, f := range entries[:min(i, simplified)] {
			t.compare(entries[i].segment(), f.segment(), t.wrong)
		}
	}
}

func (s *simplifier) compare(i, j int32, wrong []bool) {
	g, h := &s.segments[i], &s.segments[j]
	if i == j {
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

// entry is a segment in a cell: the column and the row of the cell, of 16 bits each, and the number of the segment.
type entry uint64

func (e entry) cell() uint32   { return uint32(e >> 32) }
func (e entry) segment() int32 { return int32(e) }

// merged is two lists of entries by cell as one.
func merged(a, b []entry) []entry {
	all := slices.Grow([]entry(nil), len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].cell() <= b[0].cell() {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// sorted is entries by cell, those of a cell as they were: by their 8 lowest bits, then the next, which for millions is
// several times faster than comparing.
func sorted(entries []entry) []entry {
	other := make([]entry, len(entries))
	for shift := 32; shift < 64; shift += 8 {
		var starts [257]int
		for _, e := range entries {
			starts[int(uint8(e>>shift))+1]++
		}
		for i := range 256 {
			starts[i+1] += starts[i]
		}
		for _, e := range entries {
			digit := uint8(e >> shift)
			other[starts[digit]] = e
			starts[digit]++
		}
		entries, other = other, entries
	}
	return entries
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
	const most = 1<<16 - 4 // cells a side: what one segment costs is bounded
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
			entries = append(entries, entry(uint64(uint16(column))<<48|uint64(uint16(row))<<32|uint64(segment)))
		}
	}
	return entries
}

func (g *grid) index(offset float64) int32 { return int32(math.Floor(offset / g.size)) }
