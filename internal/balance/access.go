package balance

import (
	"cmp"
	"math"
	"slices"
)

// Potential is the supply that each origin reaches, weighted by a decay (Hansen, How accessibility shapes land use, 1959). A
// supply that is NaN is none.
func Potential(c Costs, supply []float64, w Decay) []float64 {
	return sums(reacherOf(c), w, func(_, place int32, weight float64) float64 { return weight * supply[place] })
}

// Cumulative is the supply within a cost of each origin, that cost included.
func Cumulative(c Costs, supply []float64, atMost float64) []float64 {
	return Potential(c, supply, Binary{atMost})
}

// CostOf is what it costs from each origin to have reached so much supply, counting the cheapest places first: with a supply of
// 1 and an amount of n, the cost of the n-th nearest place. +Inf when all that can be reached is less, and from an origin whose
// position is not known, as nothing is reached from there.
func CostOf(c Costs, supply []float64, amount float64) []float64 {
	r := reacherOf(c)
	costs := make([]float64, c.Origins())
	onAllCores(len(costs), block, func() func(int) {
		var found []reached
		return func(i int) { costs[i], found = costOf(r, i, supply, amount, found) }
	})
	return costs
}

// costOf looks ever farther, so that few costs are looked at, and at last at all.
func costOf(r reacher, origin int, supply []float64, amount float64, found []reached) (float64, []reached) {
	_, atMost := r.Cheapest(origin)
	for range 12 {
		found = r.reach(origin, atMost, nil, found[:0])
		if cost := costAmong(found, supply, amount); !math.IsInf(cost, 1) || len(found) == r.Places() {
			return cost, found
		}
		atMost = 4 * math.Max(1, atMost)
	}
	found = r.reach(origin, math.Inf(1), nil, found[:0])
	return costAmong(found, supply, amount), found
}

func costAmong(found []reached, supply []float64, amount float64) float64 {
	slices.SortFunc(found, func(a, b reached) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(supply[a.place], supply[b.place]))
	})
	sum := 0.0
	for _, to := range found {
		if s := supply[to.place]; s > 0 {
			sum += s
		}
		if sum >= amount {
			return to.cost
		}
	}
	return math.Inf(1)
}
