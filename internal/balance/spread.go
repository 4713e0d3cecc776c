package balance

import "math"

// Atkinson is 1 - the mean that, had all the same, would be worth as much, over the mean: for an aversion of 1 from the geometric mean, else
// from (Σ p x^(1-ε))^(1/(1-ε)) (Atkinson 1970). 1 where someone has 0 and the aversion is 1 or more; NaN for one below 0.
func Atkinson(x, w []float64, aversion float64) float64 {
	s := strata(x, x, w)
	if !shares(s) || !(aversion >= 0) {
		return math.NaN()
	}
	weight, amount := totals(s)
	mean := amount / weight
	average := func(of func(x float64) float64) float64 {
		return sumOf(len(s), func(i int) float64 { return s[i].weight / weight * of(s[i].key/mean) })
	}
	worth := math.Exp(average(math.Log))
	if aversion != 1 {
		worth = math.Pow(average(func(x float64) float64 { return math.Pow(x, 1-aversion) }), 1/(1-aversion))
	}
	return min(1, max(0, 1-worth))
}

// MeanLogDeviation is Theil's L, Σ p ln(μ/x): NaN as soon as one has 0, where it is not defined.
func MeanLogDeviation(x, w []float64) float64 {
	s := strata(x, x, w)
	if !shares(s) || s[0].key == 0 {
		return math.NaN()
	}
	weight, amount := totals(s)
	return max(0, sumOf(len(s), func(i int) float64 {
		return s[i].weight / weight * math.Log((s[i].weight/weight)/(s[i].amount/amount))
	}))
}

// Shortfall is the mean of ((line - x)/line)^a over all persons, 0 for those at or above the line: with a = 0 the share of persons below it,
// with 1 how far below they are, with 2 with more weight on the farthest (Foster, Greer and Thorbecke 1984). NaN of nobody, and for a line not above 0.
func Shortfall(x, w []float64, line, a float64) float64 {
	s := strata(x, x, w)
	if len(s) == 0 || !(line > 0) {
		return math.NaN()
	}
	weight, _ := totals(s)
	return sumOf(len(s), func(i int) float64 {
		if s[i].key >= line {
			return 0
		}
		return s[i].weight / weight * math.Pow((line-s[i].key)/line, a)
	})
}
