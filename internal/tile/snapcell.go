package tile

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// cells sort pixels into squares about as wide as segments are long, so that a segment meets few squares and a square holds
// few pixels, however fine the grid is. Squares that are near each other are so in memory: they stand in bricks.
type cells struct {
	pixels []pixel
	next   []int32 // by pixel, another one of its square; -1 for no more
	shift  uint
	bricks numbered[pixel]        // those that hold any, by their place
	first  [][brick * brick]int32 // by brick and square, one of its pixels; -1 for none
	crowds map[pixel]*crowded     // by square, of those that hold more than a crowd
}

// crowded is a square that holds many pixels: the detailed part of a map whose segments are long on the average.
type crowded struct {
	ids  map[pixel]int32
	axis int     // along which they are further apart
	line []int32 // in order along it, once all are known
}

// brick is how many squares a brick is wide and high.
const (
	brick     = 1 << brickBits
	brickBits = 3
)

// mason looks squares up, and remembers the brick where it was last. There may be one for each core.
type mason struct {
	*cells
	place  pixel
	number int32 // -1 when there is no such brick
}

func (c *cells) mason() mason { return mason{cells: c, number: -1, place: pixel{math.MinInt32, 0}} }

// square finds one of the pixels of a square, or -1.
func (m *mason) square(s pixel) int32 {
	if place := (pixel{s[0] >> brickBits, s[1] >> brickBits}); place != m.place {
		m.place, m.number = place, m.bricks.find(place)
	}
	if m.number < 0 {
		return -1
	}
	return m.first[m.number][inBrick(s)]
}

func inBrick(s pixel) int { return int(s[1]&(brick-1))<<brickBits | int(s[0]&(brick-1)) }

// newCells is for so many pixels or fewer, about so far from each other.
func newCells(apart float64, pixels int) cells {
	c := cells{pixels: make([]pixel, 0, pixels), next: make([]int32, 0, pixels), shift: uint(max(math.Ilogb(max(apart, 1))+1, 1)),
		bricks: numbered[pixel]{hash: hashPixel}, crowds: map[pixel]*crowded{}}
	return c
}

// id finds a pixel, or adds it.
func (m *mason) id(p pixel) int32 {
	s := pixel{p[0] >> m.shift, p[1] >> m.shift}
	first := m.square(s)
	seen := 0
	for id := first; id >= 0 && seen < crowd; id = m.next[id] {
		if m.pixels[id] == p {
			return id
		}
		seen++
	}
	var among *crowded
	if seen == crowd {
		among = m.crowd(s, first)
		if id, known := among.ids[p]; known {
			return id
		}
	}
	if m.number < 0 {
		m.number = m.bricks.number(m.place)
		m.first = append(m.first, noPixels)
	}
	id := int32(len(m.pixels))
	m.pixels = append(m.pixels, p)
	m.next = append(m.next, first)
	m.first[m.number][inBrick(s)] = id
	if among != nil {
		among.ids[p] = id
	}
	return id
}

// crowd finds the crowd of a square, or makes it of the pixels that are there.
func (m *mason) crowd(s pixel, first int32) *crowded {
	c := m.crowds[s]
	if c == nil {
		c = &crowded{ids: map[pixel]int32{}}
		for id := first; id >= 0; id = m.next[id] {
			c.ids[m.pixels[id]] = id
		}
		m.crowds[s] = c
	}
	return c
}

// lineUp puts the pixels of crowds in order; there come no more.
func (c *cells) lineUp() {
	for _, among := range c.crowds {
		low, high := pixel{math.MaxInt32, math.MaxInt32}, pixel{math.MinInt32, math.MinInt32}
		for p, id := range among.ids {
			among.line = append(among.line, id)
			low, high = pixel{min(low[0], p[0]), min(low[1], p[1])}, pixel{max(high[0], p[0]), max(high[1], p[1])}
		}
		if high[1]-low[1] > high[0]-low[0] {
			among.axis = 1
		}
		slices.SortFunc(among.line, func(i, j int32) int { return cmp.Compare(c.pixels[i][among.axis], c.pixels[j][among.axis]) })
	}
}

var noPixels = func() (none [brick * brick]int32) {
	for i := range none {
		none[i] = -1
	}
	return none
}()

