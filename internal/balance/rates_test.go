package balance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

type rateCase struct {
	Name  string
	Input struct{ E, B, D, W1, W2 []float64 }
	Want  struct {
		Risk     []float64 `json:"excess_risk_first5"`
		Bayes    []float64 `json:"empirical_bayes_first5"`
		Spatial  []float64 `json:"spatial_rate_first5"`
		Local    []float64 `json:"spatial_empirical_bayes_first10"`
		MedianW1 float64   `json:"median_w1"`
		MedianW2 float64   `json:"median_w2"`
	} `json:"expected"`
	Full struct {
		Risk    []float64 `json:"excess_risk"`
		Bayes   []float64 `json:"empirical_bayes"`
		Spatial []float64 `json:"spatial_rate"`
		Local   []float64 `json:"spatial_empirical_bayes"`
	} `json:"also_expected"`
}

func near(t *testing.T, what string, got, want []float64, absolute, relative float64) {
	t.Helper()
	if len(want) == 0 || len(got) < len(want) {
		t.Fatalf("%s: %d of %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= absolute+relative*math.Abs(want[i])) {
			t.Errorf("%s, %d: %.12g, not %.12g", what, i, got[i], want[i])
		}
	}
}

func TestRatesAreThePublishedOnes(t *testing.T) {
	var file struct{ Cases []rateCase }
	readTestdata(t, "rates_empirical_bayes.json", &file)
	graphs, tried := moranCases(t), 0
	for _, c := range file.Cases {
		e, b := c.Input.E, c.Input.B
		switch c.Name {
		case "sids2_1974_global":
			near(t, "risk", ExcessRisk(e, b), c.Want.Risk, 5e-6, 0)
			near(t, "risk", ExcessRisk(e, b), c.Full.Risk, 0, 1e-9)
			near(t, "Bayes", Smooth(e, b), c.Want.Bayes, 5e-7, 0)
			near(t, "Bayes", Smooth(e, b), c.Full.Bayes, 0, 1e-9)
		case "sids2_1974_spatial_rate":
			rate := SpatialRate(e, b, graphs["sids2_SIDR74_row_standardised"].graph())
			near(t, "spatial", rate, c.Want.Spatial, 5e-7, 0)
			near(t, "spatial", rate, c.Full.Spatial, 0, 1e-9)
		case "stl_1979_1984_local":
			rate := SmoothLocally(e, b, graphs["stl_HR8893_row_standardised"].graph())
			near(t, "local", rate, c.Want.Local, 0, 1e-6)
			near(t, "local", rate, c.Full.Local, 0, 1e-9)
		case "weighted_median":
			closeTo(t, "median", Quantiles(c.Input.D, c.Input.W1, 0.5)[0], c.Want.MedianW1, 0)
			closeTo(t, "median", Quantiles(c.Input.D, c.Input.W2, 0.5)[0], c.Want.MedianW2, 0)
		default:
			continue
		}
		tried++
	}
	if tried != 4 {
		t.Errorf("%d cases", tried)
	}
}

// Run with esda 2.9 of PySAL (BSD-3): rates vary less than chance makes them, and the variance of the last would be below 0.
func TestStandardisedRatesArePySALs(t *testing.T) {
	got := StandardisedRates([]float64{10, 10, 11, 10, 9, 40}, []float64{1000, 1000, 1000, 1000, 1000, 4400})
	near(t, "standardised", got, []float64{0.21598542343929789, 0.21598542343929789, 0.7235511685216471, 0.21598542343929789, -0.29158032164305225,
		-0.32780719068694186}, 0, 1e-12)
}

func TestLocationQuotientIsThePublishedOne(t *testing.T) {
	var file struct {
		Cases []struct {
			Input struct {
				Ni float64 `json:"e_ij"`
				Pi float64 `json:"e_j"`
				N  float64 `json:"e_i"`
				P  float64 `json:"e"`
			}
			Expected float64
		}
	}
	readTestdata(t, "location_quotient.json", &file)
	for _, c := range file.Cases {
		in := c.Input
		closeTo(t, "quotient", LocationQuotient(in.Ni, in.Pi, in.N, in.P), c.Expected, 5e-8)
		closeTo(t, "over what was expected", in.Ni/Expected(in.Pi, in.N, in.P), c.Expected, 5e-8)
	}
}

