package balance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// numbers are of JSON, where null is not known.
type numbers []*float64

func (n numbers) floats() []float64 {
	x := nulls(len(n))
	for i, v := range n {
		if v != nil {
			x[i] = *v
		}
	}
	return x
}

func within(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) && got != want {
		t.Errorf("%s: %.15g, not %.15g", what, got, want)
	}
}

type smallCase struct {
	Name  string
	Input struct{ X, Weights, N, Population []float64 }
	// "expected" is not the same from one case to the next: looked at by name below.
	Expected     map[string]any
	ExpectedFull float64 `json:"expected_full"`
	Tolerance    struct{ Abs, Rel float64 }
	SameWeighted struct {
		X, Weights []float64
		Gini       float64
	} `json:"same_weighted"`
}

func (c smallCase) units() (x, w []float64) {
	x, w = c.Input.X, slices.Concat(c.Input.Weights, c.Input.N, c.Input.Population)
	if len(w) == 0 {
		w = nil
	}
	if c.Input.Population != nil { // x is of the whole unit, not of a person
		for i := range x {
			x[i] /= w[i]
		}
	}
	return x, w
}

func TestInequalityIsThePublishedOneInSmallCases(t *testing.T) {
	var file struct{ Cases []smallCase }
	readTestdata(t, "inequality_small_cases.json", &file)
	if len(file.Cases) != 14 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		x, w := c.units()
		curve, mean, n := Lorenz(x, w), Mean(x, w), float64(len(x))
		got := map[string]float64{
			"gini": Gini(x, w), "gini_normalised_n_over_n_minus_1": Gini(x, w) * n / (n - 1),
			"hoover": Hoover(x, w), "hoover_ricci_schutz": Hoover(x, w), "hoover_distance": Hoover(x, w),
			"theil_T": TheilT(x, w, nil).Total, "theil_L_mld": MeanLogDeviation(x, w),
			"atkinson_0": Atkinson(x, w, 0), "atkinson_0.5": Atkinson(x, w, 0.5), "atkinson_1": Atkinson(x, w, 1),
			"EDE_0.5": mean * (1 - Atkinson(x, w, 0.5)), "EDE_1": mean * (1 - Atkinson(x, w, 1)),
			"cv_population_sd": math.Sqrt(deviations(x, mean, square)/n) / mean,
			"L(0.55)":          curve.At(0.55), "Linverse(0.6)": curve.Share(0.6),
		}
		tolerance := max(c.Tolerance.Abs, c.Tolerance.Rel, 1e-9)
		for key, want := range c.Expected {
			switch want := want.(type) {
			case float64:
				value, is := got[key]
				if !is {
					t.Errorf("%s: no %s", c.Name, key)
				}
				closeTo(t, c.Name+" "+key, value, want, tolerance)
			case []any:
				values := map[string][]float64{"lorenz_p": curve.P, "lorenz_L": curve.L}[key]
				if len(values) != len(want) {
					t.Fatalf("%s %s: %v", c.Name, key, values)
				}
				for i := range want {
					closeTo(t, c.Name+" "+key, values[i], want[i].(float64), tolerance)
				}
			}
		}
		if c.ExpectedFull != 0 {
			within(t, c.Name+" in full", Gini(x, w), c.ExpectedFull, 1e-12)
		}
		if s := c.SameWeighted; s.X != nil {
			closeTo(t, c.Name+" weighted", Gini(s.X, s.Weights), s.Gini, 1e-12)
		}
	}
}

type incomeCase struct {
	Name  string
	Input struct {
		Units []struct {
			Access, Population float64
			Income             *float64 `json:"income_per_capita"`
			Group              string
		}
		Access, Population []float64
		Income             numbers   `json:"income_per_capita"`
		Decile             []*string `json:"income_decile"`
	}
	Rounded map[string]any `json:"expected_round4"`
	Full    map[string]any `json:"expected_full"`
}

// columns are access, population, income and group; a group that is not known is -1.
func (h incomeCase) columns() (x, w, income []float64, group []int) {
	in := h.Input
	for _, u := range in.Units {
		x, w = append(x, u.Access), append(w, u.Population)
		in.Income = append(in.Income, u.Income)
		in.Decile = append(in.Decile, &u.Group)
	}
	for _, decile := range in.Decile {
		group = append(group, -1)
		if decile != nil {
			group[len(group)-1] = slices.Index([]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}, *decile)
		}
	}
	return append(x, in.Access...), append(w, in.Population...), in.Income.floats(), group
}

