package balance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// fcaCase is a case of fca_2sfca_e2sfca.json.
type fcaCase struct {
	Name  string
	Input struct {
		Locations []struct {
			ID             int32
			Demand, Supply float64
		}
		Costs []struct {
			Origin, Dest int32
			Cost         float64
		}
		MaxCost        float64 `json:"max_cost"`
		X, Y           []float64
		Demand, Supply any // a list, or words for one
	}
	Expected struct {
		Two      any                `json:"two_stage"`
		Enhanced map[string]float64 `json:"e2sfca"`
	}
}

func fcaCases(t *testing.T) (cases []fcaCase) {
	var file struct{ Cases []fcaCase }
	readTestdata(t, "fca_2sfca_e2sfca.json", &file)
	if len(file.Cases) != 8 {
		t.Fatalf("%d cases: is there one that no test tries?", len(file.Cases))
	}
	return file.Cases
}

func mustCatch(t *testing.T, c Costs, demand, supply []float64, w Decay) Access {
	t.Helper()
	a, err := Catchment(c, demand, supply, w)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCatchmentOfHospitalsIsThePublishedOne(t *testing.T) {
	for _, c := range fcaCases(t)[:4] {
		var known []Cost
		for _, to := range c.Input.Costs {
			known = append(known, Cost{to.Origin - 1, to.Dest - 1, to.Cost})
		}
		var demand, supply []float64
		for _, l := range c.Input.Locations {
			demand, supply = append(demand, l.Demand), append(supply, l.Supply)
		}
		got := mustCatch(t, Matrix(3, 3, known), demand, supply, Gravity{1, -1, 0, c.Input.MaxCost})
		for id, want := range c.Expected.Two.(map[string]any) {
			closeTo(t, c.Name+" "+id, got.Score[id[0]-'1'], want.(float64), 1e-12)
		}
		closeTo(t, c.Name, got.Served, 135, 1e-12)
	}
}

// plane are costs of Euclid's distances.
func plane(x, y []float64, factor float64) Costs {
	var known []Cost
	for i := range x {
		for j := range x {
			known = append(known, Cost{int32(i), int32(j), factor * math.Hypot(x[i]-x[j], y[i]-y[j])})
		}
	}
	return Matrix(len(x), len(x), known)
}

func TestCatchmentOfGridsIsThePublishedOne(t *testing.T) {
	cases := fcaCases(t)
	var x, y, supply []float64
	demand := make([]float64, 25)
	for i := range 25 {
		x, y, supply = append(x, float64(i/5)), append(y, float64(i%5)), append(supply, 1)
	}
	for _, i := range []int{0, 7, 12, 13, 24} {
		demand[i] = 1
	}
	luo := Steps{{10, 1}, {20, 0.68}, {30, 0.22}}
	for i, demanded := range demand {
		large, small := mustCatch(t, plane(x, y, 1), demand, supply, luo), mustCatch(t, plane(x, y, 1), demand, supply, Binary{0.9})
		zero := mustCatch(t, plane(x, y, 1), demand, supply, Binary{-1})
		if demanded > 0 && (large.Score[i] != cases[4].Expected.Two || small.Score[i] != cases[5].Expected.Two) || zero.Score[i] != 0 {
			t.Errorf("%d: %g, %g, %g", i, large.Score[i], small.Score[i], zero.Score[i])
		}
		if small.Supply != 5 || len(small.Unreached) != 20 || len(zero.Unreached) != 25 {
			t.Error(small.Supply, small.Unreached, zero.Unreached)
		}
	}
	eight := cases[7]
	got := mustCatch(t, plane(eight.Input.X, eight.Input.Y, 3), listed(eight.Input.Demand), listed(eight.Input.Supply), luo)
	for i, score := range got.Score {
		closeTo(t, fmt.Sprint(i+1), score, eight.Expected.Enhanced[fmt.Sprint(i+1)], 1e-12)
	}
	if len(eight.Expected.Enhanced) != 64 {
		t.Errorf("%d scores expected", len(eight.Expected.Enhanced))
	}
}

func listed(list any) (all []float64) {
	for _, x := range list.([]any) {
		all = append(all, x.(float64))
	}
	return all
}

// offer is made up.
type offer struct {
	origins, places []Point
	demand, supply  []float64
}

func makeOffer(origins, places int, seed uint64) offer {
	draw := rand.New(rand.NewPCG(seed, 9))
	o := offer{origins: scattered(origins, seed), places: scattered(places, seed+1)}
	amount := func() float64 {
		switch draw.IntN(8) {
		case 0:
			return 0
		case 1:
			return math.NaN()
		}
		return 1000 * draw.ExpFloat64()
	}
	for range origins {
		o.demand = append(o.demand, amount())
	}
	for range places {
		o.supply = append(o.supply, amount())
	}
	return o
}

func (o offer) catch(t *testing.T, w Decay) Access {
	return mustCatch(t, Straight(o.origins, o.places, 1.3), o.demand, o.supply, w)
}

// shuffle gives the same offer with its rows in another order, and where each row has gone.
func (o offer) shuffle(seed uint64) (other offer, origins, places []int) {
	draw := rand.New(rand.NewPCG(seed, 1))
	origins, places = draw.Perm(len(o.origins)), draw.Perm(len(o.places))
	other = offer{make([]Point, len(origins)), make([]Point, len(places)), make([]float64, len(origins)), make([]float64, len(places))}
	for i, to := range origins {
		other.origins[to], other.demand[to] = o.origins[i], o.demand[i]
	}
	for j, to := range places {
		other.places[to], other.supply[to] = o.places[j], o.supply[j]
	}
	return other, origins, places
}

var decays = []Decay{Steps{{5000, 1}, {10_000, 0.68}, {15_000, 0.22}}, Gaussian{5000, 20_000}, Exponential{1e-4, 150_000},
	Gravity{1000, -2, 10, 40_000}, Power{1.5, 30_000}, Linear{25_000}}

func TestCatchmentIsBitForBitTheSameInAnyOrderOnAnyCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	o := makeOffer(1000, 300, 11)
	for _, w := range decays {
		runtime.GOMAXPROCS(1)
		one := o.catch(t, w)
		for run := range 2 {
			runtime.GOMAXPROCS(run + 1)
			other, origins, places := o.shuffle(uint64(run))
			got := other.catch(t, w)
			if got.Served != one.Served || got.Supply != one.Supply || len(got.Unreached) != len(one.Unreached) {
				t.Fatalf("%T: %v of %v, before %v of %v", w, got.Served, got.Supply, one.Served, one.Supply)
			}
			for i, to := range origins {
				if math.Float64bits(got.Score[to]) != math.Float64bits(one.Score[i]) {
					t.Fatalf("%T: origin %d has %v, before %v", w, i, got.Score[to], one.Score[i])
				}
			}
			for j, to := range places {
				if math.Float64bits(got.Ratio[to]) != math.Float64bits(one.Ratio[j]) {
					t.Fatalf("%T: place %d has %v, before %v", w, j, got.Ratio[to], one.Ratio[j])
				}
			}
		}
	}
}

