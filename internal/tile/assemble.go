package tile

// polygon is rings of pixels, the outer one first, none of which repeats a vertex. An outer one has a positive area where
// y goes down, and its holes a negative one, as MVT 2.1 §4.3.3.3 has them.
type polygon [][]pixel

// assembler makes valid polygons (OGC 06-103r4 §6.1.11) of what snapping has left of a shape.
type assembler struct {
	*drawing
	seen  []int32 // by pixel, the last shape that goes through it, plus one
	line  []int32
	edges []edge
	slab
	polygons []polygon
	tracer
}

func newAssembler(d *drawing) *assembler {
	return &assembler{drawing: d, seen: make([]int32, len(d.pixels)), tracer: newTracer()}
}

// assemble is the shape on the grid: nothing when it has no area there. It is good until the next.
func (a *assembler) assemble(shape int) []polygon {
	if polygons, ok := a.asItWas(shape); ok {
		return polygons
	}
	a.edges = a.edges[:0]
	for _, rings := range a.shapes[shape] {
		for _, r := range rings {
			a.walk(r)
			for i, from := range a.line {
				to := a.line[(i+1)%len(a.line)]
				if from != to {
					a.edges = append(a.edges, edge{a.drawing.pixels[from], a.drawing.pixels[to]})
				}
			}
		}
	}
	return a.trace(a.edges)
}

// asItWas is the shape, when it goes through no pixel twice: snapping has then changed nothing of what touches what.
func (a *assembler) asItWas(shape int) (polygons []polygon, ok bool) {
	a.slab.reset()
	a.polygons = a.polygons[:0]
	for _, rings := range a.shapes[shape] {
		first := len(a.rings)
		for _, r := range rings {
			a.walk(r)
			if len(a.line) < 3 {
				return nil, false
			}
			a.open(len(a.line))
			for _, id := range a.line {
				if a.seen[id] == int32(shape)+1 {
					return nil, false
				}
				a.seen[id] = int32(shape) + 1
				a.add(a.drawing.pixels[id])
			}
			a.close()
		}
		if len(a.rings) > first {
			a.polygons = append(a.polygons, a.rings[first:len(a.rings):len(a.rings)])
		}
	}
	return a.polygons, true
}

// walk lists the pixels of a ring, without the repetition that closes it.
func (a *assembler) walk(r ring) {
	a.line = a.line[:0]
	for _, arc := range r {
		backwards := arc < 0
		if backwards {
			arc = ^arc
		}
		chain := a.chain[a.starts[arc]:a.starts[arc+1]]
		for i := range chain {
			if backwards {
				i = len(chain) - 1 - i
			}
			if n := len(a.line); n == 0 || a.line[n-1] != chain[i] {
				a.line = append(a.line, chain[i])
			}
		}
	}
	if n := len(a.line); n > 1 && a.line[0] == a.line[n-1] {
		a.line = a.line[:n-1]
	}
}

// area is twice that of a ring.
func area(ring []pixel) (twice int64) {
	for i := 1; i < len(ring)-1; i++ {
		twice += cross(ring[0], ring[i], ring[i+1])
	}
	return twice
}

// areaOf is twice that of polygons.
func areaOf(polygons []polygon) (twice int64) {
	for _, p := range polygons {
		for _, r := range p {
			twice += area(r)
		}
	}
	return twice
}

// cross is positive when a, b, c turn to the side of areas that are positive.
func cross(a, b, c pixel) int64 {
	return int64(b[0]-a[0])*int64(c[1]-a[1]) - int64(c[0]-a[0])*int64(b[1]-a[1])
}
