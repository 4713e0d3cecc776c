package balance

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Smoothed is a Poisson-Gamma smoothing of observed counts over expected ones (Clayton and Kaldor 1987).
type Smoothed struct {
	Nu, Alpha        float64   // shape and rate of the Gamma that ratios are drawn from
	Theta, Low, High []float64 // ratio of each unit, and its 95 % credible interval; NaN where nothing was expected
}

// The rule that ends the iteration of moments: both move by less than a hundred-thousandth of themselves.
const (
	gammaRounds    = 1000
	gammaTolerance = 1e-5
	gammaLeast     = 1e-20 // variance over squared mean: below, ratios differ by rounding alone
)

// PoissonGamma smooths; where nothing can be smoothed (all ratios are equal, they vary less than chance alone would make them, or there are fewer than
// two units) Nu and Alpha are NaN, and so are the ratios. A unit that expects nothing, or whose numbers are not known, is left out.
func PoissonGamma(observed, expected []float64) Smoothed {
	units := known(observed, expected)
	s := Smoothed{Theta: nulls(len(observed)), Low: nulls(len(observed)), High: nulls(len(observed))}
	s.Nu, s.Alpha = gammaPrior(observed, expected, units)
	if math.IsNaN(s.Nu) {
		return s
	}
	for _, i := range units {
		posterior := s.posterior(observed[i], expected[i])
		s.Theta[i] = posterior.Mean()
		s.Low[i], s.High[i] = posterior.Quantile(0.025), posterior.Quantile(0.975)
	}
	return s
}

// ChanceBelow is the probability that the ratio of a unit is below a value; NaN where there is no smoothing.
func (s Smoothed) ChanceBelow(observed, expected, ratio float64) float64 {
	if math.IsNaN(s.Nu) || !(expected > 0) || !(observed >= 0) || math.IsNaN(ratio) {
		return math.NaN()
	}
	if ratio <= 0 {
		return 0
	}
	return s.posterior(observed, expected).CDF(ratio)
}

func (s Smoothed) posterior(observed, expected float64) distuv.Gamma {
	return distuv.Gamma{Alpha: observed + s.Nu, Beta: expected + s.Alpha}
}

// gammaPrior matches the moments m = mean θ, v = Σ (1 + α/E)(θ - m)² / (n-1), of which ν = m²/v and α = m/v, again and again
// until both stay.
func gammaPrior(observed, expected []float64, of []int) (nu, alpha float64) {
	none := math.NaN()
	var m, v float64
	for range gammaRounds {
		theta := func(k int) float64 { return (observed[of[k]] + nu) / (expected[of[k]] + alpha) }
		m0, v0 := m, v
		m = sumOf(len(of), theta) / float64(len(of))
		v = sumOf(len(of), func(k int) float64 {
			off := theta(k) - m
			return (1 + alpha/expected[of[k]]) * off * off
		}) / float64(len(of)-1)
		if !(v > gammaLeast*m*m) || math.IsInf(m*m/v, 0) || math.IsInf(m/v, 0) {
			return none, none
		}
		if math.Abs(m-m0) <= gammaTolerance*(m+m0) && math.Abs(v-v0) <= gammaTolerance*(v+v0) {
			return nu, alpha
		}
		nu, alpha = m*m/v, m/v
	}
	return none, none
}

// nulls is n times NaN.
func nulls(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.NaN()
	}
	return x
}
