package tile

import "slices"

// box is part of a zoom's grid, its sides included.
type box struct{ west, north, east, south int32 }

// tileBox is that of the tiles of some columns and rows, with the buffer around them.
func tileBox(firstColumn, firstRow, lastColumn, lastRow int32) box {
	return box{firstColumn*Extent - Buffer, firstRow*Extent - Buffer, (lastColumn+1)*Extent + Buffer, (lastRow+1)*Extent + Buffer}
}

func (b box) holds(p pixel) bool {
	return p[0] >= b.west && p[0] <= b.east && p[1] >= b.north && p[1] <= b.south
}

func (b box) within(c box) bool {
	return b.west >= c.west && b.north >= c.north && b.east <= c.east && b.south <= c.south
}

// bounds is the smallest box that holds the polygons, of which there is one.
func bounds(polygons []polygon) box {
	first := polygons[0][0][0]
	b := box{first[0], first[1], first[0], first[1]}
	for _, p := range polygons {
		for _, v := range p[0] {
			b.west, b.north, b.east, b.south = min(b.west, v[0]), min(b.north, v[1]), max(b.east, v[0]), max(b.south, v[1])
		}
	}
	return b
}

// along says whether both are on one side of the box.
func (b box) along(p, q pixel) bool {
	return p[0] == q[0] && (p[0] == b.west || p[0] == b.east) || p[1] == q[1] && (p[1] == b.north || p[1] == b.south)
}

// onEdge says whether the pixel is on a side, and how far around the box, turning as outer rings do.
func (b box) onEdge(p pixel) (way int64, ok bool) {
	width, height := int64(b.east)-int64(b.west), int64(b.south)-int64(b.north)
	x, y := int64(p[0])-int64(b.west), int64(p[1])-int64(b.north)
	switch {
	case y == 0:
		return x, true
	case x == width:
		return width + y, true
	case y == height:
		return 2*width + height - x, true
	case x == 0:
		return 2*(width+height) - y, true
	}
	return 0, false
}

// clipper cuts polygons whose edges cross no side of the box, except at a vertex: cutting makes no vertex, but the corners.
type clipper struct {
	edges []edge
	rim   []rimmed
	tracer
}

// rimmed is a place on the sides of a box, and by how many more the edges within come to it than leave it.
type rimmed struct {
	way   int64
	pixel pixel
	net   int
}

// clip is what is in the box of an area with these rings. Rings outside of it may go elsewhere than they did, see trim.
func (c *clipper) clip(rings [][]pixel, b box) []polygon {
	c.edges, c.rim = c.edges[:0], c.rim[:0]
	for _, r := range rings {
		p := r[len(r)-1]
		for _, q := range r {
			if b.holds(p) && b.holds(q) && !b.along(p, q) {
				c.within(p, q, b)
			}
			p = q
		}
	}
	if len(c.edges) == 0 {
		if !aroundCorner(rings, b) {
			return nil
		}
		return []polygon{{{{b.west, b.north}, {b.east, b.north}, {b.east, b.south}, {b.west, b.south}}}}
	}
	c.close(rings, b)
	return c.trace(c.edges)
}

// within keeps an edge.
func (c *clipper) within(p, q pixel, b box) {
	c.edges = append(c.edges, edge{p, q})
	if way, ok := b.onEdge(p); ok {
		c.rim = append(c.rim, rimmed{way, p, -1})
	}
	if way, ok := b.onEdge(q); ok {
		c.rim = append(c.rim, rimmed{way, q, 1})
	}
}

// close adds the parts of the box's sides that are in the area: from where one edge more comes to a side than leaves it, to
// where one edge more leaves it. Where there are none, it is all of them or nothing.
func (c *clipper) close(rings [][]pixel, b box) {
	for _, corner := range []pixel{{b.west, b.north}, {b.east, b.north}, {b.east, b.south}, {b.west, b.south}} {
		way, _ := b.onEdge(corner)
		c.rim = append(c.rim, rimmed{way, corner, 0})
	}
	slices.SortFunc(c.rim, func(a, b rimmed) int { return int(a.way - b.way) })
	merged := c.rim[:1]
	for _, r := range c.rim[1:] {
		if last := &merged[len(merged)-1]; last.way == r.way {
			last.net += r.net
		} else {
			merged = append(merged, r)
		}
	}
	flow, least, most := 0, 0, 0
	for _, r := range merged {
		flow += r.net
		least, most = min(least, flow), max(most, flow)
	}
	flow = -least
	if least == 0 && most == 0 && aroundCorner(rings, b) {
		flow = 1
	}
	for i, r := range merged {
		if flow += r.net; flow > 0 {
			c.edges = append(c.edges, edge{r.pixel, merged[(i+1)%len(merged)].pixel})
		}
	}
}

// aroundCorner says whether the area is in the box's north-western corner, just inside: a ray from there towards the east,
// just under the northern side, meets the rings an odd number of times. No edge crosses the western side, so that it is met
// when it is not all to the west of it or on it.
func aroundCorner(rings [][]pixel, b box) (inside bool) {
	for _, r := range rings {
		p := r[len(r)-1]
		for _, q := range r {
			if (p[1] <= b.north) != (q[1] <= b.north) && max(p[0], q[0]) > b.west {
				inside = !inside
			}
			p = q
		}
	}
	return inside
}

// trim leaves out of rings the vertices beyond a line, but for the first and the last one where it goes beyond: what the
// rings hold on this side of the line is the same. side is 1 for what is east or south of the line, -1 for west or north.
func (s *slab) trim(rings [][]pixel, axis int, line int32, side int32) (trimmed [][]pixel) {
	first := len(s.rings)
	for _, r := range rings {
		s.open(len(r))
		before, here := (r[len(r)-1][axis]-line)*side < 0, (r[0][axis]-line)*side < 0
		for i, p := range r {
			after := (r[(i+1)%len(r)][axis]-line)*side < 0
			if !here || !before || !after {
				s.add(p)
			}
			before, here = here, after
		}
		s.close()
	}
	return s.rings[first:len(s.rings):len(s.rings)]
}
