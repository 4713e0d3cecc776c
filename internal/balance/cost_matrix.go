package balance

import (
	"cmp"
	"math"
	"slices"
)

// Cost is an entry of a matrix.
type Cost struct {
	Origin, Place int32
	Cost          float64
}

// Matrix is a cost for each pair that is known; a pair that is absent cannot be gone, nor can one whose cost is NaN, infinite or
// less than 0. Of several costs of a pair, the least counts. An entry takes 16 bytes, and as many again in Reversed.
func Matrix(origins, places int, known []Cost) Costs { return newMatrix(origins, places, known) }

// matrix has the entries of each origin together, by rising place.
type matrix struct {
	places  int
	starts  []int // where the entries of an origin begin, and where the last end
	entries []reached
}

func newMatrix(origins, places int, known []Cost) *matrix {
	known = slices.DeleteFunc(slices.Clone(known), func(c Cost) bool {
		joined := c.Origin >= 0 && int(c.Origin) < origins && c.Place >= 0 && int(c.Place) < places
		return !joined || !(c.Cost >= 0 && c.Cost <= math.MaxFloat64)
	})
	slices.SortFunc(known, func(a, b Cost) int {
		return cmp.Or(cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Cost, b.Cost))
	})
	known = slices.CompactFunc(known, func(a, b Cost) bool { return a.Origin == b.Origin && a.Place == b.Place })
	m := &matrix{places, make([]int, origins+1), make([]reached, len(known))}
	for i, c := range known {
		m.starts[c.Origin+1] = i + 1
		m.entries[i] = reached{c.Place, c.Cost}
	}
	for i := range origins {
		m.starts[i+1] = max(m.starts[i], m.starts[i+1])
	}
	return m
}

func (m *matrix) Origins() int { return len(m.starts) - 1 }
func (m *matrix) Places() int  { return m.places }

func (m *matrix) From(origin int, atMost float64, yield func(place int, cost float64)) {
	for _, r := range m.row(origin) {
		if r.cost <= atMost {
			yield(int(r.place), r.cost)
		}
	}
}

func (m *matrix) row(origin int) []reached { return m.entries[m.starts[origin]:m.starts[origin+1]] }

func (m *matrix) Cheapest(origin int) (place int, cost float64) {
	place, cost = -1, math.Inf(1)
	for _, r := range m.row(origin) {
		if r.cost < cost {
			place, cost = int(r.place), r.cost
		}
	}
	return place, cost
}

func (m *matrix) reach(origin int, atMost float64, _ []float64, found []reached) []reached {
	for _, r := range m.row(origin) {
		if r.cost <= atMost {
			found = append(found, r)
		}
	}
	return found
}

func (m *matrix) reversed(float64) reacher {
	known := make([]Cost, 0, len(m.entries))
	for origin := range m.Origins() {
		for _, r := range m.row(origin) {
			known = append(known, Cost{r.place, int32(origin), r.cost})
		}
	}
	return newMatrix(m.places, m.Origins(), known)
}

func (m *matrix) tour() []int32 { return everyone(m.Origins()) }

func everyone(n int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	return all
}
