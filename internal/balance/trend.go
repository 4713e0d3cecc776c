package balance

import "math"

// Trend is how a series of equal steps goes.
type Trend struct {
	Slope, Intercept float64 // Theil-Sen: by step; at the first step (Sen 1968)
	S, VarS, Z, P    float64 // Mann-Kendall, two-sided, with ties (Hipel and McLeod 1994)
	Tau              float64 // S over how many pairs there are: ties bring it nearer to 0
}

// TrendOf is the trend of a series; NaN is a step that is missing, which keeps its place. All NaN of fewer than two steps that are known. It looks at
// each pair: it is for series of quarters or years, not for thousands of steps.
func TrendOf(x []float64) Trend {
	var t Trend
	at, slopes := series(x), []float64{}
	for j, later := range at {
		for _, earlier := range at[:j] {
			rise := x[later] - x[earlier]
			slopes = append(slopes, rise/float64(later-earlier))
			t.S += sign(rise)
		}
	}
	n := float64(len(at))
	if n < 2 {
		none := math.NaN()
		return Trend{none, none, none, none, none, none, none}
	}
	t.Slope = median(slopes)
	t.Intercept = median(values(x, at)) - medianPlace(at)*t.Slope
	t.VarS = varianceOfS(values(x, at))
	if t.VarS > 0 {
		t.Z = (t.S - sign(t.S)) / math.Sqrt(t.VarS)
	}
	t.P = math.Erfc(math.Abs(t.Z) / math.Sqrt2)
	t.Tau = t.S / (n * (n - 1) / 2)
	return t
}

// varianceOfS is that of the number of rises less that of falls, were all orders as likely, with groups of equal values taken off.
func varianceOfS(x []float64) float64 {
	pairs := func(n float64) float64 { return n * (n - 1) * (2*n + 5) / 18 }
	v := pairs(float64(len(x)))
	for _, tied := range strata(x, x, nil) {
		v -= pairs(tied.weight)
	}
	return v
}

// series is where x is known.
func series(x []float64) []int {
	var at []int
	for i := range x {
		if !math.IsNaN(x[i]) {
			at = append(at, i)
		}
	}
	return at
}

func values(x []float64, at []int) []float64 {
	v := make([]float64, len(at))
	for i := range at {
		v[i] = x[at[i]]
	}
	return v
}

func medianPlace(at []int) float64 {
	n := len(at)
	return float64(at[(n-1)/2]+at[n/2]) / 2
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
