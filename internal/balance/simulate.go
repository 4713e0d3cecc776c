package balance

import (
	"math"
	"math/bits"
	"slices"
	"sync/atomic"
)

// Uncertainty is how scores stand against others when what was chosen to make them is chosen otherwise.
type Uncertainty struct {
	Low, High []float64 // by unit: share (0 to 1) of the comparable units with a lower score, at 5 % and at 95 % of the draws
	Lowest    []float64 // by unit: probability of being in the lowest fifth of its group
	Effects   []float64 // by dimension: its main effect on scores, the squared correlation ratio (Paruolo, Saisana and Saltelli 2013)
}

// Draws are the choices that vary.
type Draws struct {
	N         int // of draws
	Seed      uint64
	Goalposts []Goalpost // of raw dimensions; each end moves by Spread of its distance to the other
	Spread    float64    // 0.1; below 0.5, where goalposts would meet
	Least     int        // dimensions that must be known
}

// Simulate draws weights from a flat Dirichlet, geometric or arithmetic means, and goalposts, and ranks each unit among those of its group.
// raw holds the dimensions of each unit before any scale.
//
// Units that score the same have the same share below them. In the lowest fifth is who has less than a fifth of the group below it, half of
// those who score the same counted as below: where all score the same, nobody is. NaN for a unit with no score; for the only one of its group that has
// a score; and Lowest in a group of fewer than five, which has no fifth. It takes 4 bytes for each unit of the largest group and draw.
func Simulate(raw [][]float64, group []int, d Draws) Uncertainty {
	u := Uncertainty{nulls(len(raw)), nulls(len(raw)), nulls(len(raw)), effects(raw, d)}
	choices := make([]choice, max(0, d.N))
	for i := range choices {
		choices[i] = d.choose(i)
	}
	for _, members := range scored(raw, group, d) {
		if len(members) > 1 && len(choices) > 0 {
			simulate(raw, members, choices, u)
		}
	}
	return u
}

// scored are the units of each group that have a score; the order of groups does not matter, each is by itself.
func scored(raw [][]float64, group []int, d Draws) map[int][]int32 {
	groups := map[int][]int32{}
	for i := range raw {
		if !math.IsNaN(Score(d.scale(raw[i]), nil, d.Least)) {
			groups[group[i]] = append(groups[group[i]], int32(i))
		}
	}
	return groups
}

func (d Draws) scale(raw []float64) []float64 {
	scaled := make([]float64, len(raw))
	for k, x := range raw {
		scaled[k] = d.Goalposts[k].Scale(x)
	}
	return scaled
}

// simulate ranks the units of one group under every choice. Each draw has its own column, and counts are whole numbers: which core does which
// draw changes nothing.
func simulate(raw [][]float64, members []int32, choices []choice, u Uncertainty) {
	below := make([]int32, len(members)*len(choices))
	lowest := make([]int32, len(members))
	onAllCores(len(choices), 1, func() func(int) {
		scores := make([]uint64, len(members))
		return func(draw int) {
			choices[draw].order(raw, members, scores)
			rank(scores, func(unit, under, same int) {
				below[unit*len(choices)+draw] = int32(under)
				if 5*(2*under+same) < 2*len(members) {
					atomic.AddInt32(&lowest[unit], 1)
				}
			})
		}
	})
	onAllCores(len(members), block, func() func(int) {
		return func(unit int) {
			u.set(int(members[unit]), len(members), below[unit*len(choices):(unit+1)*len(choices)], lowest[unit])
		}
	})
}

// set reads the interval of a unit off its draws: the least count that at least 5 % of them, and 95 %, do not pass.
func (u Uncertainty) set(unit, members int, below []int32, lowest int32) {
	slices.Sort(below)
	at := func(share float64) float64 {
		return float64(below[max(0, int(math.Ceil(share*float64(len(below))))-1)]) / float64(members-1)
	}
	u.Low[unit], u.High[unit] = at(0.05), at(0.95)
	if members >= 5 {
		u.Lowest[unit] = float64(lowest) / float64(len(below))
	}
}

// scoreBits is how finely scores are told apart, of the 100 of the scale: differences below 10⁻¹¹ are rounding, and equal scores.
const scoreBits = 43

// order writes the score and the place of each unit as one number, and sorts them.
func (c choice) order(raw [][]float64, members []int32, scores []uint64) {
	place := bits.Len(uint(len(members)))
	fine := math.Ldexp(1, min(scoreBits, 64-place)-7)
	for i, unit := range members {
		scores[i] = uint64(math.Round(c.score(raw[unit])*fine))<<place | uint64(i)
	}
	slices.Sort(scores)
}

// rank gives for each unit how many have a lower score, and how many the same, itself included.
func rank(sorted []uint64, yield func(unit, under, same int)) {
	place := bits.Len(uint(len(sorted)))
	for from, to := 0, 0; from < len(sorted); from = to {
		for to = from + 1; to < len(sorted) && sorted[to]>>place == sorted[from]>>place; to++ {
		}
		for _, s := range sorted[from:to] {
			yield(int(s&(1<<place-1)), from, to-from)
		}
	}
}
