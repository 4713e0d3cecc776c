package balance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Run with numpy 2.4: method averaged_inverted_cdf, and inverted_cdf with weights, at shares where the two are one.
func TestQuantilesAreNumpys(t *testing.T) {
	x := []float64{3.1, 0, 7.7, 2.2, 9.5, 4.4, 1.5, 6.0, 8.25, 5.0}
	if got := Quantiles(x, nil, 0.1, 0.25, 0.5, 0.75, 0.9, 1); !slices.Equal(got, []float64{0.75, 2.2, 4.7, 7.7, 8.875, 9.5}) {
		t.Error(got)
	}
	w := []float64{5, 1, 2, 8, 3, 4, 10, 6, 7, 9}
	if got := Quantiles(x, w, 0.1, 0.333, 0.5, 0.75, 0.9); !slices.Equal(got, []float64{1.5, 2.2, 4.4, 6.0, 8.25}) {
		t.Error(got)
	}
}

func TestQuantilesOfWeightsAreThoseOfPersons(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	shares := []float64{0, 0.1, 0.2, 0.25, 1.0 / 3, 0.5, 0.7, 0.9, 1}
	for range 300 {
		var x, w, persons []float64
		for range 1 + r.IntN(12) {
			value, n := float64(r.IntN(9)), r.IntN(6)
			x, w = append(x, value), append(w, float64(n))
			for range n {
				persons = append(persons, value)
			}
		}
		if a, b := Quantiles(x, w, shares...), Quantiles(persons, nil, shares...); !slices.EqualFunc(a, b, sameNumber) {
			t.Fatal(x, w, a, b)
		}
	}
}

func TestQuantilesAtTheirEdges(t *testing.T) {
	null, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		x, w []float64
		p    float64
		want float64
	}{
		{"nothing", nil, nil, 0.5, null},
		{"all null", []float64{null}, nil, 0.5, null},
		{"one", []float64{4}, nil, 0.1, 4},
		{"least", []float64{3, 1, 2}, nil, 0, 1},
		{"most", []float64{3, 1, 2}, nil, 1, 3},
		{"no such share", []float64{3, 1, 2}, nil, 1.1, null},
		{"null share", []float64{3, 1, 2}, nil, null, null},
		{"a unit of weight 0 between the two in the middle", []float64{1, 2, 9}, []float64{1, 0, 1}, 0.5, 5},
		{"0.1 of thirty, which is not three times 0.1", []float64{1, 2}, []float64{3, 27}, 0.1, 1.5},
		{"0.28 of a hundred, which is more than 28", []float64{1, 2}, []float64{28, 72}, 0.28, 1.5},
		{"the least, of almost nobody", []float64{1, 2}, []float64{1e-15, 1}, 0, 1},
		{"a distance to nothing", []float64{1, inf, 2, 3}, nil, 0.9, inf},
		{"between no end and a number", []float64{-inf, 2}, nil, 0.5, -inf},
		{"between the greatest floats", []float64{-math.MaxFloat64, math.MaxFloat64}, nil, 0.5, 0},
		{"a zero below 0 is 0", []float64{math.Copysign(0, -1), 5}, nil, 0, 0},
	} {
		if got := Quantiles(c.x, c.w, c.p)[0]; !sameNumber(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestSumsAreExactAndRoundedOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, c := range []struct {
		terms []float64
		want  float64
	}{
		{nil, 0},
		{[]float64{1, 1e100, 1, -1e100}, 2},
		{[]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 1},
		{[]float64{1, 0x1p-53, 0x1p-106}, 1 + 0x1p-52}, // just above half a unit: up
		{[]float64{1, 0x1p-53, -0x1p-106}, 1},          // just below: down
		{[]float64{1 + 0x1p-52, 0x1p-53}, 1 + 0x1p-51}, // half: to even
		{[]float64{1, math.Inf(1)}, math.Inf(1)},
		{[]float64{math.MaxFloat64, math.MaxFloat64}, math.Inf(1)},
	} {
		for range 20 {
			r.Shuffle(len(c.terms), func(i, j int) { c.terms[i], c.terms[j] = c.terms[j], c.terms[i] })
			if got := sumOf(len(c.terms), func(i int) float64 { return c.terms[i] }); got != c.want {
				t.Errorf("%v: %v, not %v", c.terms, got, c.want)
			}
		}
	}
}