// ranks are places by income, equal incomes in the order in which they come: as the published code has it, which makes its index
// hang on the order of rows. Ours takes persons of equal income together.
func ranks(income []float64) []float64 {
	order := series(income)
	slices.SortStableFunc(order, func(a, b int) int { return int(sign(income[a] - income[b])) })
	rank := nulls(len(income))
	for place, i := range order {
		rank[i] = float64(place)
	}
	return rank
}

func measures(x, w, income []float64, group []int) map[string]float64 {
	got := map[string]float64{
		"gini": Gini(x, w), "palma": Palma(x, w, income, 1208.6, 3741.6), // of the incomes of all 898, for the few too
		"FGT0": Shortfall(x, w, 100_000, 0), "FGT1": Shortfall(x, w, 100_000, 1), "FGT2": Shortfall(x, w, 100_000, 2),
	}
	got["concentration_index"], got["concentration_index_corrected"] = Concentration(x, w, ranks(income), slices.Min(x), slices.Max(x))
	in := slices.Clone(x)
	for i, g := range group {
		if g < 0 {
			in[i] = math.NaN()
		}
	}
	theil := TheilT(in, w, group)
	got["total"], got["between"], got["within"] = theil.Total, theil.Between, theil.Within
	got["between_group"], got["within_group"], got["share_between"] = theil.Between, theil.Within, theil.Between/theil.Total
	return got
}

func check(t *testing.T, name string, expected map[string]any, got map[string]float64, tolerance float64) {
	t.Helper()
	for key, want := range expected {
		switch want := want.(type) {
		case map[string]any:
			if key != "within_by_group" && key != "between_by_group" {
				check(t, name, want, got, tolerance)
			}
		case float64:
			value, is := got[key]
			if !is {
				t.Errorf("%s: no %s", name, key)
			}
			closeTo(t, name+" "+key, value, want, tolerance)
		}
	}
}

func TestInequalityOfPopulationsIsThePublishedOne(t *testing.T) {
	var file struct{ Cases []incomeCase }
	readTestdata(t, "inequality_population_weighted.json", &file)
	if len(file.Cases) != 5 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		x, w, income, group := c.columns()
		got := measures(x, w, income, group)
		check(t, c.Name, c.Full, got, 1e-9)
		check(t, c.Name, c.Rounded, got, 5e-5)
		if c.Name == "all_898_hexagons" {
			if q := Quantiles(income, w, 0.4, 0.9); q[0] != 1208.6 || q[1] != 3741.6 {
				t.Error("Palma's limits:", q)
			}
			index, _ := Concentration(x, w, income, 0, 1)
			closeTo(t, "index with equal incomes together", index, 0.28647555010683, 1e-12)
			income[0] = math.NaN()
			if share := KnownShare(w, x, income); share >= 1 || share < 0.99 {
				t.Error("share of persons whose income is known:", share)
			}
		}
		emptied(t, c.Name, x, w, income, group)
	}
}

// emptied takes away the units without population: nothing may change, to the bit.
func emptied(t *testing.T, name string, x, w, income []float64, group []int) {
	low, high := slices.Min(x), slices.Max(x)
	before := allOf(x, w, income, group, low, high)
	var kx, kw, kincome []float64
	var kgroup []int
	for i := range x {
		if w[i] > 0 {
			kx, kw, kincome, kgroup = append(kx, x[i]), append(kw, w[i]), append(kincome, income[i]), append(kgroup, group[i])
		}
	}
	if after := allOf(kx, kw, kincome, kgroup, low, high); !slices.EqualFunc(before, after, sameNumber) {
		t.Errorf("%s: units without population change %v into %v", name, after, before)
	}
}

