package tile

import (
	"math"

	"github.com/paulmach/orb"
)

// orient is positive when a, b, c turn left, negative when they turn right, and zero when they are in line or so nearly
// that rounding decides (the bound is that of J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997, §3.4): a
// line in doubt is kept as it was.
func orient(a, b, c orb.Point) int {
	left, right := (a[0]-c[0])*(b[1]-c[1]), (a[1]-c[1])*(b[0]-c[0])
	bound := (3 + 16*epsilon) * epsilon * (math.Abs(left) + math.Abs(right))
	switch det := left - right; {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	}
	return 0
}

const epsilon = 1.0 / (1 << 53)

// meet says whether segments ab and cd, which share no end, have a point in common.
func meet(a, b, c, d orb.Point) bool {
	if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) ||
		max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
		return false
	}
	return orient(a, b, c)*orient(a, b, d) <= 0 && orient(c, d, a)*orient(c, d, b) <= 0
}

// along says whether segments pq and pr, which share p, leave it in the same direction.
func along(p, q, r orb.Point) bool {
	return (q[0]-p[0])*(r[0]-p[0])+(q[1]-p[1])*(r[1]-p[1]) > 0 && orient(p, q, r) == 0
}

// distance is that from p to the segment ab, and squared its square.
func distance(p, a, b orb.Point) float64 { return math.Sqrt(squared(p, a, b)) }

func squared(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	x, y := p[0]-a[0], p[1]-a[1]
	if length := dx*dx + dy*dy; length > 0 {
		t := min(max((x*dx+y*dy)/length, 0), 1)
		x, y = x-t*dx, y-t*dy
	}
	return x*x + y*y
}