// Straight, by its index, gives what a matrix of the exact distances gives by the formula, pair by pair.
func TestCatchmentIsTheFormula(t *testing.T) {
	o := makeOffer(200, 90, 12)
	for _, w := range decays {
		got := o.catch(t, w)
		weight := func(i, j int) float64 { return w.Weight(1.3 * Distance(o.origins[i], o.places[j])) }
		ratios := make([]float64, len(o.places))
		for j := range o.places {
			sum := 0.0
			for i := range o.origins {
				sum += orZero(o.demand[i] * weight(i, j))
			}
			if ratios[j] = o.supply[j] / sum; sum == 0 {
				ratios[j] = math.NaN()
			}
			if closeTo(t, fmt.Sprintf("%T ratio %d", w, j), orZero(got.Ratio[j]), orZero(ratios[j]), 1e-9); math.IsNaN(ratios[j]) != math.IsNaN(got.Ratio[j]) {
				t.Errorf("ratio %d: %v, want %v", j, got.Ratio[j], ratios[j])
			}
		}
		for i := range o.origins {
			sum := 0.0
			for j := range o.places {
				sum += orZero(ratios[j] * weight(i, j))
			}
			closeTo(t, fmt.Sprintf("%T score %d", w, i), orZero(got.Score[i]), sum, 1e-9)
			if math.IsNaN(got.Score[i]) == o.origins[i].known() {
				t.Errorf("origin %d at %v: %v", i, o.origins[i], got.Score[i])
			}
		}
	}
}

