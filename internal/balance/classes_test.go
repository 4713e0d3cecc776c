package balance

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

type classCase struct {
	Bins, Counts []float64
	ADCM         float64
}

// Of the vector's cases, standard deviations, percentiles and maximum breaks are no classes of ours.
func TestClassesAreThePublishedOnes(t *testing.T) {
	var file struct {
		Cases []struct {
			Name  string
			Input struct{ Y any }
			// of the first case; the second counts
			Expected struct {
				Jenks    classCase `json:"fisher_jenks"`
				Quantile classCase `json:"quantiles"`
				Equal    classCase `json:"equal_interval"`
				K        int
				Counts   []float64
			}
		}
	}
	readTestdata(t, "class_breaks.json", &file)
	var y []float64
	for _, v := range file.Cases[0].Input.Y.([]any) {
		y = append(y, v.(float64))
	}
	want := file.Cases[0].Expected
	for name, pair := range map[string]struct {
		got  []float64
		want classCase
	}{
		"Fisher-Jenks": {FisherJenks(y, 5), want.Jenks}, "quantiles": {QuantileBreaks(y, nil, 5), want.Quantile}, "intervals": {EqualInterval(y, 5), want.Equal},
	} {
		near(t, name, pair.got, pair.want.Bins, 1e-6, 0)
		if counts := CountClasses(y, nil, pair.got); !slices.Equal(counts, pair.want.Counts) {
			t.Errorf("%s: %v", name, counts)
		}
	}
	closeTo(t, "ADCM", FitOf(y, FisherJenks(y, 5)).ADCM, want.Jenks.ADCM, 1e-9)

	var tail []float64
	for i := 1; i <= 999; i++ {
		tail = append(tail, math.Pow(float64(i), -2))
	}
	head := HeadTail(tail)
	if counts := CountClasses(tail, nil, head); len(head) != file.Cases[1].Expected.K || !slices.Equal(counts, file.Cases[1].Expected.Counts) {
		t.Error("head/tail:", head, counts)
	}
}

// Run with mapclassify 2.10 (BSD-3) on 60 log-normal values.
func TestClassesAreMapclassifys(t *testing.T) {
	y := []float64{10.02, 2.61, 15.65, 18.93, 1.05, 2.01, 8.4, 5.39, 7.27, 3.15, 17.8, 16.08, 7.89, 22.81, 11.79, 3.13, 10.68, 2.83, 17.79, 7.03,
		6.14, 3.74, 25.09, 6.33, 4.81, 5.2, 12.58, 10.65, 11.16, 11.37, 62.91, 4.92, 4.43, 3.27, 13.68, 22.85, 6.59, 3.19, 3.24, 14.16,
		15.54, 12.72, 3.8, 9.32, 8.3, 9.2, 17.66, 9.24, 14.57, 7.91, 9.87, 13.89, 1.72, 5.37, 4.62, 3.9, 5.61, 32.95, 3.11, 19.46}
	for _, c := range []struct {
		k               int
		jenks, quantile []float64
		adcm            float64
	}{
		{3, []float64{11.79, 32.95, 62.91}, []float64{5.383333333333333, 11.51, 62.91}, 171.14},
		{5, []float64{6.59, 12.72, 19.46, 32.95, 62.91}, []float64{3.788, 6.486, 10.272, 15.562, 62.91}, 89.15},
		{7, []float64{5.61, 10.02, 14.57, 19.46, 25.09, 32.95, 62.91},
			[]float64{3.2114285714285717, 4.904285714285714, 7.098571428571429, 9.712857142857146, 12.857142857142861, 17.734285714285715, 62.91}, 62.37},
	} {
		near(t, "Fisher-Jenks", FisherJenks(y, c.k), c.jenks, 0, 0)
		near(t, "quantiles", QuantileBreaks(y, nil, c.k), c.quantile, 1e-12, 0)
		closeTo(t, "ADCM", FitOf(y, FisherJenks(y, c.k)).ADCM, c.adcm, 1e-12)
	}
	head := HeadTail(y)
	near(t, "head/tail", head, []float64{10.623, 18.44875, 29.285714285714, 47.93, 62.91}, 1e-9, 0)
	if counts := CountClasses(y, nil, head); !slices.Equal(counts, []float64{36, 17, 5, 1, 1}) {
		t.Error(counts)
	}
}

// naiveJenks is the dynamic programme without halves, O(k n²), with a mean for each class by itself: how little the best k classes can deviate.
func naiveJenks(sorted []float64, k int) float64 {
	best := make([]float64, len(sorted)+1)
	for j := range best {
		best[j] = deviations(sorted[:j], Mean(sorted[:j], nil), square)
	}
	for range k - 1 {
		next := slices.Clone(best)
		for end := 1; end <= len(sorted); end++ {
			for begin := 1; begin < end; begin++ {
				class := sorted[begin:end]
				next[end] = min(next[end], best[begin]+deviations(class, Mean(class, nil), square))
			}
		}
		best = next
	}
	return best[len(sorted)]
}

