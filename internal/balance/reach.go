package balance

import "math"

// reacher is Costs as passes over all origins need them.
type reacher interface {
	Costs
	// reach appends what From gives, in any order, no cost on the wrong side of an edge.
	reach(origin int, atMost float64, edges []float64, found []reached) []reached
	// reversed are the ways back that cost at most so much.
	reversed(atMost float64) reacher
	// tour is the origins whose position is known, in an order that is good for the caches.
	tour() []int32
}

func reacherOf(c Costs) reacher {
	if r, ok := c.(reacher); ok {
		return r
	}
	return foreign{c}
}

// foreign is Costs made elsewhere.
type foreign struct{ Costs }

func (f foreign) reach(origin int, atMost float64, _ []float64, found []reached) []reached {
	f.From(origin, atMost, func(place int, cost float64) { found = append(found, reached{int32(place), cost}) })
	return found
}

func (f foreign) reversed(atMost float64) reacher {
	var known []Cost
	for origin := range f.Origins() {
		f.From(origin, atMost, func(place int, cost float64) {
			known = append(known, Cost{int32(place), int32(origin), cost})
		})
	}
	return newMatrix(f.Places(), f.Origins(), known)
}

func (f foreign) tour() []int32 { return everyone(f.Origins()) }

// term is what a place adds to the sum of an origin.
type term func(origin, place int32, weight float64) float64

// sums is, for each origin, the sum of terms over the places with a weight: NaN for an origin whose position is not known. No
// pair is kept: a core has those of one origin at a time. Sums do not depend on the order of rows (see total).
func sums(r reacher, w Decay, t term) []float64 {
	results := make([]float64, r.Origins())
	for i := range results {
		results[i] = math.NaN()
	}
	tour, atMost, at := r.tour(), w.Reach(), edges(w)
	onAllCores(len(tour), block, func() func(int) {
		var found []reached
		var terms []float64
		return func(i int) {
			origin := tour[i]
			found, terms = r.reach(int(origin), atMost, at, found[:0]), terms[:0]
			for _, to := range found {
				if add := t(origin, to.place, w.Weight(to.cost)); add != 0 && !math.IsNaN(add) {
					terms = append(terms, add)
				}
			}
			results[origin] = total(terms)
		}
	})
	return results
}
