package balance

import "math"

// StandardisedRates are rates of events to a base, less their mean and over the deviation that so small a base would have (Assunção
// and Reis 1999): what Moran's index of rates is taken of, since a rate of few is far from the mean by chance alone. NaN where the base is
// not above 0, and everywhere where there are no events.
func StandardisedRates(events, base []float64) []float64 {
	z := make([]float64, len(events))
	mean, between := spreadOfRates(events, base)
	for i := range z {
		z[i] = math.NaN()
		if !(base[i] > 0) || !(mean > 0) {
			continue
		}
		variance := between + mean/base[i]
		if variance <= 0 {
			variance = mean / base[i]
		}
		z[i] = (events[i]/base[i] - mean) / math.Sqrt(variance)
	}
	return z
}

// spreadOfRates is the rate of all, and how rates vary beyond what small bases explain (the moments of Marshall 1991), which may be below 0.
func spreadOfRates(events, base []float64) (mean, between float64) {
	var known []int
	for i := range events {
		if base[i] > 0 && !math.IsNaN(events[i]) {
			known = append(known, i)
		}
	}
	sum := func(term func(i int) float64) float64 {
		return sumOf(len(known), func(at int) float64 { return term(known[at]) })
	}
	all := sum(func(i int) float64 { return base[i] })
	mean = sum(func(i int) float64 { return events[i] }) / all
	squares := sum(func(i int) float64 {
		apart := events[i]/base[i] - mean
		return base[i] * apart * apart
	})
	return mean, squares/all - mean*float64(len(known))/all
}
