package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"maille/internal/balance"
	"maille/internal/dataset"
)

// aboveParameters is what a descriptor says of how communes make what is above them.
type aboveParameters struct {
	Least       float64   `json:"couverture_minimum"` // % of the people who must be counted
	Expected    float64   `json:"attendus_minimum"`   // places, below which a quotient says nothing
	Network     []float64 `json:"classes_reseau"`
	NetworkAxis []float64 `json:"classes_bivarie_reseau"`
	AccessAxis  []float64 `json:"classes_bivarie_acces"`
}

func (c *computation) aboveParameters() (p aboveParameters, err error) {
	if err := c.parameters(&p); err != nil {
		return p, err
	}
	if !(p.Least >= 0 && p.Least <= 100) || len(p.Network) != len(networkClasses)-1 || len(p.NetworkAxis) != 2 || len(p.AccessAxis) != 2 {
		return p, c.wrong("classes", "a share from 0 to 100, three classes of the network, two of each axis")
	}
	return p, nil
}

// aggregate is the territories of a level while they are made of communes.
type aggregate struct {
	*computation
	*sheet          // a row each
	communes *sheet // their columns
	areas    []area
	p        aboveParameters
	counted  map[string]estimate // of communes, once for all areas
}

// estimate is a column of communes as sums take it.
func (g *aggregate) estimate(name string) estimate {
	e, there := g.counted[name]
	if !there {
		e = g.communes.estimate(name, g.communes.number(name))
		g.counted[name] = e
	}
	return e
}

// summed are the columns of communes that are added up as they are, known or not alone.
var summed = []string{"thd_restant", "thd_rythme_4t", "med_lieux", "med_pop_sans_acces_5", "med_pop_sans_acces_10", "med_pop_sans_acces_20"}

// divided are the ratios of sums, whose numerators and denominators are written beside.
var divided = []struct {
	name                   string
	scale                  float64
	numerator, denominator string
}{
	{"thd_taux_raccordable", 100, "thd_raccordables", "thd_locaux"},
	{"thd_taux_raccordable_mci", 100, "thd_raccordables_mci", "thd_locaux_mci"},
	{"thd_taux_raccordable_anct", 100, "thd_raccordables_anct", "thd_locaux_anct"},
	{"med_lieux_10k", 10_000, "med_lieux", "population"},
	{"med_acces_2sfca", 10_000, "med_offre_partagee", "population"},
	{"med_distance", 1, "med_distance_habitants", "population"},
	{"med_part_10km", 100, "med_pop_10km", "population"},
	{"es_part", 100, "es_nb", "es_panier"},
	{"part_sous_dotee", 100, "pop_sous_dotee", "population"},
	{"part_double_peine", 100, "pop_double_peine", "population"},
}

// columnsOf are the columns of communes that aggregates are made of.
func columnsOf() []string {
	columns := append([]string{"population", "thd_trimestre", "thd_taux_raccordable", "med_acces_2sfca", "sous_dote", "double_peine", fewColumn, allButColumn}, summed...)
	for _, r := range divided {
		for _, column := range []string{r.numerator, r.denominator} {
			if !slices.Contains(columns, column) {
				columns = append(columns, column)
			}
		}
	}
	return columns
}

// computeAbove makes "equilibre-epci" and "equilibre-departements": a row for each territory of a level.
func computeAbove(level Level) func(ctx context.Context, c *computation) error {
	return func(ctx context.Context, c *computation) error {
		p, err := c.aboveParameters()
		if err != nil {
			return err
		}
		g := &aggregate{computation: c, p: p, counted: map[string]estimate{}}
		if g.communes, err = c.byCommune(ctx, columnsOf()...); err != nil {
			return err
		}
		of := above[slices.IndexFunc(above, func(a levelAbove) bool { return a.level == level })]
		if g.areas, err = c.areasAt(ctx, g.communes, of); err != nil {
			return err
		}
		keys := make([]string, len(g.areas))
		for i := range keys {
			keys[i] = g.areas[i].Code
		}
		g.sheet = newSheet(keys)
		if level == Departement {
			if err := g.join(ctx, c.Source, of.dataset, of.key, dataset.Query{}, "code_region"); err != nil {
				return err
			}
		}
		r, err := c.rollout(ctx, g.communes)
		if err != nil {
			return err
		}
		g.fill(of, r)
		return g.shapes(ctx, c, of.dataset, of.key)
	}
}

// fill works out all rows.
func (g *aggregate) fill(of levelAbove, r *rollout) {
	people := g.communes.number("population")
	x := axes{g.p.Network, g.p.NetworkAxis, g.p.AccessAxis, balance.Quantiles(g.communes.number("med_acces_2sfca"), people, 0.5)[0]}
	for i := range g.areas {
		a := &g.areas[i]
		g.text(of.key)[i], g.text("nom")[i] = a.Code, a.Name
		g.number("communes")[i], g.number("partiel")[i] = float64(len(a.members)), a.partial
		if s := a.sums(people); s.everyone && s.rows > 0 {
			g.number("population")[i] = s.all
		}
		g.counts(i, a, people)
		g.network(i, a)
		connectable, premises := r.of(a.members)
		g.project(i, r, connectable, premises)
		rate, access := g.number("thd_taux_raccordable")[i], g.number("med_acces_2sfca")[i]
		g.text("thd_classe")[i] = networkClass(rate, g.p.Network)
		g.text("quadrant")[i], g.text("bivarie")[i] = x.quadrant(rate, access), x.crossed(rate, access)
	}
	g.provision(people)
}

