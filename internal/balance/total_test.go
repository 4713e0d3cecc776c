package balance

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTotalIsExactAndKnowsNoOrder(t *testing.T) {
	draw := rand.New(rand.NewPCG(3, 4))
	for n := range 300 {
		terms := make([]float64, n*n/60)
		exact, size := new(big.Float).SetPrec(4000), 0.0
		for i := range terms {
			terms[i] = math.Ldexp(draw.Float64()-0.25, draw.IntN(40))
			exact.Add(exact, big.NewFloat(terms[i]))
			size += math.Abs(terms[i])
		}
		want, _ := exact.Float64()
		got := total(slices.Clone(terms))
		if math.Abs(got-want) > 0x1p-52*size {
			t.Fatalf("%d terms: %v, want %v", n, got, want)
		}
		for range 4 {
			draw.Shuffle(len(terms), func(i, j int) { terms[i], terms[j] = terms[j], terms[i] })
			if again := total(slices.Clone(terms)); again != got {
				t.Fatalf("%d terms: %v, in another order %v", n, got, again)
			}
		}
	}
}

func TestTotalOfWhatNoGridHolds(t *testing.T) {
	for _, terms := range [][]float64{{math.NaN(), 1}, {math.Inf(1)}, {1e300, 1e300}} {
		if got := total(terms); !math.IsNaN(got) {
			t.Errorf("%v", got)
		}
	}
	if got := total([]float64{5e-324, 5e-324}); got != 1e-323 {
		t.Errorf("%v", got)
	}
	if got := total(nil); got != 0 {
		t.Errorf("%v", got)
	}
}

func TestTotalOfManySmallTermsBesideAGreatOne(t *testing.T) {
	terms := make([]float64, 1<<18)
	terms[0] = 1
	for i := range terms[1:] {
		terms[i+1] = 0x1.01p-60
	}
	want := 1 + float64(len(terms)-1)*0x1.01p-60
	if got := total(terms); math.Abs(got-want) > 0x1p-52 {
		t.Errorf("%v, want %v", got, want)
	}
}
