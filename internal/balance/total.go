package balance

import "math"

// total sums terms so that their order does not matter: each is split on grids that follow from the greatest term and from how
// many there are, on which additions are exact (Rump, Ogita and Oishi, Accurate floating-point summation, SIAM Journal on
// Scientific Computing 31, 2008). Two grids leave less than one part in 2^52 of the sum of magnitudes, three where terms are many.
// NaN when a term is, or is more than 2^900. Unlike sum, which keeps every digit, it is made for hot loops; terms are used up.
func total(terms []float64) float64 {
	most := 0.0
	for _, t := range terms {
		if size := math.Abs(t); size > most {
			most = size
		}
	}
	if most > 0x1p900 {
		return math.NaN()
	}
	_, places := math.Frexp(float64(len(terms) + 2))
	_, size := math.Frexp(most)
	grids := 2
	if places > 16 {
		grids = 3
	}
	sum := 0.0
	for range grids {
		grid := math.Ldexp(1, size+places)
		part := 0.0
		for i, t := range terms {
			high := (grid + t) - grid
			part += high
			terms[i] = t - high
		}
		sum += part
		size += places - 53 // of the greatest rest
	}
	return sum
}
