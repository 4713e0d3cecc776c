package balance

import (
	"cmp"
	"math"
	"slices"
)

// leastInSlice is how many units a slice of a dimension holds at least: few slices blur what the score does inside one, small ones
// take chance for an effect.
const leastInSlice = 10

// effects says for each dimension how much of the variance of scores (geometric, equal weights) is between units that differ in that
// dimension: var E(score|dimension) / var(score), with E the mean in √n slices of the dimension of as many units each, equal values
// never parted, less what chance alone would make of it (Kelley 1935). 0 to 1; NaN where fewer than twenty units have a score and
// the dimension, or all score the same.
func effects(raw [][]float64, d Draws) []float64 {
	scores := nulls(len(raw))
	for i := range raw {
		scores[i] = Score(d.scale(raw[i]), nil, d.Least)
	}
	ratios := make([]float64, len(d.Goalposts))
	for k := range ratios {
		ratios[k] = correlationRatio(scores, func(i int) float64 { return d.Goalposts[k].Scale(raw[i][k]) })
	}
	return ratios
}

type scoreAt struct{ x, score float64 }

func correlationRatio(scores []float64, at func(i int) float64) float64 {
	var units []scoreAt
	for i, score := range scores {
		if x := at(i); !math.IsNaN(score) && !math.IsNaN(x) {
			units = append(units, scoreAt{x, score})
		}
	}
	if len(units) < 2*leastInSlice || allSame(units) {
		return math.NaN()
	}
	slices.SortFunc(units, func(a, b scoreAt) int { return cmp.Compare(a.x, b.x) })
	n, cuts := len(units), 0
	var inside sum
	size := max(leastInSlice, int(math.Sqrt(float64(n))))
	for from, to := 0, 0; from < n; from = to {
		to = min(n, from+size)
		for to < n && units[to].x == units[to-1].x {
			to++
		}
		if n-to < leastInSlice {
			to = n
		}
		inside.add(scatter(units[from:to]))
		cuts++
	}
	return max(0, 1-inside.value()/float64(n-cuts)*float64(n-1)/scatter(units))
}

// scatter is the sum of squared deviations of scores from their mean.
func scatter(units []scoreAt) float64 {
	mean := meanScore(units)
	return sumOf(len(units), func(i int) float64 { return square(units[i].score - mean) })
}

func meanScore(units []scoreAt) float64 {
	return sumOf(len(units), func(i int) float64 { return units[i].score }) / float64(len(units))
}

func allSame(units []scoreAt) bool {
	return !slices.ContainsFunc(units, func(u scoreAt) bool { return u.score != units[0].score })
}
