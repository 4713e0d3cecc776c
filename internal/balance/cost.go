package balance

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// Costs says what it costs to go from origins to places.
type Costs interface {
	Origins() int
	Places() int
	// From gives the places that an origin reaches for at most so much, that cost included, by rising place.
	From(origin int, atMost float64, yield func(place int, cost float64))
	// Cheapest is the place that costs least; of several the first. -1 and +Inf when there is none.
	Cheapest(origin int) (place int, cost float64)
}

// Reversed are the costs of the same ways from places to origins: what a place is reached from, and its passive accessibility.
func Reversed(c Costs) Costs { return reacherOf(c).reversed(math.Inf(1)) }

// Straight is the geodesic in metres times a detour factor, which is applied before thresholds. Costs given out are right to
// some micrometres up to 20 km and to less than a millimetre up to 100 km, exact beyond; thresholds are decided by exact ones.
// An origin or a place with a NaN coordinate is not joined.
func Straight(origins, places []Point, detour float64) Costs {
	once := func(points []Point) func() *Index { return sync.OnceValue(func() *Index { return NewIndex(points) }) }
	return &straight{origins, places, once(origins), once(places), detour}
}

type straight struct {
	origins, places []Point
	starts, ends    func() *Index
	detour          float64
}

func (s *straight) Origins() int { return len(s.origins) }
func (s *straight) Places() int  { return len(s.places) }

func (s *straight) From(origin int, atMost float64, yield func(place int, cost float64)) {
	inOrder(s.reach(origin, atMost, []float64{atMost}, nil), yield)
}

func inOrder(found []reached, yield func(place int, cost float64)) {
	slices.SortFunc(found, func(a, b reached) int { return cmp.Compare(a.place, b.place) })
	for _, r := range found {
		yield(int(r.place), r.cost)
	}
}

func (s *straight) Cheapest(origin int) (place int, cost float64) {
	place, metres := s.ends().Nearest(s.origins[origin])
	return place, metres * s.detour
}

func (s *straight) reach(origin int, atMost float64, edges []float64, found []reached) []reached {
	return s.ends().near(s.origins[origin], atMost, s.detour, edges, found)
}

func (s *straight) reversed(float64) reacher {
	return &straight{s.places, s.origins, s.ends, s.starts, s.detour}
}

// tour follows the index of the origins, where neighbours are together, as the places that they reach are in the caches.
func (s *straight) tour() []int32 {
	vertices := s.starts().tree.vertices
	tour := make([]int32, len(vertices))
	for i := range vertices {
		tour[i] = vertices[i].id
	}
	return tour
}
