package balance

import (
	"cmp"
	"iter"
	"math"
	"slices"
)

// Index finds which of some places are near a point. Chords screen; geodesics decide.
type Index struct {
	places []Point
	tree   *tree
}

// NewIndex indexes places; one with a NaN coordinate is never found.
func NewIndex(places []Point) *Index {
	vertices := make([]vertex, len(places))
	onAllCores(len(places), block, func() func(int) {
		return func(i int) { vertices[i] = inSpace(places[i], i) }
	})
	vertices = slices.DeleteFunc(vertices, func(v vertex) bool { return !places[v.id].known() })
	return &Index{places, newTree(vertices)}
}

// Nearest is the place nearest to a point, and how far it is, in metres on the ellipsoid; of several as near, the first. -1 and
// +Inf when there is none.
func (x *Index) Nearest(from Point) (place int, metres float64) {
	if !from.known() || len(x.tree.vertices) == 0 {
		return -1, math.Inf(1)
	}
	v := inSpace(from, 0)
	place, chord2, alone := x.tree.nearest(&v)
	if alone {
		return place, Distance(from, x.places[place])
	}
	metres = math.Inf(1)
	for u := range x.tree.within(&v, rivals2(chord2)) {
		d, other := Distance(from, x.places[u.id]), int(u.id)
		if d < metres || d == metres && other < place {
			place, metres = other, d
		}
	}
	return place, metres
}

// NearestOf is Nearest for many points at once, on all cores.
func (x *Index) NearestOf(from []Point) (places []int32, metres []float64) {
	places, metres = make([]int32, len(from)), make([]float64, len(from))
	onAllCores(len(from), block, func() func(int) {
		return func(i int) {
			place, d := x.Nearest(from[i])
			places[i], metres[i] = int32(place), d
		}
	})
	return places, metres
}

// Within gives the places at most so many metres away, that distance included, by rising place, with how far each is.
func (x *Index) Within(from Point, metres float64) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		found := x.near(from, metres, 1, []float64{metres}, nil)
		slices.SortFunc(found, func(a, b reached) int { return cmp.Compare(a.place, b.place) })
		for _, r := range found {
			if !yield(int(r.place), r.cost) {
				return
			}
		}
	}
}

// reached is a place and what it costs to go there.
type reached struct {
	place int32
	cost  float64
}

const (
	precise = 1e-3  // metres: a chord's geodesic this near a threshold is not trusted
	far     = 100e3 // metres: nor is one beyond
)

// near appends the places that cost at most so much: metres times a detour. No cost is on the wrong side of an edge.
func (x *Index) near(from Point, atMost, detour float64, edges []float64, found []reached) []reached {
	if !from.known() || !(atMost >= 0) {
		return found
	}
	v := inSpace(from, 0)
	chord := atMost/detour + precise
	for u, chord2 := range x.tree.within(&v, chord*chord) {
		metres := v.along(u, chord2)
		if metres > far || atEdge(metres*detour, precise*detour, edges) {
			metres = Distance(from, x.places[u.id])
		}
		if cost := metres * detour; cost <= atMost {
			found = append(found, reached{u.id, cost})
		}
	}
	return found
}

func atEdge(cost, precise float64, edges []float64) bool {
	for _, e := range edges {
		if math.Abs(cost-e) <= precise {
			return true
		}
	}
	return false
}
