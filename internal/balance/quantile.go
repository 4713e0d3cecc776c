package balance

import (
	"math"
	"slices"
)

// sameShare is how near to a share the weight cumulated has to be to count as equal to it: 0.1·w is seldom what it says.
const sameShare = 1e-12

// Quantiles are weighted quantiles: the least x such that more than the share p of the weight is at or below it; where just p is, the mean of that
// x and the next. So the median of an even number of units is the mean of the two in the middle (type 2 of Hyndman and Fan 1996, which SAS and with
// it the statistical offices have by default). All NaN of nothing; NaN for a p outside 0 to 1. x may be infinite.
func Quantiles(x, w []float64, p ...float64) []float64 {
	return quantilesOf(strata(x, x, w), p)
}

func quantilesOf(s []stratum, p []float64) []float64 {
	below := make([]float64, len(s))
	var weight sum
	for i, one := range s {
		weight.add(one.weight)
		below[i] = weight.value()
	}
	q := make([]float64, len(p))
	for i := range p {
		q[i] = quantile(s, below, p[i])
	}
	return q
}

func quantile(s []stratum, below []float64, p float64) float64 {
	if len(s) == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	total := below[len(below)-1]
	at, _ := slices.BinarySearch(below, total*(p-sameShare))
	if p <= 0 || at == len(s)-1 || below[at] > total*(p+sameShare) {
		return s[at].key
	}
	return s[at].key/2 + s[at+1].key/2 // halves first: the sum or the difference of the two may be beyond floats
}

// median of numbers that are known; NaN of none.
func median(x []float64) float64 { return Quantiles(x, nil, 0.5)[0] }
