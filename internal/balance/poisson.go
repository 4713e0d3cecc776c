package balance

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// PoissonInterval is the exact 95 % interval of what is expected where n were counted (Garwood 1936): half the quantile 0.025 of χ² with 2n degrees of
// freedom, and half the quantile 0.975 with 2n+2. It has n in it; of 0 it begins at 0. NaN of what is no count.
func PoissonInterval(n float64) (low, high float64) {
	if !(n >= 0) || math.IsInf(n, 1) {
		return math.NaN(), math.NaN()
	}
	if n > 0 {
		low = mathext.GammaIncRegInv(n, 0.025)
	}
	return low, mathext.GammaIncRegInv(n+1, 0.975)
}
