package balance

import "math"

// Provision is how many there are for 10 000 persons; NaN where there is nobody, 0 where there is nothing for someone.
func Provision(n, persons float64) float64 { return Ratio(10_000*n, persons) }

// LocationQuotient is (n_i/P_i)/(n/P); NaN where P_i or n is 0.
func LocationQuotient(ni, pi, n, p float64) float64 { return Ratio(Ratio(ni, pi), Ratio(n, p)) }

// Expected is how many a unit would have, had all persons as much: P_i n/P.
func Expected(pi, n, p float64) float64 { return Ratio(pi*n, p) }

// In what follows, events are counted on bases (persons, premises): a unit whose base is not above 0, or one of whose two numbers is not known, has no
// rate (NaN), and counts in no other's.

// ExcessRisk is the rate of each unit over that of all.
func ExcessRisk(events, bases []float64) []float64 {
	rate, _ := prior(events, bases, known(events, bases))
	return eachRate(events, bases, func(_ int, own, _ float64) float64 { return Ratio(own, rate) })
}

// SpatialRate is the rate of each unit and its neighbours together.
func SpatialRate(events, bases []float64, g Graph) []float64 {
	return eachRate(events, bases, func(i int, _, _ float64) float64 {
		rate, _ := prior(events, bases, around(events, bases, g, i))
		return rate
	})
}

// Smooth draws the rate of each unit to that of all, the more the smaller its base (Marshall 1991, by the method of moments).
func Smooth(events, bases []float64) []float64 {
	rate, variance := prior(events, bases, known(events, bases))
	return eachRate(events, bases, func(_ int, own, base float64) float64 { return shrink(own, base, rate, variance) })
}

// SmoothLocally draws it to that of the unit and its neighbours. A unit without neighbours keeps its own.
func SmoothLocally(events, bases []float64, g Graph) []float64 {
	return eachRate(events, bases, func(i int, own, base float64) float64 {
		rate, variance := prior(events, bases, around(events, bases, g, i))
		return shrink(own, base, rate, variance)
	})
}

// shrink gives A/(A + m/b) of the weight to the rate itself, where A is how much true rates vary. Where nothing happens at all there is nothing to draw to.
func shrink(own, base, rate, variance float64) float64 {
	if noise := rate / base; variance+noise > 0 {
		return rate + (own-rate)*variance/(variance+noise)
	}
	return rate
}

// prior is the rate of some units together, and how much their true rates vary, which is at least 0.
func prior(events, bases []float64, of []int) (rate, variance float64) {
	rate, variance = spread(events, bases, of)
	return rate, max(0, variance)
}

// spread is the rate of some units together, and the variance of their own, weighted by bases, less what chance alone would make of
// it: below 0 where they vary less than that.
func spread(events, bases []float64, of []int) (rate, variance float64) {
	n := len(of)
	base := sumOf(n, func(k int) float64 { return bases[of[k]] })
	rate = sumOf(n, func(k int) float64 { return events[of[k]] }) / base
	squares := sumOf(n, func(k int) float64 {
		off := events[of[k]]/bases[of[k]] - rate
		return bases[of[k]] * off * off
	})
	return rate, squares/base - rate/(base/float64(n))
}

func eachRate(events, bases []float64, rate func(i int, own, base float64) float64) []float64 {
	rates := make([]float64, len(events))
	for i := range rates {
		rates[i] = math.NaN()
		if hasRate(events, bases, i) {
			rates[i] = rate(i, events[i]/bases[i], bases[i])
		}
	}
	return rates
}

func hasRate(events, bases []float64, i int) bool { return bases[i] > 0 && events[i] >= 0 }

func known(events, bases []float64) []int {
	var units []int
	for i := range events {
		if hasRate(events, bases, i) {
			units = append(units, i)
		}
	}
	return units
}

// around is a unit and those of its neighbours that have a rate.
func around(events, bases []float64, g Graph, i int) []int {
	units := []int{i}
	for _, j := range g[i] {
		if hasRate(events, bases, int(j)) {
			units = append(units, int(j))
		}
	}
	return units
}
