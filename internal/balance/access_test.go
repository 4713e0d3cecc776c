package balance

import (
	"fmt"
	"math"
	"strconv"
	"testing"
)

// hexagons are the five of accessibility_basic.json.
type hexagons struct {
	ids   []string
	costs Costs
	of    map[string][]float64
	cases map[string]map[string]any // what is expected
}

func readHexagons(t *testing.T) hexagons {
	var file struct {
		Shared struct {
			OD []struct {
				From, To string
				Cost     float64
			}
			Land []map[string]any `json:"land_use"`
		} `json:"shared_input"`
		Cases []struct {
			Name         string
			Expected     map[string]any
			ExpectedFull map[string]any `json:"expected_full"`
		}
	}
	readTestdata(t, "accessibility_basic.json", &file)
	h := hexagons{of: map[string][]float64{}, cases: map[string]map[string]any{}}
	position := map[string]int32{}
	for i, land := range file.Shared.Land {
		position[land["id"].(string)] = int32(i)
		h.ids = append(h.ids, land["id"].(string))
		for _, what := range []string{"jobs", "schools", "population"} {
			h.of[what] = append(h.of[what], land[what].(float64))
		}
	}
	var known []Cost
	for _, od := range file.Shared.OD {
		known = append(known, Cost{position[od.From], position[od.To], od.Cost})
	}
	h.costs = Matrix(len(h.ids), len(h.ids), known)
	for _, c := range file.Cases {
		h.cases[c.Name] = c.Expected
		if c.ExpectedFull != nil {
			h.cases[c.Name] = c.ExpectedFull
		}
	}
	return h
}

func (h hexagons) check(t *testing.T, name string, got []float64) {
	t.Helper()
	want := h.cases[name]
	if len(want) != len(h.ids) {
		t.Fatalf("%s: %d values expected", name, len(want))
	}
	for i, id := range h.ids {
		closeTo(t, name+" "+id, got[i], want[id].(float64), 1e-12)
	}
}

func TestAccessibilityIsThePublishedOne(t *testing.T) {
	h := readHexagons(t)
	if len(h.cases) != 7 {
		t.Fatalf("%d cases: is there one that no line below tries?", len(h.cases))
	}
	back := Reversed(h.costs)
	h.check(t, "cost_to_closest_school", CostOf(h.costs, h.of["schools"], 1))
	h.check(t, "cost_to_closest_population_passive", CostOf(back, h.of["population"], 1))
	h.check(t, "cumulative_jobs_30min", Cumulative(h.costs, h.of["jobs"], 30))
	h.check(t, "cumulative_population_45min_passive", Cumulative(back, h.of["population"], 45))
	for id, by := range h.cases["cost_to_nth_closest_school"] {
		for n, want := range by.(map[string]any) {
			schools, _ := strconv.ParseFloat(n, 64)
			got := CostOf(h.costs, h.of["schools"], schools)[h.index(id)]
			if want == nil {
				want = math.Inf(1)
			}
			if got != want.(float64) {
				t.Errorf("school %s of %s: %g, want %v", n, id, got, want)
			}
		}
	}
	two, err := Catchment(h.costs, h.of["population"], h.of["jobs"], Binary{45})
	if err != nil {
		t.Fatal(err)
	}
	h.check(t, "2sfca_jobs_45min", two.Score)
	balanced, err := Balanced(h.costs, h.of["population"], h.of["jobs"], Binary{45})
	if err != nil {
		t.Fatal(err)
	}
	h.check(t, "bfca_jobs_45min", balanced)
}

func (h hexagons) index(id string) int {
	for i, other := range h.ids {
		if id == other {
			return i
		}
	}
	return -1
}

func TestGravityIsThePublishedOne(t *testing.T) {
	var file struct {
		Cases []struct {
			Input struct {
				Jobs []float64
				Cost map[string][]*float64
				B    []float64
			}
			Full map[string]map[string]float64 `json:"expected_full"`
		}
	}
	readTestdata(t, "gravity_exponential.json", &file)
	tried := 0
	for _, c := range file.Cases {
		for id, costs := range c.Input.Cost {
			var known []Cost
			for j, cost := range costs {
				if cost != nil {
					known = append(known, Cost{0, int32(j), *cost})
				}
			}
			for _, b := range c.Input.B {
				got := Potential(Matrix(1, len(costs), known), c.Input.Jobs, Exponential{b, math.Inf(1)})
				closeTo(t, id, got[0]/c.Full[fmt.Sprint(b)][id], 1, 1e-12)
				tried++
			}
		}
	}
	if tried != 4 {
		t.Errorf("%d values", tried)
	}
}

func TestCostOfPlacesThatAreFar(t *testing.T) {
	here, there, antipode := Point{2, 48}, Point{2.1, 48}, Point{-178, -48}
	c := Straight([]Point{here, {math.NaN(), 0}}, []Point{there, here, antipode}, 1.3)
	for n, want := range map[float64]float64{1: 0, 2: 1.3 * Distance(here, there), 3: 1.3 * Distance(here, antipode), 4: math.Inf(1)} {
		got := CostOf(c, []float64{1, 1, 1}, n)
		offBy(t, fmt.Sprint(n), got[0], want, 1e-6)
		if !math.IsInf(got[1], 1) {
			t.Errorf("from nowhere: %g", got[1])
		}
	}
}

func TestCostOfCountsWhatIsKnown(t *testing.T) {
	c := Matrix(1, 3, []Cost{{0, 0, 1}, {0, 1, 2}, {0, 2, 3}})
	if got := CostOf(c, []float64{math.NaN(), -5, 1}, 1); got[0] != 3 {
		t.Error(got)
	}
}