func deviationIn(x, breaks []float64) float64 {
	d := 0.0
	for class := range breaks {
		var in []float64
		for _, v := range x {
			if ClassOf(v, breaks) == class {
				in = append(in, v)
			}
		}
		d += deviations(in, Mean(in, nil), square)
	}
	return d
}

func TestFisherJenksIsTheBestThereIs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for try := range 60 {
		x := make([]float64, 1+r.IntN(40))
		for i := range x {
			switch try % 3 {
			case 0:
				x[i] = r.NormFloat64()
			case 1:
				x[i] = float64(r.IntN(12)) // ties
			case 2:
				x[i] = 1e6 + math.Exp(3*r.NormFloat64()) // far from 0
			}
		}
		k := 1 + r.IntN(7)
		breaks := FisherJenks(x, k)
		sorted := slices.Sorted(slices.Values(x))
		if different := len(slices.Compact(slices.Clone(sorted))); len(breaks) != min(k, different) {
			t.Fatalf("%d classes of %d for %d values", len(breaks), k, different)
		}
		closeTo(t, "deviation", deviationIn(x, breaks), naiveJenks(sorted, k), 1e-6)
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		if !slices.Equal(breaks, FisherJenks(x, k)) {
			t.Fatal("order matters")
		}
	}
}

// exactJenks is the best cut in rational numbers; of several best, that whose last class begins lowest, and so on down.
func exactJenks(different []float64, times []int64, k int) []float64 {
	n := len(different)
	deviation := func(a, b int) *big.Rat { // of values a to b-1
		weight, first, second := new(big.Rat), new(big.Rat), new(big.Rat)
		for i := a; i < b; i++ {
			v, w := new(big.Rat).SetFloat64(different[i]), new(big.Rat).SetInt64(times[i])
			weight.Add(weight, w)
			first.Add(first, w.Mul(w, v))
			second.Add(second, w.Mul(w, v))
		}
		return second.Sub(second, first.Mul(first, first).Quo(first, weight))
	}
	best, begins := make([]*big.Rat, n+1), make([][]int, k)
	for end := 1; end <= n; end++ {
		best[end] = deviation(0, end)
	}
	for class := 1; class < k; class++ {
		next := make([]*big.Rat, n+1)
		begins[class] = make([]int, n+1)
		for end := class + 1; end <= n; end++ {
			for begin := class; begin < end; begin++ {
				if d := new(big.Rat).Add(best[begin], deviation(begin, end)); next[end] == nil || d.Cmp(next[end]) < 0 {
					next[end], begins[class][end] = d, begin
				}
			}
		}
		best = next
	}
	breaks := make([]float64, k)
	for class, end := k-1, n; class >= 0; class-- {
		breaks[class] = different[end-1]
		if class > 0 {
			end = begins[class][end]
		}
	}
	return breaks
}

// One great value, two far groups, ties that only rounding would decide, and squares beyond floats: none costs a digit that matters.
func TestFisherJenksIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	for try := range 60 {
		x := make([]float64, 12)
		for i := range x {
			x[i] = float64(r.IntN(30)) / 4
			switch try % 5 {
			case 0:
				x[0] = 1e12
			case 1:
				x[i] = float64(i%2)*1e8 + r.NormFloat64()
			case 2:
				x[i] *= 1e-200
			case 3:
				x[i] *= -1e200
			}
		}
		var times []int64
		sorted := slices.Sorted(slices.Values(x))
		different := slices.Compact(slices.Clone(sorted))
		for _, v := range different {
			n := 0
			for _, other := range sorted {
				if other == v {
					n++
				}
			}
			times = append(times, int64(n))
		}
		k := min(2+r.IntN(3), len(different))
		if got, want := FisherJenks(x, k), exactJenks(different, times, k); !slices.Equal(got, want) {
			t.Errorf("%v in %d: %v, not %v", sorted, k, got, want)
		}
	}
}

// Two cuts are as good; digits beyond a float's must not choose.
func TestFisherJenksTakesTheLowestOfTheBest(t *testing.T) {
	for _, c := range []struct{ x, want []float64 }{
		{[]float64{1, 2, 5, 6, 8, 9, 11}, []float64{5, 11}}, {[]float64{0, 0, 1, 2, 3, 4, 4, 8, 12}, []float64{1, 4, 12}},
		{[]float64{3, 6, 8, 8, 10, 13}, []float64{3, 6, 10, 13}},
	} {
		if got := FisherJenks(c.x, len(c.want)); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, not %v", c.x, got, c.want)
		}
	}
}

// A break that is a value is that value, and no hair less.
func TestQuantileBreaksFallOnValues(t *testing.T) {
	x := make([]float64, 91)
	for i := range x {
		x[i] = float64(i)
	}
	breaks := QuantileBreaks(x, nil, 10)
	for i, b := range breaks {
		if b != float64(9*(i+1)) || ClassOf(b, breaks) != i {
			t.Error(i, b)
		}
	}
}

