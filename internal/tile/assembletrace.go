package tile

import "slices"

// edge has the polygon on the side where areas are positive: a, b and what is inside turn as outer rings do.
type edge [2]pixel

// tracer makes rings of edges. Its tables are kept from one shape to the next.
type tracer struct {
	vertices numbered[pixel]
	ends     [][2]int32 // by edge
	firsts   []int32    // by vertex, where the edges that leave it begin in leaving; one more for the end
	leaving  []int32
	done     []bool // by edge: it is in a ring, or cancelled
	place    []int32
	path     []int32
	room     slab // of the rings
}

func newTracer() tracer { return tracer{vertices: numbered[pixel]{hash: hashPixel}} }

// trace makes valid polygons of edges that do not cross, as many of which come to a vertex as leave it. An edge and its
// opposite cancel, and of an edge that comes twice, which none does in what was valid, one is left. Each polygon is connected,
// and a ring touches another, or itself, at single vertices only; in one that touched itself, each loop becomes a ring. They are
// good until the next.
func (t *tracer) trace(edges []edge) (polygons []polygon) {
	t.room.reset()
	t.index(edges)
	t.cancel()
	var holes [][]pixel
	for e := range t.ends {
		if t.done[e] {
			continue
		}
		outer, inner := t.walk(int32(e))
		if outer != nil {
			polygons = append(polygons, polygon{outer})
		}
		holes = append(holes, inner...)
	}
	for _, hole := range holes {
		if i := holder(polygons, hole); i >= 0 {
			polygons[i] = append(polygons[i], hole)
		} else { // half of a bow tie: nothing that was valid has one
			slices.Reverse(hole)
			polygons = append(polygons, polygon{hole})
		}
	}
	return polygons
}

// index numbers the vertices, and lists the edges that leave each.
func (t *tracer) index(edges []edge) {
	t.vertices.reset()
	t.ends = t.ends[:0]
	for _, e := range edges {
		t.ends = append(t.ends, [2]int32{t.vertices.number(e[0]), t.vertices.number(e[1])})
	}
	n := len(t.vertices.keys)
	t.firsts = zeroed(t.firsts, n+1)
	for _, e := range t.ends {
		t.firsts[e[0]]++
	}
	sum := int32(0)
	for v := range t.firsts {
		sum += t.firsts[v]
		t.firsts[v] = sum
	}
	t.leaving = zeroed(t.leaving, len(t.ends))
	for i := len(t.ends) - 1; i >= 0; i-- {
		v := t.ends[i][0]
		t.firsts[v]--
		t.leaving[t.firsts[v]] = int32(i)
	}
	t.done = zeroed(t.done, len(t.ends))
	t.place = zeroed(t.place, n)
}

func zeroed[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

func (t *tracer) from(v int32) []int32 { return t.leaving[t.firsts[v]:t.firsts[v+1]] }

// cancel takes out the edges that are gone through both ways, a neck or a spike that has no width left, or twice.
func (t *tracer) cancel() {
	for i, e := range t.ends {
		if t.done[i] {
			continue
		}
		for _, again := range t.from(e[0]) {
			if again < int32(i) && !t.done[again] && t.ends[again][1] == e[1] {
				t.done[i] = true
			}
		}
		for _, back := range t.from(e[1]) {
			if !t.done[i] && !t.done[back] && t.ends[back][1] == e[0] {
				t.done[i], t.done[back] = true, true
				break
			}
		}
	}
}

// walk goes round what is inside, on one side of it, from an edge until it comes back: the loops on the way are rings of
// one polygon. outer is nil when it went round a hole.
func (t *tracer) walk(start int32) (outer []pixel, inner [][]pixel) {
	t.path = t.path[:0]
	for e := start; e >= 0; {
		t.done[e] = true
		v := t.ends[e][0]
		if at := t.place[v]; at > 0 {
			outer, inner = t.loop(at-1, outer, inner)
		}
		t.path = append(t.path, v)
		t.place[v] = int32(len(t.path))
		if e = t.next(e, start); e == start {
			return t.loop(0, outer, inner)
		}
	}
	for _, v := range t.path { // edges of what was no polygon may lead nowhere
		t.place[v] = 0
	}
	return outer, inner
}

// loop takes off the path what comes from a place on, as a ring.
func (t *tracer) loop(at int32, outer []pixel, inner [][]pixel) ([]pixel, [][]pixel) {
	t.room.open(len(t.path) - int(at))
	for _, v := range t.path[at:] {
		t.room.add(t.vertices.keys[v])
		t.place[v] = 0
	}
	ring := t.room.ring()
	t.path = t.path[:at]
	switch twice := area(ring); {
	case twice > 0 && outer == nil:
		outer = ring
	case twice < 0:
		inner = append(inner, ring)
	}
	return outer, inner
}

// next is the edge that goes on along the same piece of what is inside: turning from where e came from, over the inside, it
// is the first to be met. It may be the one at which the walk began; -1 when there is none.
func (t *tracer) next(e, start int32) int32 {
	v := t.ends[e][1]
	from, at := t.vertices.keys[t.ends[e][0]], t.vertices.keys[v]
	best := int32(-1)
	for _, candidate := range t.from(v) {
		if t.done[candidate] && candidate != start {
			continue
		}
		if best < 0 || sooner(at, from, t.vertices.keys[t.ends[candidate][1]], t.vertices.keys[t.ends[best][1]]) {
			best = candidate
		}
	}
	return best
}

// sooner says whether, turning around a pixel from another, p is met before q.
func sooner(at, from, p, q pixel) bool {
	if i, j := turn(at, from, p), turn(at, from, q); i != j {
		return i < j
	}
	return cross(at, p, q) < 0
}

// turn is in which part of a turn from one direction another is met: before half of it, there, after, or at its end.
func turn(at, from, to pixel) int {
	switch side := cross(at, from, to); {
	case side < 0:
		return 0
	case side > 0:
		return 2
	case int64(from[0]-at[0])*int64(to[0]-at[0])+int64(from[1]-at[1])*int64(to[1]-at[1]) < 0:
		return 1
	}
	return 3
}

// holder is the smallest polygon that a hole is in, or -1. The middle of one of the hole's edges is on no other.
func holder(polygons []polygon, hole []pixel) int {
	best, least := -1, int64(0)
	for i, p := range polygons {
		if twice := area(p[0]); (best < 0 || twice < least) && holdsMiddle(p[0], hole[0], hole[1]) {
			best, least = i, twice
		}
	}
	return best
}

// holdsMiddle says whether the middle of ab is in a ring: a ray from it towards the east meets the ring an odd number of
// times. All is twice as large, so that the middle is on the grid.
func holdsMiddle(ring []pixel, a, b pixel) (inside bool) {
	x, y := int64(a[0])+int64(b[0]), int64(a[1])+int64(b[1])
	p := ring[len(ring)-1]
	for _, q := range ring {
		if (2*int64(p[1]) > y) != (2*int64(q[1]) > y) {
			x0, y0, x1, y1 := 2*int64(p[0])-x, 2*int64(p[1])-y, 2*int64(q[0])-x, 2*int64(q[1])-y
			if side := x0*y1 - x1*y0; (side > 0) == (y1 > y0) {
				inside = !inside
			}
		}
		p = q
	}
	return inside
}
