package balance

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// search looks at every place for each that it takes.
func search(c Costs, weight []float64, covered []bool, atMost float64, n int) (gains []Gain) {
	covered = slices.Clone(covered)
	var before []float64
	for i, w := range weight {
		if covered[i] && w > 0 {
			before = append(before, w)
		}
	}
	sum, back := total(before), Reversed(c)
	for len(gains) < n {
		best := Gain{Place: -1}
		for j := range c.Places() {
			if g := gainOf(back, weight, covered, atMost, j); g > best.Gained {
				best = Gain{j, g, sum + g}
			}
		}
		if best.Place < 0 {
			return gains
		}
		gains, sum = append(gains, best), best.Total
		back.From(best.Place, atMost, func(i int, _ float64) { covered[i] = true })
	}
	return gains
}

func gainOf(back Costs, weight []float64, covered []bool, atMost float64, place int) float64 {
	var terms []float64
	back.From(place, atMost, func(i int, _ float64) {
		if !covered[i] && weight[i] > 0 {
			terms = append(terms, weight[i])
		}
	})
	return total(terms)
}

func TestCoverIsWhatASearchOfAllPlacesTakes(t *testing.T) {
	for seed := range uint64(12) {
		o := makeOffer(150, 60, 20+seed)
		draw := rand.New(rand.NewPCG(seed, 5))
		covered := make([]bool, len(o.origins))
		for i := range covered {
			covered[i] = draw.IntN(4) == 0
			if seed%2 == 0 { // many ties
				o.demand[i] = float64(draw.IntN(3))
			}
		}
		for _, c := range []Costs{Straight(o.origins, o.places, 1.3), matrixOf(o, 1.3, 60_000)} {
			want := search(c, o.demand, covered, 20_000, 100)
			if got := Cover(c, o.demand, covered, 20_000, 100); !reflect.DeepEqual(got, want) {
				t.Fatalf("%v\nwant %v", got, want)
			}
			if got := Cover(c, o.demand, covered, 20_000, 3); !reflect.DeepEqual(got, want[:3]) {
				t.Fatalf("first 3: %v, want %v", got, want[:3])
			}
		}
	}
}

func matrixOf(o offer, detour, atMost float64) Costs {
	c := Straight(o.origins, o.places, detour)
	var known []Cost
	for i := range o.origins {
		c.From(i, atMost, func(j int, cost float64) { known = append(known, Cost{int32(i), int32(j), cost}) })
	}
	return Matrix(len(o.origins), len(o.places), known)
}

func TestCoverOfNothing(t *testing.T) {
	here := []Point{{2, 48}}
	for name, gains := range map[string][]Gain{
		"no place":      Cover(Straight(here, nil, 1), []float64{1}, nil, 1000, 3),
		"no origin":     Cover(Straight(nil, here, 1), nil, nil, 1000, 3),
		"nobody":        Cover(Straight(here, here, 1), []float64{0}, nil, 1000, 3),
		"null":          Cover(Straight(here, here, 1), []float64{math.NaN()}, nil, 1000, 3),
		"all covered":   Cover(Straight(here, here, 1), []float64{1}, []bool{true}, 1000, 3),
		"none wanted":   Cover(Straight(here, here, 1), []float64{1}, nil, 1000, 0),
		"less than 0":   Cover(Straight(here, here, 1), []float64{1}, nil, 1000, -1),
		"nothing in it": Cover(Straight(here, here, 1), []float64{1}, nil, -1, 3),
	} {
		if len(gains) != 0 {
			t.Errorf("%s: %v", name, gains)
		}
	}
	if got := Cover(Straight(here, here, 1), []float64{7}, nil, 0, 3); !reflect.DeepEqual(got, []Gain{{0, 7, 7}}) {
		t.Error(got)
	}
}