func TestRatiosHaveThreeStates(t *testing.T) {
	null := math.NaN()
	for what, pair := range map[string][2]float64{
		"nobody lives there":            {LocationQuotient(3, 0, 10, 100), null},
		"there is none at all":          {LocationQuotient(0, 10, 0, 100), null},
		"none here":                     {LocationQuotient(0, 10, 5, 100), 0},
		"as many as elsewhere":          {LocationQuotient(2, 10, 20, 100), 1},
		"provision":                     {Provision(3, 15_000), 2},
		"provision of nobody":           {Provision(3, 0), null},
		"no place for someone":          {Provision(0, 10), 0},
		"expected, of a country empty":  {Expected(10, 5, 0), null},
		"how many are there, not known": {Provision(null, 10), null},
	} {
		if !sameNumber(pair[0], pair[1]) {
			t.Errorf("%s: %v", what, pair[0])
		}
	}
}

func TestSmoothingStaysBetweenTheRateAndThatOfAll(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 50 {
		n := 2 + r.IntN(60)
		e, b := make([]float64, n), make([]float64, n)
		for i := range e {
			b[i] = float64(r.IntN(2000))
			e[i] = math.Round(b[i] * r.Float64() * 0.01)
		}
		e[0], b[0], b[1] = 1, math.NaN(), 500
		all := sumOf(n-1, func(i int) float64 { return e[i+1] }) / sumOf(n-1, func(i int) float64 { return b[i+1] })
		smooth := Smooth(e, b)
		for i, s := range smooth {
			own := e[i] / b[i]
			if !(b[i] > 0) {
				if s == s {
					t.Fatal("a rate of nobody:", s)
				}
			} else if s < min(own, all)-1e-15 || s > max(own, all)+1e-15 {
				t.Fatal(s, "is not between", own, all)
			}
		}
		order := r.Perm(n)
		pe, pb := make([]float64, n), make([]float64, n)
		for to, from := range order {
			pe[to], pb[to] = e[from], b[from]
		}
		for to, s := range Smooth(pe, pb) {
			if !sameNumber(s, smooth[order[to]]) {
				t.Fatal("order matters:", s, smooth[order[to]])
			}
		}
	}
}

