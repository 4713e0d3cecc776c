package tile

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"maille/internal/dataset"
)

// pixel is a place of a zoom's grid: x and y in units from the north-west corner of the world.
type pixel = [2]int32

// deepest is the last zoom whose grid has room in a pixel.
const deepest = dataset.DeepestPolygons

// drawing is a coverage on the grid of a zoom. Two borders may have come to lie on each other, but none crosses another, nor
// a line along which tiles are cut, except at a vertex.
type drawing struct {
	pixels []pixel
	chain  []int32 // numbers of pixels, of all arcs, end to end
	starts []int32
	shapes [][][]ring
}

// snap moves all vertices to every so manyth unit of the zoom's grid, a power of two up to Buffer, by snap rounding (Hobby,
// Practical segment intersection with finite precision output, 1999; Greene and Yao, 1986): what passes through the pixel of a
// vertex goes through its centre, so that nothing comes to the other side of anything. The coverage is in the square of the
// world.
//
// Borders have a vertex wherever they meet a line along which a tile is cut: cutting is then exact, and both neighbours of a
// border are cut at the same place.
func (c *Coverage) snap(zoom int, every int32) *drawing {
	s := &snapper{Coverage: c, extent: float64(Extent / every), buffer: float64(Buffer / every)}
	s.scale = math.Ldexp(s.extent, zoom)
	s.cells = newCells(s.meanLength(), len(s.chain))
	s.heat()
	s.lineUp()
	d := &drawing{pixels: s.pixels, starts: make([]int32, 1, len(c.starts)), shapes: c.shapes}
	for _, part := range s.routeAll() {
		for _, end := range part.ends {
			d.starts = append(d.starts, int32(len(d.chain))+end)
		}
		d.chain = append(d.chain, part.chain...)
	}
	for i := range d.pixels {
		d.pixels[i][0] *= every
		d.pixels[i][1] *= every
	}
	return d
}

type snapper struct {
	*Coverage
	scale  float64 // pixels in the world's side
	extent float64 // of a tile, in pixels
	buffer float64
	lines  []orb.Point // the cut arcs in pixels, end to end
	ids    []int32     // by vertex of lines, its pixel
	froms  []int32     // by arc, where it begins in lines; one more for the end
	cells              // with the pixels of vertices
}

// meanLength is that of segments, in pixels.
func (s *snapper) meanLength() (sum float64) {
	for i := range s.Arcs() {
		for at := s.starts[i] + 1; at < s.starts[i+1]; at++ {
			a, b := s.point(at-1), s.point(at)
			sum += math.Abs(a[0]-b[0]) + math.Abs(a[1]-b[1])
		}
	}
	return sum * s.scale / float64(max(len(s.chain), 1))
}

// heat finds the pixels of all vertices, and of what ought to be one.
func (s *snapper) heat() {
	most := len(s.chain) + len(s.chain)/4
	s.lines, s.froms = make([]orb.Point, 0, most), make([]int32, 1, s.Arcs()+1)
	for i := range int32(s.Arcs()) {
		s.lines = s.line(s.lines, i)
		s.froms = append(s.froms, int32(len(s.lines)))
	}
	s.ids = make([]int32, len(s.lines))
	m := s.mason()
	for i, p := range s.lines {
		s.ids[i] = m.id(round(p))
	}
	if s.crossings == nil {
		return
	}
	for _, p := range s.crossings() {
		m.id(round(orb.Point{p[0] * s.scale, p[1] * s.scale}))
	}
}

func round(p orb.Point) pixel {
	return pixel{int32(math.Floor(p[0] + 0.5)), int32(math.Floor(p[1] + 0.5))}
}

// line appends an arc's vertices in pixels, and those that it has where tiles are cut.
func (s *snapper) line(dst []orb.Point, arc int32) []orb.Point {
	var uncut bound // where nothing is cut, about the last vertex
	for at := s.starts[arc]; at < s.starts[arc+1]; at++ {
		p := s.point(at)
		p[0], p[1] = p[0]*s.scale, p[1]*s.scale
		if at == s.starts[arc] {
			uncut = s.uncut(p)
		} else if !uncut.holds(p) {
			dst = s.appendCuts(dst, dst[len(dst)-1], p)
			uncut = s.uncut(p)
		}
		dst = append(dst, p)
	}
	return dst
}

// bound is the lowest and the highest place on each axis.
type bound [2][2]float64

func (b *bound) holds(p orb.Point) bool {
	return p[0] >= b[0][0] && p[0] <= b[0][1] && p[1] >= b[1][0] && p[1] <= b[1][1]
}

// uncut is between the lines about a place along which tiles are cut, themselves included.
func (s *snapper) uncut(p orb.Point) (b bound) {
	for axis := range 2 {
		edge := math.Floor((p[axis]+s.buffer)/s.extent) * s.extent // of a tile; the place is beyond the line before it
		switch {
		case p[axis] < edge+s.buffer:
			b[axis] = [2]float64{edge - s.buffer, edge + s.buffer}
		default:
			b[axis] = [2]float64{edge + s.buffer, edge + s.extent - s.buffer}
		}
	}
	return b
}

// appendCuts appends the places between a and b where a tile is cut, buffer included.
func (s *snapper) appendCuts(dst []orb.Point, a, b orb.Point) []orb.Point {
	first := len(dst)
	for axis := range 2 {
		low, high := min(a[axis], b[axis]), max(a[axis], b[axis])
		for _, offset := range [2]float64{-s.buffer, s.buffer} {
			for k := math.Floor((low-offset)/s.extent) + 1; k*s.extent+offset < high; k++ {
				at := k*s.extent + offset
				p := orb.Point{at, at}
				p[1-axis] = a[1-axis] + (at-a[axis])/(b[axis]-a[axis])*(b[1-axis]-a[1-axis])
				dst = append(dst, p)
			}
		}
	}
	if len(dst)-first > 1 {
		dx, dy := b[0]-a[0], b[1]-a[1]
		slices.SortFunc(dst[first:], func(p, q orb.Point) int { return cmp.Compare(p[0]*dx+p[1]*dy, q[0]*dx+q[1]*dy) })
	}
	return dst
}

// routed is what has become of some arcs in a row.
type routed struct {
	chain []int32
	ends  []int32 // by arc
}

// routeAll works on all cores.
func (s *snapper) routeAll() []routed {
	parts := make([]routed, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for i := range parts {
		workers.Go(func() { parts[i] = s.route(share(s.Arcs(), i, len(parts))) })
	}
	workers.Wait()
	return parts
}

// share is the ith of so many parts of 0 to n.
func share(n, i, parts int) (from, to int) { return n * i / parts, n * (i + 1) / parts }

// route draws arcs through the pixels that they pass.
func (s *snapper) route(from, to int) (r routed) {
	var passed []passage
	m := s.mason()
	r.chain = make([]int32, 0, s.froms[to]-s.froms[from])
	for arc := from; arc < to; arc++ {
		line, ids := s.lines[s.froms[arc]:s.froms[arc+1]], s.ids[s.froms[arc]:s.froms[arc+1]]
		r.chain = append(r.chain, ids[0])
		for k := range len(line) - 1 {
			if ids[k] == ids[k+1] {
				continue
			}
			passed = m.passages(passed[:0], line[k], line[k+1], ids[k], ids[k+1])
			for _, p := range passed {
				r.chain = append(r.chain, p.pixel)
			}
			r.chain = append(r.chain, ids[k+1])
		}
		r.ends = append(r.ends, int32(len(r.chain)))
		if s.stopped() {
			return r
		}
	}
	return r
}
