package tile

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"
)

// cells sort pixels into squares about as wide as segments are long, so that a segment meets few squares and a square holds
// few pixels, however fine the grid is.
type cells struct {
	pixels []pixel
	next   []int32 // by pixel, another one of its square; -1 for no more
	shift  uint
	at     numbered[pixel] // the squares that hold any, by their place
	first  []int32         // by square, one of its pixels
}

// newCells is for so many pixels or fewer, about so far from each other.
func newCells(apart float64, pixels int) cells {
	c := cells{pixels: make([]pixel, 0, pixels), next: make([]int32, 0, pixels), shift: uint(max(math.Ilogb(max(apart, 1))+1, 1)),
		at: numbered[pixel]{hash: hashPixel}}
	c.at.resize(1 << bits.Len(uint(pixels)))
	return c
}

// number finds a pixel, or adds it.
func (c *cells) number(p pixel) int32 {
	cell := c.at.number(pixel{p[0] >> c.shift, p[1] >> c.shift})
	if int(cell) == len(c.first) {
		c.first = append(c.first, -1)
	}
	for id := c.first[cell]; id >= 0; id = c.next[id] {
		if c.pixels[id] == p {
			return id
		}
	}
	id := int32(len(c.pixels))
	c.pixels = append(c.pixels, p)
	c.next = append(c.next, c.first[cell])
	c.first[cell] = id
	return id
}

// passage is a pixel that a segment passes through, and where on its way it enters.
type passage struct {
	at    float64
	pixel int32
}

// passages appends the hot pixels that a segment passes through between those of its ends, in order.
func (c *cells) passages(dst []passage, a, b orb.Point, start, end int32) []passage {
	slope := 0.0
	if a[0] != b[0] {
		slope = (b[1] - a[1]) / (b[0] - a[0])
	}
	west, east := min(a[0], b[0]), max(a[0], b[0])
	north, south := min(a[1], b[1]), max(a[1], b[1])
	for column, last := c.cell(west-reach), c.cell(east+reach); column <= last; column++ {
		low, high := north, south
		if slope != 0 {
			left := float64(column<<c.shift) - reach
			right := left + float64(int32(1)<<c.shift) + 2*reach
			y0, y1 := a[1]+slope*(max(left, west)-a[0]), a[1]+slope*(min(right, east)-a[0])
			low, high = max(low, min(y0, y1)-reach), min(high, max(y0, y1)+reach)
		}
		for row, bottom := c.cell(low-reach), c.cell(high+reach); row <= bottom; row++ {
			dst = c.passagesIn(dst, pixel{column, row}, a, b, start, end)
		}
	}
	if len(dst) > 1 {
		slices.SortFunc(dst, func(p, q passage) int { return cmp.Or(cmp.Compare(p.at, q.at), cmp.Compare(p.pixel, q.pixel)) })
	}
	return dst
}

// reach is how far from a segment the centre of a pixel that it passes can be along an axis, and more than rounding.
const reach = 0.51

func (c *cells) cell(v float64) int32 { return int32(math.Floor(v)) >> c.shift }

func (c *cells) passagesIn(dst []passage, cell pixel, a, b orb.Point, start, end int32) []passage {
	n := c.at.find(cell)
	if n < 0 {
		return dst
	}
	for id := c.first[n]; id >= 0; id = c.next[id] {
		if id == start || id == end {
			continue
		}
		if at, ok := enters(a, b, c.pixels[id]); ok {
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
