package indicator

import (
	"math"

	"maille/internal/balance"
)

// placeIndexes are indexes of the places of each land.
func (g *ground) placeIndexes() map[land]*balance.Index {
	all := make(map[land]*balance.Index, len(g.lands))
	for _, l := range g.lands {
		points, _ := g.pointsOf(l, nil)
		all[l] = balance.NewIndex(points)
	}
	return all
}

// setFixed writes how far the nearest place is of the town hall, and of the contour: these need nobody to live there.
func (g *ground) setFixed(r *row, c *accessCommune, near map[land]*balance.Index, wkb []byte) {
	l := g.landOf(c)
	if l.places[0] == l.places[1] {
		return
	}
	if place, m := near[l].Nearest(c.hall); place >= 0 {
		r.set("distance_mairie", metres(m*g.p.Detour))
	}
	r.set("distance_limite", metres(g.fromContour(c, l, near[l], wkb)*g.p.Detour))
}

// fromContour is how far the nearest place is of a contour, in metres; 0 when one is inside, NaN without a contour. A place that is
// nearer to the contour than the nearest one to the commune's point is no farther from that point than this and the contour's
// farthest vertex together.
func (g *ground) fromContour(c *accessCommune, l land, near *balance.Index, wkb []byte) float64 {
	shape := contourOf(wkb)
	if shape == nil || c.point != c.point {
		return math.NaN()
	}
	_, best := near.Nearest(c.point)
	reach := shape.farthest(c.point)
	for place, straight := range near.Within(c.point, best+reach) {
		if straight-reach < best {
			best = min(best, shape.distance(g.places[l.places[0]+place].point))
		}
	}
	return best
}