// counts are the sums of a territory, and the ratios of its sums.
func (g *aggregate) counts(i int, a *area, people []float64) {
	var estimated []string
	for _, r := range divided {
		numerator := g.estimate(r.numerator)
		if a.some(numerator.few) {
			estimated = append(estimated, r.numerator, r.name)
		}
		s := a.sums(people, numerator.is, g.communes.number(r.denominator))
		if r.denominator != "population" {
			g.number(r.denominator)[i] = s.of[1]
		}
		g.number(r.numerator)[i] = s.of[0]
		if s.covers(g.p.Least) {
			g.number(r.name)[i] = balance.Ratio(r.scale*s.of[0], s.of[1])
		}
	}
	for _, column := range summed {
		g.number(column)[i] = math.NaN()
		of := g.estimate(column)
		if s := a.sums(people, of.is); s.covers(g.p.Least) {
			g.number(column)[i] = s.of[0]
			if a.some(of.few) {
				estimated = append(estimated, column)
			}
		}
	}
	g.text("estimes")[i] = strings.Join(estimated, "|")
	access := a.sums(people, g.communes.number("med_acces_2sfca"))
	g.number("med_couverture_donnees")[i] = access.coverage()
	g.number("communes_sous_dotees")[i] = a.sums(people, g.communes.number("sous_dote")).of[0]
	g.number("communes_double_peine")[i] = a.sums(people, g.communes.number("double_peine")).of[0]
}

// network is how the rates of communes are spread among the premises of a territory.
func (g *aggregate) network(i int, a *area) {
	connectable, premises := a.pick(g.communes.number("thd_raccordables")), a.pick(g.communes.number("thd_locaux"))
	rates, people := a.pick(g.communes.number("thd_taux_raccordable")), g.communes.number("population")
	q := balance.Quantiles(rates, premises, 0.1, 0.5, 0.9)
	g.number("thd_d1")[i], g.number("thd_d5")[i], g.number("thd_d9")[i] = q[0], q[1], q[2]
	c := balance.CoverageOf(connectable, premises)
	g.number("thd_part_moins_50")[i], g.number("thd_part_moins_80")[i] = 100*c.Below50, 100*c.Below80
	g.number("thd_part_plus_95")[i] = 100 * c.From95
	s := a.sums(people, g.communes.number("thd_taux_raccordable"))
	g.number("thd_couverture_donnees")[i] = s.coverage()
	g.text("thd_trimestre")[i] = a.common(g.communes.text("thd_trimestre"))
}

// common is the text that all communes of a territory have that have one; "" where they differ.
func (a *area) common(column []string) (text string) {
	for _, i := range a.members {
		if text != "" && column[i] != "" && column[i] != text {
			return ""
		}
		text = cmp.Or(text, column[i])
	}
	return text
}

// some says whether any commune of a territory is marked.
func (a *area) some(marks []bool) bool {
	return slices.ContainsFunc(a.members, func(i int) bool { return marks[i] })
}

// pick is a column of the communes of a territory.
func (a *area) pick(column []float64) []float64 {
	picked := make([]float64, len(a.members))
	for k, i := range a.members {
		picked[k] = column[i]
	}
	return picked
}

// provision compares places with how many there would be if all people of the instance had as many, and smooths their rates, which
// vary by chance where few people live.
func (g *aggregate) provision(people []float64) {
	found := g.communes.number("med_lieux")
	whole := area{members: make([]int, len(people))}
	for i := range whole.members {
		whole.members[i] = i
	}
	all := whole.sums(people, found, people)
	n, p := all.of[0], all.of[1]
	observed, expected := make([]float64, len(g.areas)), make([]float64, len(g.areas))
	for i := range g.areas {
		s := g.areas[i].sums(people, found, people)
		observed[i], expected[i] = math.NaN(), math.NaN()
		if s.covers(g.p.Least) {
			observed[i], expected[i] = s.of[0], balance.Expected(s.of[1], n, p)
			g.number("med_attendus")[i] = expected[i]
		}
		if expected[i] >= g.p.Expected {
			g.number("med_quotient")[i] = balance.LocationQuotient(s.of[0], s.of[1], n, p)
		}
	}
	smoothed, rate := balance.PoissonGamma(observed, expected), balance.Provision(n, p)
	for i := range g.areas {
		g.number("med_lieux_10k_lisse")[i] = rate * smoothed.Theta[i]
		g.number("med_lieux_10k_lisse_bas")[i], g.number("med_lieux_10k_lisse_haut")[i] = rate*smoothed.Low[i], rate*smoothed.High[i]
		low, high := balance.PoissonInterval(observed[i])
		s := g.areas[i].sums(people, found, people)
		g.number("med_lieux_10k_bas")[i], g.number("med_lieux_10k_haut")[i] = balance.Provision(low, s.of[1]), balance.Provision(high, s.of[1])
	}
}