func sameNumber(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// allOf is every measure of a distribution.
func allOf(x, w, rank []float64, group []int, low, high float64) []float64 {
	theil := TheilT(x, w, group)
	index, corrected := Concentration(x, w, rank, low, high)
	curve := Lorenz(x, w)
	return append(Quantiles(x, w, 0, 0.1, 0.25, 0.5, 0.9, 1),
		Gini(x, w), Hoover(x, w), theil.Total, theil.Between, theil.Within, Mean(x, w), index, corrected,
		Palma(x, w, rank, 0.4, 0.6), Atkinson(x, w, 0.5), MeanLogDeviation(x, w), Shortfall(x, w, 1, 1),
		curve.At(0.3), curve.Share(0.3))
}

func TestInequalityDoesNotHangOnOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		n := 1 + r.IntN(200)
		x, w, rank, group := make([]float64, n), make([]float64, n), make([]float64, n), make([]int, n)
		for i := range x {
			x[i], w[i], rank[i], group[i] = math.Round(30*r.ExpFloat64())/7, r.Float64()*float64(r.IntN(4)), r.Float64(), r.IntN(5)
			if r.IntN(10) == 0 {
				x[i], rank[i] = math.NaN(), 0.5
			}
		}
		before := allOf(x, w, rank, group, 0, 50)
		r.Shuffle(n, func(i, j int) {
			x[i], x[j], w[i], w[j] = x[j], x[i], w[j], w[i]
			rank[i], rank[j], group[i], group[j] = rank[j], rank[i], group[j], group[i]
		})
		for i := range group {
			group[i] = 100 - group[i] // what groups are called
		}
		if after := allOf(x, w, rank, group, 0, 50); !slices.EqualFunc(before, after, sameNumber) {
			t.Fatalf("%v\n%v", before, after)
		}
	}
}

func TestInequalityProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 200 {
		n := 2 + r.IntN(60)
		x, w, group := make([]float64, n), make([]float64, n), make([]int, n)
		for i := range x {
			x[i], w[i], group[i] = float64(r.IntN(20)), float64(1+r.IntN(9)), r.IntN(4)
		}
		x[0] = 5
		gini, hoover, theil := Gini(x, w), Hoover(x, w), TheilT(x, w, group)
		if !(0 <= hoover && hoover <= gini+1e-12 && gini < 1) {
			t.Fatal("0 ≤ Hoover ≤ Gini < 1:", hoover, gini)
		}
		if !(theil.Between >= 0 && theil.Within >= 0) {
			t.Fatal("below 0:", theil)
		}
		closeTo(t, "between + within", theil.Between+theil.Within, theil.Total, 1e-13)
		var unit, many []float64 // each person by himself
		tripled, dearer := make([]float64, n), make([]float64, n)
		for i := range x {
			for range int(w[i]) {
				unit = append(unit, x[i])
			}
			tripled[i], dearer[i] = 3*w[i], 1e6*x[i]
		}
		many = slices.Concat(unit, unit)
		for name, got := range map[string][2]float64{
			"persons one by one": {Gini(unit, nil), Hoover(unit, nil)}, "twice": {Gini(many, nil), Hoover(many, nil)},
			"three times the persons": {Gini(x, tripled), Hoover(x, tripled)}, "another unit": {Gini(dearer, w), Hoover(dearer, w)},
		} {
			closeTo(t, name, got[0], gini, 1e-13)
			closeTo(t, name, got[1], hoover, 1e-13)
		}
		own, _ := Concentration(x, w, x, 0, 20)
		closeTo(t, "concentration by itself is Gini", own, gini, 0)
		back := slices.Clone(x)
		for i := range back {
			back[i] = -back[i]
		}
		against, _ := Concentration(x, w, back, 0, 20)
		closeTo(t, "and the other way round", against, -gini, 1e-13)
	}
}

func TestErreygersIsTheSameForWhatIsHadAndWhatIsNot(t *testing.T) {
	x, w, rank := []float64{10, 40, 95, 60}, []float64{3, 5, 2, 7}, []float64{1, 2, 3, 4}
	missing := []float64{90, 60, 5, 40}
	_, had := Concentration(x, w, rank, 0, 100)
	_, lacked := Concentration(missing, w, rank, 0, 100)
	closeTo(t, "mirror", lacked, -had, 1e-14)
	if _, corrected := Concentration(x, w, rank, 5, 5); corrected == corrected {
		t.Error("bounds that are one:", corrected)
	}
}

// Theil with zeros: ln 2, the limit; some packages leave zeros out and say 0.
func TestZerosStayInTheil(t *testing.T) {
	closeTo(t, "half have nothing", TheilT([]float64{0, 0, 0, 10, 10, 10}, nil, nil).Total, math.Ln2, 1e-15)
	zeros := TheilT([]float64{0, 0, 4, 4}, nil, []int{1, 1, 2, 2})
	closeTo(t, "a group with nothing", zeros.Between, math.Ln2, 1e-15)
	if l := MeanLogDeviation([]float64{0, 1}, nil); l == l {
		t.Error("L with a zero:", l)
	}
	closeTo(t, "inside groups", zeros.Within, 0, 0)
}