func TestCatchmentScales(t *testing.T) {
	o := makeOffer(400, 100, 13)
	base := o.catch(t, decays[0])
	more, moreDemand := o, o
	more.supply, moreDemand.demand = times(o.supply, 4), times(o.demand, 4)
	four, quarter := more.catch(t, decays[0]), moreDemand.catch(t, decays[0])
	for i, score := range base.Score {
		if a, b := four.Score[i], quarter.Score[i]; !math.IsNaN(score) && (a != 4*score || b != score/4) {
			t.Fatalf("%d: %v, four times the supply %v, the demand %v", i, score, a, b)
		}
	}
}

func times(all []float64, by float64) (scaled []float64) {
	for _, x := range all {
		scaled = append(scaled, by*x)
	}
	return scaled
}

// What the offers of two halves of the places give adds up, because demand is the same for both.
func TestScoresOfPlacesAddUp(t *testing.T) {
	o := makeOffer(400, 100, 14)
	first, second := o, o
	first.supply, second.supply = times(o.supply, 1), times(o.supply, 1)
	for j := range o.supply {
		if j%2 == 0 {
			first.supply[j] = 0
		} else {
			second.supply[j] = 0
		}
	}
	all, a, b := o.catch(t, decays[1]), first.catch(t, decays[1]), second.catch(t, decays[1])
	for i := range o.origins {
		closeTo(t, fmt.Sprint(i), orZero(a.Score[i]+b.Score[i]), orZero(all.Score[i]), 1e-12)
	}
}

// Origins without demand and places without supply change nothing, whether they have 0 or null.
func TestWeightsOfZeroChangeNothing(t *testing.T) {
	o := makeOffer(300, 80, 15)
	base := o.catch(t, decays[0])
	p := o
	for i := range 50 {
		none := []float64{0, math.NaN()}[i%2]
		p.origins, p.demand = append(p.origins, o.origins[i]), append(p.demand, none)
		p.places, p.supply = append(p.places, o.places[i]), append(p.supply, none)
	}
	got := p.catch(t, decays[0])
	for i, score := range base.Score {
		if math.Float64bits(score) != math.Float64bits(got.Score[i]) {
			t.Errorf("%d: %v, was %v", i, got.Score[i], score)
		}
	}
	if got.Supply != base.Supply || got.Served != base.Served || len(got.Unreached) != len(base.Unreached) {
		t.Error(got.Supply, base.Supply, got.Served, base.Served)
	}
}