func TestClassesAtTheirEdges(t *testing.T) {
	null, inf := math.NaN(), math.Inf(1)
	byWeight := func(x []float64, k int) []float64 { return QuantileBreaks(x, slices.Repeat([]float64{2}, len(x)), k) }
	for name, cut := range map[string]func([]float64, int) []float64{
		"quantiles": func(x []float64, k int) []float64 { return QuantileBreaks(x, nil, k) }, "by weight": byWeight,
		"intervals": EqualInterval, "Fisher-Jenks": FisherJenks, "head/tail": func(x []float64, _ int) []float64 { return HeadTail(x) },
	} {
		for _, x := range [][]float64{nil, {null, null}, {inf}} {
			if got := cut(x, 5); len(got) != 0 {
				t.Errorf("%s of %v: %v", name, x, got)
			}
		}
		for _, x := range [][]float64{{3}, {3, 3, 3}, {null, 3, inf}} {
			if got := cut(x, 5); !slices.Equal(got, []float64{3}) {
				t.Errorf("%s of %v: %v", name, x, got)
			}
		}
		if name != "head/tail" {
			if got := cut([]float64{1, 2}, 0); len(got) != 0 {
				t.Errorf("%s, no class: %v", name, got)
			}
			if got := cut([]float64{1, 2, 3}, math.MaxInt); len(got) > mostClasses || got[len(got)-1] != 3 {
				t.Errorf("%s, endless classes: %d", name, len(got))
			}
		}
	}
	if ClassOf(104, []float64{50, 80, 100}) != 2 || ClassOf(50, []float64{50, 80, 100}) != 0 || ClassOf(null, []float64{1}) != -1 || ClassOf(1, nil) != -1 {
		t.Error("class of a value")
	}
	if head := HeadTail([]float64{1, 1, 1, 1, 2, 3, 5}); !slices.Equal(head, []float64{2, 4, 5}) {
		t.Error("who has the mean is in the tail:", head)
	}
	if fit := FitOf(nil, nil); fit.GVF == fit.GVF || fit.ADCM == fit.ADCM {
		t.Error(fit)
	}
	if fit := FitOf([]float64{1, 1, 5, 5}, []float64{1, 5}); fit.GVF != 1 || fit.ADCM != 0 {
		t.Error("nothing varies inside:", fit)
	}
}

func TestQuantileBreaksByPopulationCutPersons(t *testing.T) {
	x, w := []float64{1, 2, 3, 4, 5}, []float64{100, 1, 1, 1, 97}
	if got := QuantileBreaks(x, w, 2); !slices.Equal(got, []float64{1.5, 5}) {
		t.Error("half of 200 persons have 1:", got)
	}
	r := rand.New(rand.NewPCG(1, 4))
	x, w = make([]float64, 5000), make([]float64, 5000)
	for i := range x {
		x[i], w[i] = r.NormFloat64(), r.Float64()
	}
	for class, weight := range CountClasses(x, w, QuantileBreaks(x, w, 5)) {
		closeTo(t, "a fifth", weight/sumOf(len(w), func(i int) float64 { return w[i] }), 0.2, 1e-3)
		if class > 4 {
			t.Error("more than five")
		}
	}
}

// With O(k n²) this would take most of an hour. Moving any one break by a few values makes no better classes.
func TestFisherJenksAtTheSizeOfFrance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, 200_000)
	for i := range x {
		x[i] = r.ExpFloat64()
	}
	slices.Sort(x)
	breaks := FisherJenks(x, 7)
	best := FitOf(x, breaks).GVF
	for i := range breaks[:6] {
		for _, by := range []int{-200, 200} {
			moved := slices.Clone(breaks)
			at, _ := slices.BinarySearch(x, breaks[i])
			moved[i] = x[at+by]
			if FitOf(x, moved).GVF >= best {
				t.Errorf("break %d is better %d values on", i, by)
			}
		}
	}
}

func FuzzClassesHoldEveryValue(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 3.0, 2)
	f.Add(1e-320, 1e308, -1e308, math.Inf(1), 3)
	f.Add(5.0, math.Nextafter(5, 6), 5.0, math.NaN(), 9)
	f.Fuzz(func(t *testing.T, a, b, c, d float64, k int) {
		x := []float64{a, b, c, d, a}
		for _, breaks := range [][]float64{QuantileBreaks(x, nil, k), QuantileBreaks(x, []float64{a, b, c, d, 1}, k), EqualInterval(x, k), FisherJenks(x, k), HeadTail(x)} {
			for i := 1; i < len(breaks); i++ {
				if !(breaks[i-1] < breaks[i]) {
					t.Error(x, k, breaks)
				}
			}
			if len(breaks) > max(k, 5) {
				t.Error(x, k, breaks)
			}
		}
		FitOf(x, FisherJenks(x, k))
	})
}