// Run with inequality 1.1.2 of PySAL (BSD-3).
func TestTheilAndGiniArePySALs(t *testing.T) {
	x := []float64{3.1, 0, 7.7, 2.2, 9.5, 4.4, 1.5, 6.0, 8.25, 5.0}
	closeTo(t, "Gini", Gini(x, nil), 0.3558237145855195, 1e-14)
	theil := TheilT(x, nil, []int{1, 1, 2, 2, 2, 3, 3, 1, 2, 3})
	closeTo(t, "T", theil.Total, 0.23683224841391262, 1e-14)
	closeTo(t, "between", theil.Between, 0.06760442, 1e-8)
	closeTo(t, "within", theil.Within, 0.16922783, 1e-8)
}

func TestInequalityAtItsEdges(t *testing.T) {
	null, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name    string
		x, w    []float64
		want    float64 // of Gini, Hoover and Theil
		average float64
	}{
		{"nobody", nil, nil, null, null},
		{"all null", []float64{null, null}, nil, null, null},
		{"no weight", []float64{1, 2}, []float64{0, null}, null, null},
		{"one", []float64{0.1}, nil, 0, 0.1},
		{"all the same", []float64{0.1, 0.1, 0.1}, []float64{0.3, 0.7, 11}, 0, 0.1},
		{"all the same but unknown ones", []float64{0.3, null, 0.3}, nil, 0, 0.3},
		{"nothing to share", []float64{0, 0}, nil, null, 0},
		{"less than nothing", []float64{-1, 2}, nil, null, 0.5},
		{"endless", []float64{1, inf}, nil, null, inf},
		{"too great for a sum", []float64{math.MaxFloat64, math.MaxFloat64}, nil, null, inf},
	} {
		got := []float64{Gini(c.x, c.w), Hoover(c.x, c.w), TheilT(c.x, c.w, nil).Total, TheilT(c.x, c.w, nil).Within, Lorenz(c.x, c.w).At(1) - 1}
		for _, g := range got {
			if !sameNumber(g, c.want) {
				t.Errorf("%s: %v", c.name, got)
			}
		}
		if average := Mean(c.x, c.w); !(math.Abs(average-c.average) < 1e-15) && !sameNumber(average, c.average) {
			t.Errorf("%s: mean %v", c.name, average)
		}
	}
	curve := Lorenz([]float64{0, 0, 1}, nil)
	for _, p := range []float64{-0.1, 1.1, null} {
		if at := curve.At(p); at == at {
			t.Error("the curve at", p, "is", at)
		}
	}
	closeTo(t, "who has nothing", curve.Share(0), 2.0/3, 1e-15)
	closeTo(t, "who has all", curve.Share(1), 1, 0)
	if palma := Palma([]float64{1, 2}, nil, []float64{5, 5}, 5, 5); palma == palma {
		t.Error("nobody is rich:", palma)
	}
}

func FuzzInequalityStaysInItsBounds(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 1.0, 1.0, 1.0)
	f.Add(0.0, 0.0, 5e-324, 1e-300, 1e300, 0.0)
	f.Add(math.MaxFloat64, 1.0, -1.0, math.NaN(), math.Inf(1), 2.0)
	f.Fuzz(func(t *testing.T, a, b, c, u, v, w float64) {
		x, weights := []float64{a, b, c, a}, []float64{u, v, w, 1}
		theil := TheilT(x, weights, []int{1, 2, 1, 3})
		for _, measure := range []float64{Gini(x, weights), Hoover(x, weights), theil.Total, theil.Between, theil.Within, Atkinson(x, weights, 0.5)} {
			if measure < -1e-9 || measure > 1+1e-9 && measure != theil.Total && measure != theil.Between && measure != theil.Within {
				t.Error(x, weights, measure)
			}
		}
		q := Quantiles(x, weights, 0, 0.1, 0.5, 0.9, 1)
		if !slices.IsSorted(q) && q[0] == q[0] {
			t.Error(x, weights, q)
		}
	})
}
