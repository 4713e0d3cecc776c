package balance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCoverageIsASumOverASum(t *testing.T) {
	null := math.NaN()
	got := CoverageOf([]float64{40, 150, 950, 110, 0, null}, []float64{100, 200, 1000, 100, 0, 50})
	want := Coverage{Rate: 100 * 1250.0 / 1400, Connectable: 1250, Premises: 1400, Left: 60 + 50 + 50, Known: 1400.0 / 1450,
		Units: 5, Unknown: 1, Over: 1, Below50: 100.0 / 1400, Below80: 300.0 / 1400, From95: 1100.0 / 1400}
	if got != want {
		t.Errorf("%+v\n%+v", got, want)
	}
}

func TestCoverageIsNullUnderNinetyPerCentOfPremisesKnown(t *testing.T) {
	null := math.NaN()
	if got := CoverageOf([]float64{45, null}, []float64{90, 10}); got.Rate != 50 || got.Known != 0.9 {
		t.Errorf("90 %% is enough: %+v", got)
	}
	if got := CoverageOf([]float64{45, null}, []float64{89, 10}); got.Rate == got.Rate || got.Connectable != 45 || got.Unknown != 1 {
		t.Errorf("less is not, and counts stay: %+v", got)
	}
}

func TestCoverageAtItsEdges(t *testing.T) {
	null := math.NaN()
	for name, c := range map[string][2][]float64{
		"no unit": {nil, nil}, "no premises": {{0, 0}, {0, 0}}, "nothing known": {{null}, {null}}, "no rate known": {{null, null}, {1, 2}},
	} {
		if got := CoverageOf(c[0], c[1]); got.Rate == got.Rate || got.Left != 0 || got.Below50 == got.Below50 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if rate := CoverageRate(110, 100); rate != 110 || !OverBase(110, 100) || PremisesLeft(110, 100) != 0 {
		t.Error("a rate above 100 is kept:", rate)
	}
	if OverBase(100, 100) || OverBase(null, 1) || PremisesLeft(null, 1) == PremisesLeft(null, 1) {
		t.Error("not known is not above")
	}
	if GapInPoints(80, 90) != 10 || GapInPoints(95, 90) != -5 {
		t.Error("gap in points")
	}
	if bounds := CoverageOf([]float64{50, 80, 95}, []float64{100, 100, 100}); bounds.Below50 != 0 || bounds.Below80 != 1.0/3 || bounds.From95 != 1.0/3 {
		t.Errorf("50, 80 and 95 themselves: %+v", bounds)
	}
}

func TestCoverageAdds(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 100 {
		n := 2 + r.IntN(50)
		c, l := make([]float64, n), make([]float64, n)
		for i := range c {
			l[i] = float64(r.IntN(3000))
			c[i] = math.Round(l[i] * r.Float64() * 1.05)
			if r.IntN(20) == 0 {
				c[i] = math.NaN()
			}
		}
		cut := r.IntN(n)
		all, a, b := CoverageOf(c, l), CoverageOf(c[:cut], l[:cut]), CoverageOf(c[cut:], l[cut:])
		if all.Connectable != a.Connectable+b.Connectable || all.Premises != a.Premises+b.Premises || all.Left != a.Left+b.Left ||
			all.Units != a.Units+b.Units || all.Over != a.Over+b.Over {
			t.Fatalf("%+v\n%+v\n%+v", all, a, b)
		}
		slices.Reverse(c)
		slices.Reverse(l)
		if back := CoverageOf(c, l); !sameNumber(back.Rate, all.Rate) || !sameNumber(back.Below80, all.Below80) {
			t.Fatal("order matters")
		}
	}
}

func TestKnownShareIsOfPersonsNotOfUnits(t *testing.T) {
	null := math.NaN()
	w := []float64{10, 30, 60, 0, null}
	if got := KnownShare(w, []float64{1, null, 1, null, null}, []float64{1, 1, null, 1, 1}); got != 0.1 {
		t.Error(got)
	}
	if got := KnownShare(w); got != 1 {
		t.Error(got)
	}
	if got := KnownShare([]float64{0, null}, []float64{1, 1}); got == got {
		t.Error("of nobody:", got)
	}
}

func TestBootstrapIsTheSameWhateverTheOrderOfUnits(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	x, w, group := make([]float64, 300), make([]float64, 300), make([]int, 300)
	for i := range x {
		x[i], w[i], group[i] = r.Float64(), float64(1+r.IntN(50)), 100+r.IntN(25)
	}
	mean := func(times []float64) float64 {
		weights := slices.Clone(w)
		for i := range weights {
			weights[i] *= times[i]
		}
		return Mean(x, weights)
	}
	low, high := Bootstrap(group, 400, 1, mean)
	if all := Mean(x, w); !(low < all && all < high && high-low < 0.2) {
		t.Error(low, all, high)
	}
	r.Shuffle(len(x), func(i, j int) {
		x[i], x[j], w[i], w[j], group[i], group[j] = x[j], x[i], w[j], w[i], group[j], group[i]
	})
	if l, h := Bootstrap(group, 400, 1, mean); l != low || h != high {
		t.Error("another order:", l, low, h, high)
	}
	if l, _ := Bootstrap(group, 400, 2, mean); l == low {
		t.Error("the seed does nothing")
	}
	if l, h := Bootstrap(nil, 10, 1, func([]float64) float64 { return math.NaN() }); l == l || h == h {
		t.Error("of nothing:", l, h)
	}
}

// The interval of the mean of 400 groups of one unit is that of textbooks, ± 1.96 s/√n, within a tenth.
func TestBootstrapIsAsWideAsItShouldBe(t *testing.T) {
	x, group := make([]float64, 400), make([]int, 400)
	r := rand.New(rand.NewPCG(2, 3))
	for i := range x {
		x[i], group[i] = r.NormFloat64(), i
	}
	low, high := Bootstrap(group, 1000, 9, func(times []float64) float64 { return Mean(x, times) })
	mean := Mean(x, nil)
	textbook := 1.96 * math.Sqrt(deviations(x, mean, square)/400) / 20
	closeTo(t, "half the width", (high-low)/2, textbook, 0.1*textbook)
	closeTo(t, "the middle", (high+low)/2, mean, 0.1*textbook)
}
