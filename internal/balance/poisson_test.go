package balance

import (
	"math"
	"testing"
)

// TestPoissonInterval: Garwood's table, and what defines it: with the bounds for mean, n or more and n or fewer are 2.5 % likely.
func TestPoissonInterval(t *testing.T) {
	for n, want := range map[float64][2]float64{0: {0, 3.688879454}, 1: {0.02531780798, 5.571643391}, 10: {4.795388696, 18.39035604}} {
		low, high := PoissonInterval(n)
		if math.Abs(low-want[0]) > 1e-6 || math.Abs(high-want[1]) > 1e-6 {
			t.Errorf("%g: %g %g, want %v", n, low, high, want)
		}
	}
	for n := 1.0; n <= 40; n++ {
		low, high := PoissonInterval(n)
		if few, many := poissonUpTo(n-1, low), poissonUpTo(n, high); math.Abs(few-0.975) > 1e-9 || math.Abs(many-0.025) > 1e-9 || !(low < n && n < high) {
			t.Errorf("%g: %g of %g, %g of %g", n, few, low, many, high)
		}
	}
	for _, n := range []float64{-1, math.NaN(), math.Inf(1)} {
		if low, high := PoissonInterval(n); !math.IsNaN(low) || !math.IsNaN(high) {
			t.Errorf("%g: %g %g", n, low, high)
		}
	}
}

// poissonUpTo is the probability of n or fewer, term by term.
func poissonUpTo(n, mean float64) float64 {
	term, sum := math.Exp(-mean), math.Exp(-mean)
	for k := 1.0; k <= n; k++ {
		term *= mean / k
		sum += term
	}
	return sum
}