// passage is a pixel that a segment passes through, and where on its way it enters.
type passage struct {
	at    float64
	pixel int32
}

// passages appends the hot pixels that a segment passes through between those of its ends, in order.
func (m *mason) passages(dst []passage, a, b orb.Point, start, end int32) []passage {
	slope := 0.0
	if a[0] != b[0] {
		slope = (b[1] - a[1]) / (b[0] - a[0])
	}
	west, east := min(a[0], b[0]), max(a[0], b[0])
	north, south := min(a[1], b[1]), max(a[1], b[1])
	for column, last := m.cell(west-reach), m.cell(east+reach); column <= last; column++ {
		low, high := north, south
		if slope != 0 {
			left := float64(column<<m.shift) - reach
			right := left + float64(int32(1)<<m.shift) + 2*reach
			y0, y1 := a[1]+slope*(max(left, west)-a[0]), a[1]+slope*(min(right, east)-a[0])
			low, high = max(low, min(y0, y1)-reach), min(high, max(y0, y1)+reach)
		}
		for row, bottom := m.cell(low-reach), m.cell(high+reach); row <= bottom; row++ {
			dst = m.passagesIn(dst, pixel{column, row}, a, b, start, end)
		}
	}
	if len(dst) > 1 {
		slices.SortFunc(dst, func(p, q passage) int { return cmp.Or(cmp.Compare(p.at, q.at), cmp.Compare(p.pixel, q.pixel)) })
	}
	return dst
}

// reach is how far from a segment the centre of a pixel that it passes can be along an axis, and more than rounding.
const reach = 0.51

func (m *mason) cell(v float64) int32 { return int32(math.Floor(v)) >> m.shift }

func (m *mason) passagesIn(dst []passage, cell pixel, a, b orb.Point, start, end int32) []passage {
	west, east := min(a[0], b[0])-reach, max(a[0], b[0])+reach
	north, south := min(a[1], b[1])-reach, max(a[1], b[1])+reach
	if len(m.crowds) > 0 {
		if among := m.crowds[cell]; among != nil {
			return m.passagesAmong(dst, among, a, b, start, end)
		}
	}
	for id := m.square(cell); id >= 0; id = m.next[id] {
		if id == start || id == end {
			continue
		}
		p := m.pixels[id]
		if x, y := float64(p[0]), float64(p[1]); x < west || x > east || y < north || y > south {
			continue
		}
		if at, ok := enters(a, b, p); ok {
			dst = append(dst, passage{at, id})
		}
	}
	return dst
}

// passagesAmong looks only at what is beside the segment.
func (m *mason) passagesAmong(dst []passage, among *crowded, a, b orb.Point, start, end int32) []passage {
	axis := among.axis
	low, high := min(a[axis], b[axis])-reach, max(a[axis], b[axis])+reach
	first, _ := slices.BinarySearchFunc(among.line, low, func(id int32, low float64) int { return cmp.Compare(float64(m.pixels[id][axis]), low) })
	for _, id := range among.line[first:] {
		if float64(m.pixels[id][axis]) > high {
			break
		}
		if id == start || id == end {
			continue
		}
		if at, ok := enters(a, b, m.pixels[id]); ok {
			dst = append(dst, passage{at, id})
		}
	}
	return dst
}

// enters says whether the segment ab passes through a pixel, and after which part of its length. A pixel has its western and
// northern sides, but not the others, as what is between two pixels is rounded.
func enters(a, b orb.Point, p pixel) (at float64, ok bool) {
	from, to := 0.0, 1.0
	after, before := false, false // from and to themselves are not within
	for i := range 2 {
		low, high := float64(p[i])-0.5, float64(p[i])+0.5
		d := b[i] - a[i]
		if max(a[i], b[i]) < low || min(a[i], b[i]) >= high {
			return 0, false
		}
		if d == 0 {
			continue
		}
		in, out := (low-a[i])/d, (high-a[i])/d
		if d < 0 {
			in, out = out, in
		}
		if in > from || in == from && d < 0 {
			from, after = in, d < 0
		}
		if out < to || out == to && d > 0 {
			to, before = out, d > 0
		}
	}
	return from, from < to || from == to && !after && !before
}
