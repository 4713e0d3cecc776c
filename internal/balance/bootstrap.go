package balance

import (
	"math/rand/v2"
	"slices"
)

// Bootstrap draws groups with replacement, as many as there are, and gives the interval in which a statistic is in 95 % of the
// draws. The statistic is told how many times each unit was drawn: it multiplies its weights by that. Territories are no sample: the interval says how much the
// statistic hangs on a few groups, nothing about a population. NaN is a draw in which the statistic is not defined; such draws are left out.
//
// Groups are drawn by rising number, each draw from a stream of its own: the same numbers give the same interval, whatever the order of units.
func Bootstrap(group []int, draws int, seed uint64, statistic func(times []float64) float64) (low, high float64) {
	numbers := slices.Compact(slices.Sorted(slices.Values(group)))
	place := make(map[int]int, len(numbers))
	for i, number := range numbers {
		place[number] = i
	}
	drawn := nulls(max(0, draws))
	times := make([]float64, len(group))
	count := make([]float64, len(numbers))
	for draw := range drawn {
		clear(count)
		r := rand.New(rand.NewPCG(seed, uint64(draw)))
		for range numbers {
			count[r.IntN(len(numbers))]++
		}
		for i, g := range group {
			times[i] = count[place[g]]
		}
		drawn[draw] = statistic(times)
	}
	interval := Quantiles(drawn, nil, 0.025, 0.975)
	return interval[0], interval[1]
}
