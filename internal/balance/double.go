package balance

import "math"

// double is the sum of two floats that do not overlap: some 106 bits (Dekker 1971, "A floating-point technique for extending the
// available precision"). It is for differences of great sums in hot loops, where sum would be too slow.
type double struct{ high, low float64 }

// difference is a - b, exactly.
func difference(a, b float64) double {
	high, low := twoSum(a, -b)
	return double{high, low}
}

func (a double) plus(b double) double {
	high, low := twoSum(a.high, b.high)
	return quick(high, low+(a.low+b.low))
}

func (a double) minus(b double) double { return a.plus(double{-b.high, -b.low}) }

func (a double) times(b double) double {
	high := a.high * b.high
	return quick(high, math.FMA(a.high, b.high, -high)+(a.high*b.low+a.low*b.high))
}

func (a double) over(b float64) double {
	high := a.high / b
	return quick(high, (math.FMA(-high, b, a.high)+a.low)/b)
}

// quick parts a sum of which the first term is not the smaller.
func quick(high, low float64) double {
	sum := high + low
	return double{sum, low - (sum - high)}
}
