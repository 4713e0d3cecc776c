package balance

import (
	"hash/fnv"
	"math"
	"math/bits"
	"math/rand/v2"
)

// tails counts draws on either side of what was observed; a draw that equals it is on both.
type tails struct{ below, above, drawn int }

// equal is how near two sums of standardised values are that would be one, were they summed in one order.
const equal = 1e-9

func (t *tails) count(drawn, observed float64) {
	t.drawn++
	if drawn <= observed+equal {
		t.below++
	}
	if drawn >= observed-equal {
		t.above++
	}
}

// extreme is how many draws are as far out as the observed, in both tails, which have as much probability each.
func (t tails) extreme() int { return min(2*min(t.below, t.above), t.drawn) }

func (t tails) p() float64 { return float64(t.extreme()+1) / float64(t.drawn+1) }

// bounds are between which the probability lies that p estimates, at four standard errors (score interval of a Poisson count).
func (t tails) bounds() (low, high float64) {
	const square = 4 * 4
	m, middle := float64(min(t.below, t.above)), math.Sqrt(square/4.0+float64(min(t.below, t.above)))
	half := 2 / float64(t.drawn)
	return max(0, half*(m+square/2-4*middle)), min(1, half*(m+square/2+4*middle))
}

// stream is what chance gives a key: PCG's first half is the seed, its second what the key is hashed to.
func stream(seed uint64, key string) *rand.PCG {
	h := fnv.New64a()
	h.Write([]byte(key))
	x := h.Sum64() // keys that follow each other differ in few bits, which the finaliser of MurmurHash3 spreads
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return rand.NewPCG(seed, x^x>>33)
}

// urn draws some of many values without putting them back, and is then as it was before.
type urn struct {
	values []float64
	swaps  []int
}

// draw is the sum of k of the first n values. It takes the high half of a product for a number below n: for n under 2³² none is likelier than
// another by more than 2⁻³².
func (u *urn) draw(from *rand.PCG, n, k int) float64 {
	values, swaps, sum := u.values[:n], u.swaps[:k], 0.0
	for t := range swaps {
		high, _ := bits.Mul64(from.Uint64(), uint64(n-t))
		at := t + int(high)
		sum += values[at]
		values[at], values[t] = values[t], values[at]
		swaps[t] = at
	}
	for t := k - 1; t >= 0; t-- {
		at := swaps[t]
		values[at], values[t] = values[t], values[at]
	}
	return sum
}
