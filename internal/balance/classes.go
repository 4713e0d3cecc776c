package balance

import (
	"math"
	"slices"
	"sort"
)

// Breaks are the upper bounds of classes, rising: class k has what is above Breaks[k-1], and at most Breaks[k]. The last is the greatest value. They are
// never two alike: equal values are never parted, so that there may be fewer classes than were asked for; none of nothing, and none for k below 1.

// QuantileBreaks cuts into k classes of as much weight each; w is nil for one each (then numpy's type 7, type 7 of Hyndman and Fan 1996, the habit of
// maps; else Quantiles).
func QuantileBreaks(x, w []float64, k int) []float64 {
	s := finite(strata(x, x, w))
	if len(s) == 0 || k < 1 {
		return nil
	}
	k = min(k, mostClasses)
	breaks := make([]float64, k)
	if w != nil {
		for i := range breaks {
			breaks[i] = float64(i+1) / float64(k)
		}
		breaks = quantilesOf(s, breaks)
	} else {
		values := knownSorted(x)
		for i := range breaks {
			breaks[i] = type7(values, i+1, k)
		}
	}
	breaks[k-1] = s[len(s)-1].key
	return slices.Compact(breaks)
}

// mostClasses is more than any map shows, and keeps a number from outside from costing memory.
const mostClasses = 1000

// type7 is at place part/of × (n-1) of sorted values, between two along the straight line. Places are counted in whole numbers: one
// that is a value must not fall a hair below it, and put it in the class above.
func type7(sorted []float64, part, of int) float64 {
	steps := part * (len(sorted) - 1)
	low, beyond := steps/of, float64(steps%of)/float64(of)
	if beyond == 0 {
		return sorted[low]
	}
	return sorted[low] + beyond*(sorted[low+1]-sorted[low])
}

// EqualInterval cuts what lies between the least and the greatest value into k classes as wide as one another.
func EqualInterval(x []float64, k int) []float64 {
	s := finite(strata(x, x, nil))
	if len(s) == 0 || k < 1 {
		return nil
	}
	k = min(k, mostClasses)
	low, high := s[0].key, s[len(s)-1].key
	breaks := make([]float64, k)
	for i := range breaks {
		breaks[i] = low + float64(i+1)*((high-low)/float64(k))
	}
	breaks[k-1] = high
	slices.Sort(breaks)
	return slices.Compact(breaks)
}

// HeadTail cuts at the mean, and again above it, while the head is at most 40 % (Jiang 2013). For what has a heavy tail: else there are two classes.
func HeadTail(x []float64) []float64 {
	var breaks []float64
	head := knownSorted(x)
	for minority := true; minority && len(head) > 0 && head[0] < head[len(head)-1]; {
		mean := sumOf(len(head), func(i int) float64 { return head[i] }) / float64(len(head))
		tail := sort.Search(len(head), func(i int) bool { return head[i] > mean })
		if tail == 0 || tail == len(head) {
			break // values so near one another that their mean rounds to one of them
		}
		breaks = append(breaks, mean)
		minority = 5*(len(head)-tail) <= 2*len(head)
		head = head[tail:]
	}
	if len(head) > 0 {
		breaks = append(breaks, head[len(head)-1])
	}
	return breaks
}

// ClassOf is the class that a value is in: what is above the last break is in the last class, as rates above 100 % are. -1 of NaN, and where there are no classes.
func ClassOf(x float64, breaks []float64) int {
	if math.IsNaN(x) {
		return -1
	}
	return min(sort.SearchFloat64s(breaks, x), len(breaks)-1)
}

// CountClasses is how much weight is in each class; w is nil for one each.
func CountClasses(x, w, breaks []float64) []float64 {
	counts := make([]sum, len(breaks))
	for i := range x {
		if class, weight := ClassOf(x[i], breaks), weightOf(w, i); class >= 0 && weight > 0 {
			counts[class].add(weight)
		}
	}
	in := make([]float64, len(breaks))
	for class := range in {
		in[class] = counts[class].value()
	}
	return in
}

// finite leaves out the values that no class can hold.
func finite(s []stratum) []stratum {
	return slices.DeleteFunc(s, func(one stratum) bool { return math.IsInf(one.key, 0) })
}

// knownSorted is what is known and finite, by rising value.
func knownSorted(x []float64) []float64 {
	var values []float64
	for _, v := range x {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return values
}
