package balance

import (
	"math"
	"slices"
)

// Local is the local index of Moran of each unit (Anselin 1995). A unit that has no value, or no neighbour that has one, has NaN and NoQuadrant;
// so have all where the global index is not defined.
type Local struct {
	I                  []float64 // deviations in standard deviations of the population, so that their mean is the global index
	Expected, Variance []float64 // of I, were the others' values laid out by chance (Sokal, Oden and Thomson 1998, A7 and A8)
	P                  []float64 // two-sided, by conditional permutations, refined where it is near the cut
	Drawn              []int     // permutations that P was drawn from
	Quadrant           []Quadrant
	Cut                float64 // p at and below which a unit is significant (Benjamini and Hochberg 1995); 0 where none is
}

// Quadrant is how a unit and its neighbours stand against the mean; the mean itself is low.
type Quadrant uint8

const (
	NoQuadrant Quadrant = iota
	HighHigh
	LowHigh // a low unit among high ones
	LowLow
	HighLow
)

// finest is how many permutations decide what is near the cut.
const finest = 99_999

// LocalMoran draws for each unit from a stream of its own, seeded by seed and key, so that neither order nor cores matter. rate is that of false
// discoveries (0.05).
//
// With 999 permutations no p is below 0.001, and the cut for 35 000 units may be. So units that are on the same side of the cut
// whatever the error of their p keep it, and others are drawn ten times as often, then a hundred times (at most 99 999):
// which units are significant is what it would be, had all been drawn so often.
func LocalMoran(y []float64, g Graph, keys []string, permutations int, seed uint64, rate float64) Local {
	l := newLocal(len(y))
	f := newField(y, g, keys)
	if f == nil {
		return l
	}
	for i := range f.z {
		f.describe(i, &l)
	}
	if permutations <= 0 {
		return l
	}
	for i, counted := range f.conditional(permutations, finest, seed, rate) {
		unit := f.unit[i]
		l.P[unit], l.Drawn[unit] = counted.p(), counted.drawn
	}
	l.Cut = FDR(l.P, rate)
	return l
}

func newLocal(n int) Local {
	l := Local{
		I: make([]float64, n), Expected: make([]float64, n), Variance: make([]float64, n), P: make([]float64, n),
		Drawn: make([]int, n), Quadrant: make([]Quadrant, n),
	}
	for _, of := range [][]float64{l.I, l.Expected, l.Variance, l.P} {
		for i := range of {
			of[i] = math.NaN()
		}
	}
	return l
}

func (f *field) describe(i int, l *Local) {
	n, z, w := float64(len(f.z)), f.z[i], f.weight[i]
	k := float64(len(f.links[i]))
	around, unit := w*f.around(i, f.z), f.unit[i]
	l.I[unit] = z * around
	l.Expected[unit] = -z * z * w * k / (n - 1)
	l.Variance[unit] = z * z * n / (n - 2) * (k*w*w - w*k*w*k/(n-1)) * (1 - z*z/(n-1))
	l.Quadrant[unit] = quadrant(z > 0, around > 0)
}

func quadrant(high, amongHigh bool) Quadrant {
	switch {
	case high && amongHigh:
		return HighHigh
	case amongHigh:
		return LowHigh
	case high:
		return HighLow
	}
	return LowLow
}

// conditional draws for every unit, and again for those that are near the cut.
func (f *field) conditional(permutations, most int, seed uint64, rate float64) []tails {
	counted, undecided := make([]tails, len(f.z)), make([]int, len(f.z))
	for i := range undecided {
		undecided[i] = i
	}
	for r := permutations; len(undecided) > 0; r = min(10*r+9, most) {
		f.draw(undecided, counted, r, seed)
		if r >= most {
			break
		}
		undecided = nearCut(counted, rate)
	}
	return counted
}

// draw counts the conditional permutations of some units: the unit keeps its value, and the others' are laid out by chance. Of I, the sum of neighbours is
// all that changes, and so all that is compared.
func (f *field) draw(units []int, counted []tails, permutations int, seed uint64) {
	last, most := len(f.z)-1, 0
	for _, links := range f.links {
		most = max(most, len(links))
	}
	onAllCores(len(units), 1, func() func(int) {
		u := &urn{values: slices.Clone(f.z), swaps: make([]int, most)}
		return func(at int) {
			i := units[at]
			from, observed, k := stream(seed, f.key(i)), f.around(i, f.z), len(f.links[i])
			var t tails
			u.values[i], u.values[last] = u.values[last], u.values[i]
			for range permutations {
				t.count(u.draw(from, last, k), observed)
			}
			u.values[i], u.values[last] = u.values[last], u.values[i]
			counted[i] = t
		}
	})
}

// nearCut is the units whose p may be on either side of where the cut may be.
func nearCut(counted []tails, rate float64) []int {
	lows, highs := make([]float64, len(counted)), make([]float64, len(counted))
	for i, t := range counted {
		lows[i], highs[i] = t.bounds()
	}
	least, greatest := FDR(highs, rate), FDR(lows, rate)
	var near []int
	for i := range counted {
		if highs[i] > least && lows[i] <= greatest {
			near = append(near, i)
		}
	}
	return near
}
