package indicator

import (
	"context"
	"math"
	"slices"
	"strings"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/schema"
)

// spreadParameters is what a descriptor says of how measures of inequality are made.
type spreadParameters struct {
	Permuted int `json:"permutations"`
}

func (c *computation) spreadParameters() (p spreadParameters, err error) {
	if err := c.parameters(&p); err != nil {
		return p, err
	}
	if p.Permuted < 0 || p.Permuted > 99_999 {
		return p, c.wrong("permutations", "from 0 to 99999")
	}
	return p, nil
}

// spreadOf are the indicators whose spread is measured: the column of communes, what weighs them, and the bounds of a value that has some.
var spreadOf = []struct {
	indicator, column, weight string
	high                      float64 // the low one is 0
}{
	{"thd_taux_raccordable", "thd_taux_raccordable", "thd_locaux", 100},
	{"med_lieux_10k", "med_lieux_10k", "population", math.NaN()},
	{"med_acces_2sfca", "med_acces_2sfca", "population", math.NaN()},
	{"med_distance", "med_distance", "population", math.NaN()},
	{"med_part_10km", "med_part_10km", "population", 100},
}

// spreading is the communes of an instance while the spread of what they have is measured.
type spreading struct {
	*computation
	communes *sheet
	graph    balance.Graph
	epci     []int
	p        spreadParameters
}

// computeSpread makes "equilibre-territoires": a row for each territory and indicator.
func computeSpread(ctx context.Context, c *computation) error {
	p, err := c.spreadParameters()
	if err != nil {
		return err
	}
	s := &spreading{computation: c, p: p}
	s.communes, err = c.byCommune(ctx, "population", "med_lieux", "thd_taux_raccordable", "thd_locaux", "med_acces_2sfca", "med_distance", "med_part_10km", withinColumn, fewColumn, allButColumn)
	if err != nil {
		return err
	}
	if err := s.communes.join(ctx, c.Source, "contexte-communes", "code_insee", dataset.Query{}, "revenu_median"); err != nil {
		return err
	}
	s.communes.ratio("med_lieux_10k", 10_000, "med_lieux", "population")
	s.communes.numbers[withinColumn] = s.communes.estimate(withinColumn, s.communes.number(withinColumn)).is
	s.communes.ratio("med_part_10km", 100, withinColumn, "population")
	if s.graph, err = c.neighbours(ctx, s.communes); err != nil {
		return err
	}
	s.epci = numbered(s.communes.text("code_epci"))
	areas, err := c.areas(ctx, s.communes)
	if err != nil {
		return err
	}
	for i := range areas {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.measure(&areas[i]); err != nil {
			return err
		}
	}
	return nil
}

// numbered gives equal texts the same number, by their order.
func numbered(texts []string) []int {
	sorted := slices.Clone(texts)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	numbers := make([]int, len(texts))
	for i, text := range texts {
		numbers[i], _ = slices.BinarySearch(sorted, text)
	}
	return numbers
}

// measure sends the rows of a territory.
func (s *spreading) measure(a *area) error {
	graph, keys := a.within(s.graph), make([]string, len(a.members))
	epci := make([]int, len(a.members))
	for k, i := range a.members {
		keys[k], epci[k] = s.communes.keys[i], s.epci[i]
	}
	income, people := a.pick(s.communes.number("revenu_median")), a.pick(s.communes.number("population"))
	for _, of := range spreadOf {
		x, w := a.pick(s.communes.number(of.column)), a.pick(s.communes.number(of.weight))
		r := s.row()
		r.set("niveau", schema.Text(string(a.Level)))
		r.set("territoire", schema.Text(a.Code))
		r.set("indicateur", schema.Text(of.indicator))
		if a.Name != "" {
			r.set("nom", schema.Text(a.Name))
		}
		r.set("communes", schema.Int(int64(len(a.members))))
		covered := a.sums(s.communes.number("population"), s.communes.number(of.column))
		if covered.everyone && len(a.members) > 0 {
			r.set("population", schema.Int(int64(covered.all)))
		}
		r.set("couverture_donnees", schema.Float(covered.coverage()))
		r.inequality(x, w, epci)
		moran := balance.GlobalMoran(x, graph, keys, s.p.Permuted, s.d.Computed.Seed)
		r.set("moran", schema.Float(moran.I))
		r.set("moran_p", schema.Float(moran.P))
		r.set("moran_n", schema.Int(int64(moran.N)))
		r.income(x, w, income, people, of.high)
		if err := r.send(); err != nil {
			return err
		}
	}
	return nil
}

// within is the part of a graph that is inside a territory.
func (a *area) within(g balance.Graph) balance.Graph {
	at := make(map[int32]int32, len(a.members))
	for k, i := range a.members {
		at[int32(i)] = int32(k)
	}
	inside := make(balance.Graph, len(a.members))
	for k, i := range a.members {
		for _, j := range g[i] {
			if other, here := at[j]; here {
				inside[k] = append(inside[k], other)
			}
		}
	}
	return inside
}

// inequality writes how unequally what communes have is shared, by weight and with each commune for one.
func (r *row) inequality(x, w []float64, group []int) {
	theil, deciles := balance.TheilT(x, w, group), balance.Quantiles(x, w, 0.1, 0.5, 0.9)
	for column, value := range map[string]float64{
		"hoover": balance.Hoover(x, w), "hoover_np": balance.Hoover(x, nil), "gini": balance.Gini(x, w), "gini_np": balance.Gini(x, nil),
		"theil": theil.Total, "theil_inter": theil.Between, "theil_intra": theil.Within,
		"d1": deciles[0], "d5": deciles[1], "d9": deciles[2], "d9_d1": balance.Ratio(deciles[2], deciles[0]),
	} {
		r.set(column, schema.Float(value))
	}
	if curve := balance.Lorenz(x, w); len(curve.P) > 0 {
		r.set("lorenz", schema.Joined(lorenzText(curve)))
	}
}

const (
	lorenzSteps = 100
	lorenzParts = 1e6 // the curve is drawn: a millionth of the whole is finer than any line
)

func lorenzText(curve balance.Curve) string {
	items := make([]string, lorenzSteps+1)
	for k := range items {
		items[k] = rounded(curve.At(float64(k)/lorenzSteps), lorenzParts).String()
	}
	return strings.Join(items, "|")
}

// income writes how what communes have goes with what their people earn, where that is known.
func (r *row) income(x, w, income, people []float64, high float64) {
	r.set("revenu_couverture", schema.Float(100*balance.KnownShare(people, income)))
	quantiles := balance.Quantiles(income, people, 0.4, 0.9)
	if math.IsNaN(quantiles[0]) {
		return
	}
	index, corrected := balance.Concentration(x, w, income, 0, high)
	r.set("concentration", schema.Float(index))
	r.set("erreygers", schema.Float(corrected))
	r.set("palma", schema.Float(balance.Palma(x, w, income, quantiles[0], quantiles[1])))
}
