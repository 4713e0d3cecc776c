package balance

import "math"

// FisherJenks cuts into the k classes of least squared deviations, exactly, in O(k n log n): where the best class that ends at j begins never
// moves down as j moves up, because squared deviations are a Monge array, so that each row of the dynamic programme (Fisher 1958) is found by
// halves (Wu 1991; Grønlund et al. 2017, "Fast Exact k-Means, k-Medians and Bregman Divergence Clustering in 1D").
// Of several best cuts, that whose last class begins lowest, and so on down; cuts are as good whose squared deviations differ by less than 2^-90
// of those of all values from the least. It takes 4k+100 bytes for each different value.
func FisherJenks(x []float64, k int) []float64 {
	s := finite(strata(x, x, nil))
	k = min(k, len(s), mostClasses)
	if k < 1 {
		return nil
	}
	j := newJenks(s)
	begins := make([][]int32, k)
	for class := 1; class < k; class++ {
		begins[class] = make([]int32, len(s))
		j.row(begins[class], class, len(s)-1, class, len(s)-1)
		j.best, j.next = j.next, j.best
	}
	breaks := make([]float64, k)
	for class, end := k-1, len(s)-1; class >= 0; class-- {
		breaks[class] = s[end].key
		if class > 0 {
			end = int(begins[class][end]) - 1
		}
	}
	return breaks
}

// jenks is the dynamic programme: best[j] is the least deviation of values 0 to j in as many classes as there are so far. Sums run from value
// 0, and of a class are the difference of two: with the digits of one float, a single great value would leave none to the others'.
type jenks struct {
	weight        []float64
	first, second []double
	best, next    []double
	hair          float64 // a difference of deviations that rounding alone makes
}

// newJenks counts values from the least, in a unit of about the greatest, so that squares of any values are within what floats hold.
func newJenks(s []stratum) *jenks {
	n := len(s)
	j := &jenks{weight: make([]float64, n+1), first: make([]double, n+1), second: make([]double, n+1), best: make([]double, n), next: make([]double, n)}
	_, size := math.Frexp(max(math.Abs(s[0].key), math.Abs(s[n-1].key)))
	for i, one := range s {
		off := difference(math.Ldexp(one.key, -size), math.Ldexp(s[0].key, -size))
		weight := double{high: one.weight}
		j.weight[i+1] = j.weight[i] + one.weight
		j.first[i+1] = j.first[i].plus(weight.times(off))
		j.second[i+1] = j.second[i].plus(weight.times(off.times(off)))
		j.best[i] = j.deviation(0, i)
	}
	j.hair = 0x1p-90 * j.second[n].high
	return j
}

// deviation is Σ (x - mean)² of the values from a to b.
func (j *jenks) deviation(a, b int) double {
	first := j.first[b+1].minus(j.first[a])
	return j.second[b+1].minus(j.second[a]).minus(first.times(first).over(j.weight[b+1] - j.weight[a]))
}

// row finds for the values from to to where the last class best begins, between low and high.
func (j *jenks) row(begins []int32, from, to, low, high int) {
	if from > to {
		return
	}
	end := from + (to-from)/2
	var least double
	for begin := low; begin <= min(high, end); begin++ {
		d := j.best[begin-1].plus(j.deviation(begin, end))
		if begin == low || least.minus(d).high > j.hair {
			least, begins[end] = d, int32(begin)
		}
	}
	j.next[end] = least
	j.row(begins, from, end-1, low, int(begins[end]))
	j.row(begins, end+1, to, int(begins[end]), high)
}

// Fit is how well classes hold values.
type Fit struct {
	ADCM float64 // sum of absolute deviations from the median of each class
	GVF  float64 // 1 - squared deviations from the mean of each class over those from the mean of all: 1 where nothing varies inside classes
}

// FitOf is NaN where there is no value or no class; GVF also where all values are equal.
func FitOf(x, breaks []float64) Fit {
	values := knownSorted(x)
	if len(values) == 0 || len(breaks) == 0 {
		return Fit{math.NaN(), math.NaN()}
	}
	classes := make([][]float64, len(breaks))
	for _, v := range values {
		class := ClassOf(v, breaks)
		classes[class] = append(classes[class], v)
	}
	var adcm, inside sum
	for _, class := range classes {
		adcm.add(deviations(class, median(class), math.Abs))
		inside.add(deviations(class, Mean(class, nil), square))
	}
	return Fit{adcm.value(), 1 - Ratio(inside.value(), deviations(values, Mean(values, nil), square))}
}

func deviations(x []float64, from float64, of func(float64) float64) float64 {
	return sumOf(len(x), func(i int) float64 { return of(x[i] - from) })
}

func square(x float64) float64 { return x * x }