func TestSmoothingAtItsEdges(t *testing.T) {
	null := math.NaN()
	for _, c := range []struct {
		name       string
		e, b, want []float64
	}{
		{"nothing", nil, nil, nil},
		{"one unit keeps its rate", []float64{2}, []float64{10}, []float64{0.2}},
		{"nothing happened", []float64{0, 0}, []float64{10, 20}, []float64{0, 0}},
		{"all have the same rate", []float64{1, 2}, []float64{10, 20}, []float64{0.1, 0.1}},
		{"no base", []float64{1, 2}, []float64{0, null}, []float64{null, null}},
		{"events not known", []float64{null, 2}, []float64{5, 10}, []float64{null, 0.2}},
	} {
		if got := Smooth(c.e, c.b); !slices.EqualFunc(got, c.want, func(a, b float64) bool { return sameNumber(a, b) || math.Abs(a-b) < 1e-15 }) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	islands := Graph{nil, {0}}
	near(t, "an island keeps its own", SmoothLocally([]float64{3, 1}, []float64{10, 10}, islands), []float64{0.3}, 1e-15, 0)
}

func TestPoissonGammaIsThePublishedOne(t *testing.T) {
	var file struct {
		Cases []struct {
			Input    struct{ O, E []float64 }
			Expected struct {
				Nu, Alpha float64
				Theta     []float64
			}
		}
	}
	readTestdata(t, "rates_poisson_gamma_eb.json", &file)
	for _, c := range file.Cases {
		got := PoissonGamma(c.Input.O, c.Input.E)
		within(t, "ν", got.Nu, c.Expected.Nu, 1e-9)
		within(t, "α", got.Alpha, c.Expected.Alpha, 1e-9)
		near(t, "θ", got.Theta, c.Expected.Theta, 0, 1e-9)
		for i := range got.Theta {
			if !(0 <= got.Low[i] && got.Low[i] < got.Theta[i] && got.Theta[i] < got.High[i]) {
				t.Error(got.Low[i], got.Theta[i], got.High[i])
			}
			within(t, "chance below the lower bound", got.ChanceBelow(c.Input.O[i], c.Input.E[i], got.Low[i]), 0.025, 1e-9)
			within(t, "chance below the upper bound", got.ChanceBelow(c.Input.O[i], c.Input.E[i], got.High[i]), 0.975, 1e-9)
		}
		backwards(t, got, c.Input.O, c.Input.E)
	}
}

func backwards(t *testing.T, before Smoothed, o, e []float64) {
	t.Helper()
	o, e = slices.Clone(o), slices.Clone(e)
	slices.Reverse(o)
	slices.Reverse(e)
	after := PoissonGamma(o, e)
	slices.Reverse(after.Theta)
	if after.Nu != before.Nu || !slices.Equal(after.Theta, before.Theta) {
		t.Error("order matters:", after.Nu, before.Nu)
	}
}

// Run with scipy 1.17, stats.gamma.
func TestGammaIntervalsAreScipys(t *testing.T) {
	for _, c := range []struct{ observed, expected, nu, alpha, low, high, below, mean float64 }{
		{0, 2.2, 4.6, 4.4, 0.21270950679432613, 1.4634030636658661, 0.30329306597297945, 0.6969696969696968},
		{3, 1.1, 0.5, 0.25, 0.6258774743249462, 5.9306534350478985, 0.012946262225736615, 2.5925925925925926},
		{120, 80.5, 4.6, 4.4, 1.2212486555683155, 1.7362685369392263, 1.3817085729440972e-24, 1.4676089517078914},
		{10000, 9000, 2000, 2000, 1.0714768563438788, 1.1105135340679575, 0, 1.0909090909090908},
	} {
		s := Smoothed{Nu: c.nu, Alpha: c.alpha}
		posterior := s.posterior(c.observed, c.expected)
		within(t, "lower", posterior.Quantile(0.025), c.low, 1e-10)
		within(t, "upper", posterior.Quantile(0.975), c.high, 1e-10)
		within(t, "mean", posterior.Mean(), c.mean, 1e-14)
		closeTo(t, "below a half", s.ChanceBelow(c.observed, c.expected, 0.5), c.below, 1e-12)
	}
}

func TestPoissonGammaWhereThereIsNoneToFit(t *testing.T) {
	null := math.NaN()
	for name, c := range map[string][2][]float64{
		"nothing":               {nil, nil},
		"one unit":              {{3}, {2}},
		"all ratios equal":      {{1, 3, 7, 2.1}, {10, 30, 70, 21}},
		"none anywhere":         {{0, 0, 0}, {1, 2, 3}},
		"all null":              {{null, null}, {1, 2}},
		"nothing expected":      {{1, 2}, {0, 0}},
		"more even than chance": {{10, 10, 11, 10, 9, 10}, {10, 10, 10, 10, 10, 10}},
	} {
		got := PoissonGamma(c[0], c[1])
		if got.Nu == got.Nu || got.Alpha == got.Alpha || len(got.Theta) != len(c[0]) || slices.ContainsFunc(got.Theta, func(x float64) bool { return x == x }) {
			t.Errorf("%s: %+v", name, got)
		}
		if chance := got.ChanceBelow(1, 1, 1); chance == chance {
			t.Error("a chance of", chance)
		}
	}
	got := PoissonGamma([]float64{0, 9, 1, 30, null, 5}, []float64{3, 4, 5, 6, 7, 0})
	if got.Theta[0] != got.Theta[0] || got.Theta[4] == got.Theta[4] || got.Theta[5] == got.Theta[5] {
		t.Error(got.Theta)
	}
	if got.ChanceBelow(0, 3, 0) != 0 || got.ChanceBelow(0, 3, -1) != 0 || got.ChanceBelow(0, 0, 1) == got.ChanceBelow(0, 0, 1) {
		t.Error("chances at the edges")
	}
}

func FuzzSmoothingNeverPanics(f *testing.F) {
	f.Add(1.0, 2.0, 0.0, 1.0, 5.0, 0.1)
	f.Add(1e300, 1e-300, 5e-324, 1e300, math.Inf(1), -1.0)
	f.Fuzz(func(t *testing.T, a, b, c, u, v, w float64) {
		observed, expected := []float64{a, b, c, 3}, []float64{u, v, w, 2}
		s := PoissonGamma(observed, expected)
		for i := range s.Theta {
			if s.Low[i] < 0 || s.Low[i] > s.High[i] {
				t.Error(observed, expected, s)
			}
			if chance := s.ChanceBelow(observed[i], expected[i], 0.5); chance < 0 || chance > 1 {
				t.Error(chance)
			}
		}
		Smooth(observed, expected)
		ExcessRisk(observed, expected)
	})
}
