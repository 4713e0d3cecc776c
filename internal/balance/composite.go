package balance

import "math"

// A composite puts dimensions on one scale by fixed goalposts, so that no unit moves because another did, and takes their geometric mean, in which much of one
// does not buy out the lack of another (OECD and JRC, "Handbook on Constructing Composite Indicators", 2008, steps 5 and 6).

// Goalpost brings a value to a scale of 1 to 100: From is 1, To is 100, what is beyond is cut. To may be below From. The scale has no 0, which
// would leave nothing of a geometric mean.
type Goalpost struct{ From, To float64 }

// Scale is the value on the scale; NaN of NaN, and of goalposts that are one.
func (g Goalpost) Scale(x float64) float64 {
	if g.From == g.To {
		return math.NaN()
	}
	return 1 + 99*max(0, min(1, (x-g.From)/(g.To-g.From)))
}

// Score is the weighted geometric mean of dimensions on the scale; NaN where fewer than least are known. Those that are not known are left
// out, with their weight; weights nil is one each. A dimension that is not above 0 has no geometric mean: NaN.
func Score(dimensions, weights []float64, least int) float64 {
	return meanBy(math.Log, math.Exp, dimensions, weights, least)
}

// HarmonicScore is the weighted harmonic mean, by the same rules. It punishes a low dimension still more.
func HarmonicScore(dimensions, weights []float64, least int) float64 {
	inverse := func(x float64) float64 { return 1 / x }
	return meanBy(inverse, inverse, dimensions, weights, least)
}

func meanBy(to, from func(float64) float64, dimensions, weights []float64, least int) float64 {
	known, low, high := 0, math.Inf(1), 0.0
	var total, weight float64
	for k, x := range dimensions {
		w := weightOf(weights, k)
		if math.IsNaN(x) || !(w > 0) {
			continue
		}
		if x <= 0 {
			return math.NaN()
		}
		known, low, high = known+1, min(low, x), max(high, x)
		total += float64(w * to(x))
		weight += w
	}
	if known < least || !(weight > 0) {
		return math.NaN()
	}
	return max(low, min(high, from(total/weight))) // a mean lies between: rounding must not say otherwise
}
