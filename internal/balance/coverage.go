package balance

import "math"

// leastKnown is the share of premises that must be known for a rate of all to be one.
const leastKnown = 0.9

// Coverage is how many premises of some units are connectable.
type Coverage struct {
	Rate        float64 // %: 100 ΣR/ΣL over the units of which both are known; NaN where Known is below 0.9
	Connectable float64 // ΣR, over the same
	Premises    float64 // ΣL, over the same
	Left        float64 // premises: Σ max(0, L-R), over the same; a unit with too many makes up for no other
	Known       float64 // 0 to 1: ΣL of the units of which both are known, over ΣL; NaN where no premises are known
	Units       int     // of which both are known
	Unknown     int     // of which one is not
	Over        int     // whose R is above L: the base is too low (they are kept as they are, the rate may pass 100)
	Below50     float64 // share of the premises, 0 to 1, that are in units below 50 %
	Below80     float64 // below 80 %
	From95      float64 // at 95 % or more: the level at which copper may be closed
}

// CoverageOf puts units together: sums of numerators over sums of denominators, never a mean of rates. A unit without premises is known, and weighs
// nothing.
func CoverageOf(connectable, premises []float64) Coverage {
	var c Coverage
	var r, all, l, left, below50, below80, from95 sum
	for i := range premises {
		if !math.IsNaN(premises[i]) {
			all.add(premises[i])
		}
		if math.IsNaN(connectable[i]) || math.IsNaN(premises[i]) {
			c.Unknown++
			continue
		}
		c.Units++
		r.add(connectable[i])
		l.add(premises[i])
		left.add(PremisesLeft(connectable[i], premises[i]))
		if OverBase(connectable[i], premises[i]) {
			c.Over++
		}
		switch rate := CoverageRate(connectable[i], premises[i]); {
		case rate < 50:
			below50.add(premises[i])
			below80.add(premises[i])
		case rate < 80:
			below80.add(premises[i])
		case rate >= 95:
			from95.add(premises[i])
		}
	}
	c.Connectable, c.Premises, c.Left = r.value(), l.value(), left.value()
	c.Known = Ratio(c.Premises, all.value())
	c.Below50, c.Below80, c.From95 = Ratio(below50.value(), c.Premises), Ratio(below80.value(), c.Premises), Ratio(from95.value(), c.Premises)
	c.Rate = math.NaN()
	if c.Known >= leastKnown {
		c.Rate = CoverageRate(c.Connectable, c.Premises)
	}
	return c
}

// CoverageRate is 100 R/L, in %; NaN where there are no premises. It is above 100 where R is above L.
func CoverageRate(connectable, premises float64) float64 { return Ratio(100*connectable, premises) }

// PremisesLeft is how many premises are not connectable, and at least 0.
func PremisesLeft(connectable, premises float64) float64 { return max(0, premises-connectable) }

// OverBase says that more is connectable than there are premises: the two were not counted on the same base.
func OverBase(connectable, premises float64) bool { return connectable > premises }

// GapInPoints is how far a rate is below a reference, in points: below 0 where it is above.
func GapInPoints(rate, reference float64) float64 { return reference - rate }

// KnownShare is the share of the weight that is of units all of whose values are known; NaN where nothing has a weight.
func KnownShare(w []float64, columns ...[]float64) float64 {
	var all, known sum
	for i := range w {
		if !(w[i] > 0) {
			continue
		}
		all.add(w[i])
		if knownIn(i, columns) {
			known.add(w[i])
		}
	}
	return Ratio(known.value(), all.value())
}

func knownIn(i int, columns [][]float64) bool {
	for _, column := range columns {
		if math.IsNaN(column[i]) {
			return false
		}
	}
	return true
}
