package source

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// assemble makes polygons of a shapefile's rings: those that turn clockwise are outer, the others are holes of the
// smallest outer ring around them (ESRI Shapefile Technical Description, p. 8). A ring that turns as a hole and is in no
// other is outer all the same: writers forget the rule. The result turns as RFC 7946 §3.1.6 asks.
//
// It gives up, false, when rings are so many and so tangled that finding each hole's place would take seconds.
func assemble(rings []orb.Ring) (orb.MultiPolygon, bool) {
	a := assembly{effort: 1 << 27}
	var holes []shell
	for _, ring := range rings {
		s := newShell(ring)
		if s.area > 0 {
			holes = append(holes, s)
			continue
		}
		slices.Reverse(ring)
		a.add(s)
	}
	slices.SortStableFunc(holes, func(h, other shell) int { return cmp.Compare(other.area, h.area) }) // a ring holds smaller ones
	for _, h := range holes {
		if at := a.around(h); at >= 0 {
			slices.Reverse(h.ring)
			a.polygons[at] = append(a.polygons[at], h.ring)
		} else {
			a.add(h)
		}
	}
	return a.polygons, a.effort > 0
}

type assembly struct {
	polygons orb.MultiPolygon
	shells   []shell // of each polygon
	effort   int     // comparisons left
}

// shell is a ring, its box and its area, negative clockwise.
type shell struct {
	ring orb.Ring
	box  orb.Bound
	area float64
}

func newShell(ring orb.Ring) shell {
	s := shell{ring: ring, box: ring.Bound()}
	for i := 1; i < len(ring); i++ { // around its first point, for the sake of the digits
		s.area += cross(ring[0], ring[i-1], ring[i]) / 2
	}
	return s
}

// cross is twice the area of a triangle, negative clockwise.
func cross(a, b, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (c[0]-a[0])*(b[1]-a[1])
}

func (a *assembly) add(s shell) {
	a.polygons = append(a.polygons, orb.Polygon{s.ring})
	a.shells = append(a.shells, s)
}

// around finds the smallest shell that holds a ring, -1 for none.
func (a *assembly) around(h shell) int {
	best := -1
	for i, s := range a.shells {
		if a.effort--; a.effort <= 0 {
			return -1
		}
		smaller := best < 0 || math.Abs(s.area) < math.Abs(a.shells[best].area)
		if smaller && within(h.box, s.box) && a.holds(s, h) {
			best = i
		}
	}
	return best
}

func within(inner, outer orb.Bound) bool {
	return outer.Min[0] <= inner.Min[0] && outer.Min[1] <= inner.Min[1] && outer.Max[0] >= inner.Max[0] && outer.Max[1] >= inner.Max[1]
}

// holds asks the first point of the ring that is not on the shell itself; rings may touch.
func (a *assembly) holds(s, h shell) bool {
	for _, p := range h.ring {
		if a.effort -= len(s.ring); a.effort <= 0 {
			return false
		}
		if side := sideOf(s.ring, p); side != 0 {
			return side > 0
		}
	}
	return true
}

// sideOf is 1 for a point inside of a ring, -1 outside, 0 on it.
func sideOf(ring orb.Ring, p orb.Point) int {
	side := -1
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		turn := cross(a, b, p)
		if turn == 0 && spans(a[0], p[0], b[0]) && spans(a[1], p[1], b[1]) {
			return 0
		}
		if (a[1] > p[1]) != (b[1] > p[1]) && (turn > 0) == (b[1] > a[1]) {
			side = -side
		}
	}
	return side
}

func spans(a, p, b float64) bool { return min(a, b) <= p && p <= max(a, b) }
