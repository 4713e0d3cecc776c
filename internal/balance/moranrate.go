package balance

import "math"

// StandardisedRates are rates of events to a base, less the rate of all, over the deviation that rates of so small a base would have
// (Assunção and Reis 1999): what Moran's index of rates is taken of, since a rate of few is far from the mean by chance alone. NaN
// for a unit that has no rate (see rates.go), and everywhere where there are no events.
func StandardisedRates(events, bases []float64) []float64 {
	rate, between := spread(events, bases, known(events, bases))
	return eachRate(events, bases, func(_ int, own, base float64) float64 {
		variance := between + rate/base
		if variance <= 0 {
			variance = rate / base
		}
		return Ratio(own-rate, math.Sqrt(variance))
	})
}
