package indicator

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"maille/internal/balance"
)

// variant is how the access of communes changes when one choice of the method is another.
type variant struct {
	choice   string
	rho      float64 // Spearman's, of communes; NaN where it is not defined
	changed  float64 // % of the people whose commune is in another fifth of the people
	communes int     // that have an access both ways
}

// classes that people are divided into, each of as many.
const fifths = 5

// choices are what is tried, by the name that it has in addresses and texts: a stretch of the radius, a detour, a decay.
var choices = []struct {
	name            string
	stretch, detour float64
	smooth          bool
}{
	{"rayon-25", 0.75, 0, false},
	{"rayon+25", 1.25, 0, false},
	{"detour-1.2", 1, 1.2, false},
	{"detour-1.4", 1, 1.4, false},
	{"gaussienne", 1, 0, true},
}

// tried is the access of communes by the usual choices, and by each other one.
func (g *ground) tried(p accessParameters, members []string) (usual []float64, others [][]float64, err error) {
	if usual, err = g.scores(members, p.decay(1)); err != nil {
		return nil, nil, err
	}
	for _, c := range choices {
		g.p.Detour = cmp.Or(c.detour, p.Detour)
		var w balance.Decay = p.decay(c.stretch)
		if c.smooth {
			w = balance.Gaussian{Sigma: w.Reach() / 2, Limit: w.Reach()}
		}
		other, err := g.scores(members, w)
		if err != nil {
			return nil, nil, err
		}
		others = append(others, other)
	}
	return usual, others, nil
}

// scores is the access of communes; NaN where there is none.
func (g *ground) scores(members []string, w balance.Decay) ([]float64, error) {
	of := make(map[string]float64, len(g.communes))
	for _, l := range g.lands {
		access, err := g.catchment(l, g.costs(l), w)
		if err != nil {
			return nil, err
		}
		for i := l.communes[0]; i < l.communes[1]; i++ {
			c := &g.communes[i]
			var score mean
			for o := c.from; o < c.to; o++ {
				score.add(access.Score[o-l.origins[0]], g.people[o])
			}
			of[c.code] = score.value()
		}
	}
	scores := make([]float64, len(members))
	for i, code := range members {
		scores[i] = math.NaN()
		if score, there := of[code]; there {
			scores[i] = score
		}
	}
	return scores, nil
}

func (g *ground) compared(name string, members []string, usual, other []float64) variant {
	var x, y, people []float64
	for i, code := range members {
		if !math.IsNaN(usual[i] + other[i]) {
			x, y, people = append(x, usual[i]), append(y, other[i]), append(people, g.communes[g.at[code]].population)
		}
	}
	changed := mean{}
	was, is := fifthsOf(x, people), fifthsOf(y, people)
	for i := range x {
		changed.add(map[bool]float64{true: 100, false: 0}[was[i] != is[i]], people[i])
	}
	rho := math.NaN()
	if len(x) > 1 {
		rho = stat.Correlation(ranks(x), ranks(y), nil)
	}
	return variant{name, rho, changed.value(), len(x)}
}

// fifthsOf is the class of each value, of as many people each.
func fifthsOf(x, people []float64) []int {
	breaks := balance.QuantileBreaks(x, people, fifths)
	classes := make([]int, len(x))
	for i := range x {
		classes[i], _ = slices.BinarySearch(breaks, x[i])
	}
	return classes
}

// ranks are the mean ranks of values, those that are equal having the same.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	all := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			all[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return all
}
