package balance

// Smoothed is a Poisson-Gamma smoothing of observed counts over expected ones (Clayton and Kaldor 1987).
type Smoothed struct {
	Nu, Alpha        float64   // shape and rate of the Gamma that ratios are drawn from
	Theta, Low, High []float64 // ratio of each unit, and its 95 % credible interval; NaN where nothing was expected
}

// PoissonGamma smooths; where nothing can be smoothed (all ratios are equal, or there are fewer than two units) Nu and Alpha are NaN, and so
// are the ratios.
func PoissonGamma(observed, expected []float64) Smoothed { return Smoothed{} }

// ChanceBelow is the probability that the ratio of a unit is below a value.
func (s Smoothed) ChanceBelow(observed, expected, ratio float64) float64 { return 0 }

// LocationQuotient is (n_i/P_i)/(n/P); NaN where P_i or n is 0.
func LocationQuotient(ni, pi, n, p float64) float64 { return 0 }
