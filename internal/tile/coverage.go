// Package tile knows vector tiles: a coverage of polygons that share their borders, generalised so that they go on sharing
// them; points merged in cells; MVT written, read and filtered.
package tile

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// Coverage is polygons cut into arcs, the lines between the points where borders meet. A border that two polygons share,
// vertex for vertex, is one arc, which both refer to: whatever is done to it is done to both.
type Coverage struct {
	points    []orb.Point
	chain     []int32 // the vertices of all arcs, end to end; a closed arc repeats its first
	starts    []int32 // where each arc begins in chain, and where the last one ends
	shapes    [][][]ring
	crossings func() []orb.Point // waits until cross has found them; nil where it does not look
	stop      func() error       // whether to go on; nil is always
}

// stopped says whether what is being made of the coverage is not wanted any more, and may be anything.
func (c *Coverage) stopped() bool { return c.stop != nil && c.stop() != nil }

// ring is the arcs it goes through, in order; an arc that is gone through backwards is the complement of its number.
type ring []int32

// NewCoverage finds the arcs of some polygons. Polygons need not be of one coverage: what they do not share is cut for
// itself. Coordinates are in any unit, the same on both axes.
func NewCoverage(shapes []orb.MultiPolygon) *Coverage {
	b := newBuilder()
	for _, shape := range shapes {
		b.take(shape)
	}
	return b.coverage()
}

// Arcs is how many arcs the coverage has, and Vertices how many vertices they have between them.
func (c *Coverage) Arcs() int     { return len(c.starts) - 1 }
func (c *Coverage) Vertices() int { return len(c.chain) }

func (c *Coverage) point(at int32) orb.Point { return c.points[c.chain[at]] }

// builder takes polygons one by one, and keeps of each the numbers of its vertices.
type builder struct {
	*Coverage
	ids   numbered[orb.Point]
	arcs  map[[2]int32]int32 // by their first two vertices, in either direction
	nodes []bool             // by vertex
	loops [][][][]int32      // by shape, polygon, ring: without the repetition that closes it
}

func newBuilder() *builder {
	return &builder{ids: numbered[orb.Point]{hash: hashPoint}, arcs: map[[2]int32]int32{}, Coverage: &Coverage{starts: []int32{0}}}
}

func (b *builder) take(shape orb.MultiPolygon) {
	var polygons [][][]int32
	for _, polygon := range shape {
		var rings [][]int32
		for _, points := range polygon {
			rings = append(rings, b.loop(points))
		}
		polygons = append(polygons, rings)
	}
	b.loops = append(b.loops, polygons)
}

// coverage cuts what was taken into arcs.
func (b *builder) coverage() *Coverage {
	b.points = b.ids.keys
	b.ids.slots = nil
	b.findNodes()
	for _, shape := range b.loops {
		var polygons [][]ring
		for _, polygon := range shape {
			var rings []ring
			for _, loop := range polygon {
				rings = append(rings, b.cut(loop))
			}
			polygons = append(polygons, rings)
		}
		b.shapes = append(b.shapes, polygons)
	}
	return b.Coverage
}

func (b *builder) loop(points orb.Ring) []int32 {
	loop := make([]int32, 0, len(points))
	for _, p := range points {
		if id := b.ids.number(p); len(loop) == 0 || loop[len(loop)-1] != id {
			loop = append(loop, id)
		}
	}
	for len(loop) > 1 && loop[len(loop)-1] == loop[0] {
		loop = loop[:len(loop)-1]
	}
	return loop
}

// findNodes marks the vertices where arcs end: those that have not two neighbours, in whatever ring.
func (b *builder) findNodes() {
	b.nodes = make([]bool, len(b.points))
	neighbours := make([][2]int32, len(b.points))
	for i := range neighbours {
		neighbours[i] = [2]int32{-1, -1}
	}
	for _, shape := range b.loops {
		for _, polygon := range shape {
			for _, loop := range polygon {
				for i, v := range loop {
					pair := [2]int32{loop[max(i, 1)-1], loop[min(i+1, len(loop)-1)]}
					if i == 0 {
						pair[0] = loop[len(loop)-1]
					}
					if i == len(loop)-1 {
						pair[1] = loop[0]
					}
					n := &neighbours[v]
					if n[0] < 0 {
						*n = pair
					}
					same := *n == pair || *n == [2]int32{pair[1], pair[0]}
					b.nodes[v] = b.nodes[v] || !same
				}
			}
		}
	}
}

// cut makes arcs of a ring. One that no other meets is an arc by itself, from its lowest vertex on, wherever the ring began.
func (b *builder) cut(loop []int32) (r ring) {
	first := slices.IndexFunc(loop, func(v int32) bool { return b.nodes[v] })
	if first < 0 {
		first = b.lowest(loop)
	}
	if first < 0 {
		return nil
	}
	turned := append(append(append(make([]int32, 0, len(loop)+1), loop[first:]...), loop[:first]...), loop[first])
	for from, to := 0, 1; to < len(turned); to++ {
		if b.nodes[turned[to]] || to == len(turned)-1 {
			r = append(r, b.add(turned[from:to+1]))
			from = to
		}
	}
	return r
}

func (b *builder) lowest(loop []int32) int {
	lowest := -1
	for i, v := range loop {
		if lowest < 0 || b.compare(v, loop[lowest]) < 0 {
			lowest = i
		}
	}
	return lowest
}

// compare orders vertices by where they are, which does not depend on the order of the polygons.
func (b *builder) compare(v, w int32) int {
	p, q := b.points[v], b.points[w]
	return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1]))
}

// add finds the arc of these vertices, or makes it. Its direction is that of the lower end, or of the lower neighbour of
// its one end, so that it is simplified alike whichever polygon comes first.
func (b *builder) add(line []int32) int32 {
	n := len(line)
	ahead, back := [2]int32{line[0], line[1]}, [2]int32{line[n-1], line[n-2]}
	if i, known := b.arcs[ahead]; known {
		return i
	}
	i := int32(b.Arcs())
	forwards := cmp.Or(b.compare(line[0], line[n-1]), b.compare(line[1], line[n-2])) <= 0
	for k := range line {
		if !forwards {
			k = n - 1 - k
		}
		b.chain = append(b.chain, line[k])
	}
	b.starts = append(b.starts, int32(len(b.chain)))
	if !forwards {
		i = ^i
	}
	b.arcs[ahead] = i
	if back != ahead {
		b.arcs[back] = ^i
	}
	return i
}
