package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// Variant is how the access of a territory's communes changes when one choice of the method is another.
type Variant struct {
	Choice   string  `json:"choix"`            // rayon-25, rayon+25, detour-1.2, detour-1.4, gaussienne
	Rho      float64 `json:"rho"`              // Spearman's, of communes; NaN where it is not defined
	Changed  float64 `json:"change_de_classe"` // % of the people whose commune is in another fifth of the people
	Communes int     `json:"communes"`         // that have an access both ways
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

// Sensitivity tries the choices on the communes of a territory, with what is around them. Classes are those that each choice
// would draw: fifths of the people by access.
func Sensitivity(ctx context.Context, s *Source, t Territory) (all []Variant, err error) {
	defer fault.Wrap(&err, "indicator.Sensitivity")
	d := s.Dataset("acces-mediation")
	if d == nil || d.Computed == nil {
		return nil, fault.New(fault.NotFound, "there is no dataset acces-mediation here").About("acces-mediation")
	}
	p, err := (&computation{Source: s, d: d}).accessParameters()
	if err != nil {
		return nil, err
	}
	members, err := s.Members(ctx, t)
	if err != nil {
		return nil, err
	}
	g, err := s.groundAround(ctx, p, t, members)
	if err != nil {
		return nil, err
	}
	usual, others, err := g.tried(p, members)
	if err != nil {
		return nil, err
	}
	for i, c := range choices {
		all = append(all, g.compared(c.name, members, usual, others[i]))
	}
	return all, nil
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

// groundAround is what has a part in the access of a territory's communes: twice the reach of their points, stretched, one way to
// places and one back to who goes there.
func (s *Source) groundAround(ctx context.Context, p accessParameters, t Territory, members []string) (*ground, error) {
	if t.Level == Instance {
		return s.ground(ctx, p, nil)
	}
	points, err := s.table(ctx, "communes-points", dataset.Query{}, "code_insee", "longitude", "latitude")
	if err != nil {
		return nil, err
	}
	box := geo.BBox{West: math.Inf(1), South: math.Inf(1), East: math.Inf(-1), North: math.Inf(-1)}
	for i := range points.rows {
		at := points.point(i, "longitude", "latitude")
		if _, ours := slices.BinarySearch(members, points.text(i, "code_insee")); ours && at == at {
			box = geo.BBox{West: min(box.West, at.Lon), South: min(box.South, at.Lat), East: max(box.East, at.Lon), North: max(box.North, at.Lat)}
		}
	}
	if box.West > box.East {
		return s.ground(ctx, p, &geo.BBox{})
	}
	const degree = 110_000 // metres of latitude, at least
	around := (2*1.25*p.farthest() + communeReach) / degree
	wide := around / math.Cos(min(80, max(math.Abs(box.South), math.Abs(box.North))+around)*math.Pi/180)
	return s.ground(ctx, p, &geo.BBox{West: box.West - wide, South: box.South - around, East: box.East + wide, North: box.North + around})
}

// communeReach is how far cells may be of the point of their commune, metres; they and it are read by where they are.
const communeReach = 20_000

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

func (g *ground) compared(name string, members []string, usual, other []float64) Variant {
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
	return Variant{name, rho, changed.value(), len(x)}
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
