package balance

import (
	"math"
	"slices"
)

// FDR is the p at and below which tests are significant when at most a rate of those found may be false: the greatest i·rate/n that is not
// below the i-th least p (Benjamini and Hochberg 1995); 0 where there is none. NaN is no test.
func FDR(p []float64, rate float64) float64 {
	sorted := slices.DeleteFunc(slices.Clone(p), math.IsNaN)
	slices.Sort(sorted)
	n := float64(len(sorted))
	for i := len(sorted); i > 0; i-- {
		if cut := float64(i) * rate / n; sorted[i-1] <= cut {
			return cut
		}
	}
	return 0
}
