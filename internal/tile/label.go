package tile

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// anchor is a place well inside the largest polygon of a shape, for its label and for the point that it is when it is too
// small: the middle of the widest stretch along some lines across it, moved away from the border as long as it gets further
// from it. The shape has a vertex.
func anchor(shape orb.MultiPolygon) (p orb.Point) {
	polygon := largest(shape)
	bound := polygon[0].Bound()
	best := -1.0
	for axis := range 2 {
		const lines = 6
		low, high := bound.Min[axis], bound.Max[axis]
		for i := range lines {
			// not through the middle of the box, where a map drawn by hand has its vertices
			at := low + (high-low)*(float64(i)+0.5078125)/lines
			if q, found := widest(polygon, 1-axis, at); found {
				if d := depth(polygon, q); d > best {
					p, best = q, d
				}
			}
		}
	}
	if best < 0 {
		return polygon[0][0]
	}
	return deeper(polygon, p, best)
}

// largest is nil when there is none.
func largest(shape orb.MultiPolygon) (best orb.Polygon) {
	most := 0.0
	for _, polygon := range shape {
		if len(polygon) == 0 || len(polygon[0]) == 0 {
			continue
		}
		if a := signedArea(polygon[0]); best == nil || a > most {
			best, most = polygon, a
		}
	}
	return best
}

// widest is the middle of the longest stretch of a line that is in the polygon: the line along an axis, at a place of the
// other one.
func widest(polygon orb.Polygon, axis int, at float64) (middle orb.Point, found bool) {
	var crossings []float64
	for _, r := range polygon {
		for i := range len(r) - 1 {
			a, b := r[i], r[i+1]
			if (a[1-axis] > at) != (b[1-axis] > at) {
				crossings = append(crossings, a[axis]+(at-a[1-axis])/(b[1-axis]-a[1-axis])*(b[axis]-a[axis]))
			}
		}
	}
	slices.Sort(crossings)
	width := 0.0
	for i := 0; i+1 < len(crossings); i += 2 {
		if w := crossings[i+1] - crossings[i]; w > width {
			width, found = w, true
			middle[axis], middle[1-axis] = (crossings[i]+crossings[i+1])/2, at
		}
	}
	return middle, found
}

// depth is how far a place is from the polygon's border.
func depth(polygon orb.Polygon, p orb.Point) float64 {
	least := math.Inf(1)
	for _, r := range polygon {
		for i := range len(r) - 1 {
			least = min(least, squared(p, r[i], r[i+1]))
		}
	}
	return math.Sqrt(least)
}

// deeper moves a place that is inside by steps that are shorter than its depth, which keeps it inside.
func deeper(polygon orb.Polygon, p orb.Point, best float64) orb.Point {
	for step, rounds := 0.75, 0; step > 0.1 && rounds < 12; rounds++ {
		moved := false
		for _, way := range [4]orb.Point{{1, 0}, {0, 1}, {-1, 0}, {0, -1}} {
			q := orb.Point{p[0] + way[0]*step*best, p[1] + way[1]*step*best}
			if d := depth(polygon, q); d > best {
				p, best, moved = q, d, true
				break
			}
		}
		if !moved {
			step /= 2
		}
	}
	return p
}
