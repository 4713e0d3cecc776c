package dump

import (
	"math"
	"slices"

	"maille/internal/geo"
)

// inside is a position of the shape: the point itself, or one inside its largest polygon, where a centroid may not be.
// It is the middle of the widest stretch of a horizontal line that goes through no vertex near the polygon's mid-height.
func (s *wkbShape) inside(grid float64) (x, y float64, ok bool) {
	box, ok := s.bounds()
	if !ok || s.kind == wkbPoint {
		return box[0], box[1], ok
	}
	polygon := s.largest()
	y = lineAcross(polygon[0], grid)
	var crossings []float64
	for _, ring := range polygon {
		crossings = appendCrossings(crossings, ring, y)
	}
	slices.Sort(crossings)
	width := 0.0
	x, _ = polygon[0].at(0) // of a polygon that no line crosses
	for i := 0; i+1 < len(crossings); i += 2 {
		if west, east := crossings[i], crossings[i+1]; east-west > width {
			width, x = east-west, between(west, east, grid)
		}
	}
	return x, y, true
}

// largest are the rings of the polygon whose outer ring has the largest area.
func (s *wkbShape) largest() (rings []wkbRing) {
	area, start := -1.0, 0
	for _, end := range s.ends {
		if start < end {
			if a := math.Abs(s.rings[start].area()); a > area {
				area, rings = a, s.rings[start:end]
			}
		}
		start = end
	}
	return rings
}

// lineAcross is a height between those of the two vertices nearest to the ring's mid-height, above and below.
func lineAcross(ring wkbRing, grid float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range ring.len() {
		_, y := ring.at(i)
		low, high = min(low, y), max(high, y)
	}
	middle := low + (high-low)/2
	for i := range ring.len() {
		if _, y := ring.at(i); y <= middle {
			low = max(low, y)
		} else {
			high = min(high, y)
		}
	}
	return between(low, high, grid)
}

// between is about the middle of two numbers, on the grid when that is between them.
func between(low, high, grid float64) float64 {
	middle := low + (high-low)/2
	if snapped := geo.Snap(middle, grid); low < snapped && snapped < high {
		return snapped
	}
	return middle
}

// appendCrossings appends where the edges of a ring cross a horizontal line. An edge has its lower end and not its upper
// one, so that a vertex on the line counts once.
func appendCrossings(crossings []float64, ring wkbRing, y float64) []float64 {
	for i := 1; i < ring.len(); i++ {
		xa, ya := ring.at(i - 1)
		xb, yb := ring.at(i)
		if (ya <= y) != (yb <= y) {
			crossings = append(crossings, xa+(y-ya)/(yb-ya)*(xb-xa))
		}
	}
	return crossings
}