func TestCatchmentOfNothing(t *testing.T) {
	here, sea := []Point{{2, 48}}, []Point{{-30, 48}}
	one, zero, null := []float64{5}, []float64{0}, []float64{math.NaN()}
	w := decays[0]
	empty := mustCatch(t, Straight(nil, nil, 1), nil, nil, w)
	if len(empty.Score)+len(empty.Ratio)+len(empty.Unreached) != 0 || empty.Supply != 0 {
		t.Error(empty)
	}
	for name, c := range map[string]struct {
		costs          Costs
		demand, supply []float64
		unreached      int
		score          float64
	}{
		"far away":        {Straight(here, sea, 1), one, one, 1, 0},
		"nobody":          {Straight(here, here, 1), zero, one, 1, 0},
		"unknown number":  {Straight(here, here, 1), null, one, 1, 0},
		"no supply":       {Straight(here, here, 1), one, zero, 0, 0},
		"unknown supply":  {Straight(here, here, 1), one, null, 0, 0},
		"no place":        {Straight(here, nil, 1), one, nil, 0, 0},
		"nowhere":         {Straight([]Point{{math.NaN(), 48}}, here, 1), one, one, 1, math.NaN()},
		"place nowhere":   {Straight(here, []Point{{2, math.NaN()}}, 1), one, one, 1, 0},
		"no way":          {Matrix(1, 1, nil), one, one, 1, 0},
		"next to nobody":  {Straight(here, here, 1), []float64{5e-324}, one, 1, 0},
		"here":            {Straight(here, here, 1), one, one, 0, 1},
		"no way by costs": {Matrix(1, 1, []Cost{{0, 0, math.NaN()}, {0, 0, math.Inf(1)}, {0, 0, -1}, {5, 0, 1}, {0, -1, 1}}), one, one, 1, 0},
		"two ways":        {Matrix(1, 1, []Cost{{0, 0, 1e6}, {0, 0, 1}}), one, one, 0, 1},
	} {
		got := mustCatch(t, c.costs, c.demand, c.supply, w)
		if len(got.Unreached) != c.unreached || !(got.Score[0] == c.score || math.IsNaN(c.score) && math.IsNaN(got.Score[0])) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got, err := Balanced(Straight(here, here, 1), zero, one, w); err != nil || got[0] != 0 {
		t.Error("balanced, nobody:", got, err)
	}
	for _, bad := range [][2][]float64{{{-1}, one}, {one, {-1}}, {{math.Inf(1)}, one}, {nil, one}, {one, nil}} {
		if _, err := Catchment(Straight(here, here, 1), bad[0], bad[1], w); err == nil {
			t.Errorf("%v is taken", bad)
		}
		if _, err := Balanced(Straight(here, here, 1), bad[0], bad[1], w); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

// others are Costs that know nothing of how passes are made.
type others struct{ Costs }

func TestCostsMadeElsewhere(t *testing.T) {
	o := makeOffer(300, 80, 16)
	want := o.catch(t, decays[0])
	got := mustCatch(t, others{Straight(o.origins, o.places, 1.3)}, o.demand, o.supply, decays[0])
	for i := range want.Score {
		closeTo(t, fmt.Sprint(i), orZero(got.Score[i]), orZero(want.Score[i]), 1e-12)
	}
}

// Balanced keeps the level of service: what origins have is what places give.
func TestBalancedKeepsTheLevelOfService(t *testing.T) {
	o := makeOffer(300, 80, 17)
	c := Straight(o.origins, o.places, 1.3)
	scores, err := Balanced(c, o.demand, o.supply, decays[1])
	if err != nil {
		t.Fatal(err)
	}
	r := reacherOf(c)
	one := func(_, _ int32, weight float64) float64 { return weight }
	rows := sums(r, decays[1], one)
	allotted := sums(r.reversed(0), decays[1], func(_, i int32, weight float64) float64 { return o.demand[i] * weight / rows[i] })
	var given, demanded float64
	for j, p := range allotted {
		demanded += orZero(p)
		if p > 0 {
			given += orZero(o.supply[j] / p)
		}
	}
	var had, demand float64
	for i, score := range scores {
		had += orZero(score)
		if rows[i] > 0 {
			demand += orZero(o.demand[i])
		}
	}
	closeTo(t, "level of service", had/given, 1, 1e-12)
	closeTo(t, "demand", demanded/demand, 1, 1e-12)
}

func FuzzCatchment(f *testing.F) {
	f.Add(uint64(1), uint8(20), uint8(9), uint8(0), 1.3)
	f.Add(uint64(2), uint8(0), uint8(200), uint8(3), 1.0)
	f.Fuzz(func(t *testing.T, seed uint64, origins, places, decay uint8, detour float64) {
		if !(detour > 0.01 && detour < 100) {
			t.Skip()
		}
		o := makeOffer(int(origins), int(places), seed)
		w := decays[int(decay)%len(decays)]
		a, err := Catchment(Straight(o.origins, o.places, detour), o.demand, o.supply, w)
		if err != nil {
			t.Fatal(err)
		}
		supply := 0.0
		for j, s := range o.supply {
			if !math.IsNaN(a.Ratio[j]) {
				supply += s
			}
		}
		closeTo(t, "supply", a.Supply, supply, 1e-12)
	})
}
