package balance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

type pair struct {
	place int
	cost  float64
}

func from(c Costs, origin int, atMost float64) (pairs []pair) {
	c.From(origin, atMost, func(place int, cost float64) { pairs = append(pairs, pair{place, cost}) })
	return pairs
}

func TestDetourComesBeforeThresholds(t *testing.T) {
	a, b := Point{2, 48}, Point{2.1, 48.05}
	cost := 1.3 * Distance(a, b)
	c := Straight([]Point{a}, []Point{b}, 1.3)
	if got := from(c, 0, cost); len(got) != 1 || math.Abs(got[0].cost-cost) > 1e-6 {
		t.Error(got)
	}
	if got := from(c, 0, math.Nextafter(cost, 0)); len(got) != 0 {
		t.Error(got)
	}
	if place, got := c.Cheapest(0); place != 0 || got != cost {
		t.Error(place, got)
	}
	if s := (Steps{{cost, 1}, {2 * cost, 0.5}}); mustCatch(t, c, []float64{1}, []float64{1}, s).Ratio[0] != 1 {
		t.Error("the first step does not hold with its bound")
	}
	if s := (Steps{{math.Nextafter(cost, 0), 1}, {2 * cost, 0.5}}); mustCatch(t, c, []float64{1}, []float64{1}, s).Ratio[0] != 2 {
		t.Error("the first step holds beyond its bound")
	}
}

// A matrix answers as a list of its pairs does, reversed too, and its order does not matter.
func TestMatrix(t *testing.T) {
	draw := rand.New(rand.NewPCG(8, 8))
	const origins, places = 40, 30
	var table [origins][places]float64
	var known []Cost
	for range 500 {
		c := Cost{draw.Int32N(origins), draw.Int32N(places), float64(1 + draw.IntN(20))}
		known = append(known, c)
		if was := &table[c.Origin][c.Place]; *was == 0 || c.Cost < *was {
			*was = c.Cost
		}
	}
	before := slices.Clone(known)
	m := Matrix(origins, places, known)
	if !slices.Equal(before, known) {
		t.Error("the entries that were given have moved")
	}
	for i := range origins {
		var want []pair
		cheapest := pair{-1, math.Inf(1)}
		for j, cost := range table[i] {
			if cost > 0 && cost <= 12 {
				want = append(want, pair{j, cost})
			}
			if cost > 0 && cost < cheapest.cost {
				cheapest = pair{j, cost}
			}
		}
		if got := from(m, i, 12); !slices.Equal(got, want) {
			t.Fatalf("%d: %v, want %v", i, got, want)
		}
		if place, cost := m.Cheapest(i); place != cheapest.place || cost != cheapest.cost {
			t.Fatalf("%d: %v at %v, want %v", i, place, cost, cheapest)
		}
		if got := from(Reversed(Reversed(m)), i, 12); !slices.Equal(got, want) {
			t.Fatalf("%d, twice reversed: %v, want %v", i, got, want)
		}
	}
	if back := Reversed(m); back.Origins() != places || back.Places() != origins || m.Origins() != origins || m.Places() != places {
		t.Error("sizes")
	}
	if got := from(Matrix(1, 1, []Cost{{0, 0, math.Inf(1)}}), 0, math.Inf(1)); got != nil {
		t.Error(got)
	}
	if place, cost := Matrix(1, 1, nil).Cheapest(0); place != -1 || !math.IsInf(cost, 1) {
		t.Error(place, cost)
	}
}

func TestReversedStraight(t *testing.T) {
	o := makeOffer(120, 50, 30)
	c := Straight(o.origins, o.places, 1.3)
	back := Reversed(c)
	for i := range o.origins {
		for _, p := range from(c, i, 30_000) {
			ways := from(back, p.place, 30_000)
			if !slices.ContainsFunc(ways, func(w pair) bool { return w.place == i && math.Abs(w.cost-p.cost) < 1e-6 }) {
				t.Fatalf("%d goes to %d, not back", i, p.place)
			}
		}
	}
}
