package indicator

import (
	"context"
	"math"
	"slices"
	"strconv"

	"maille/internal/balance"
	"maille/internal/dataset"
)

// rollout is how premises came in each commune, quarter by quarter, since the last break of the series. NaN is what is not known, or is
// not comparable because a commune was divided since.
type rollout struct {
	first, last           int         // as quarterOf has them
	connectable, premises [][]float64 // by commune
}

const cartefibre = "cartefibre_ftth"

// rollout reads the series of the communes of a sheet.
func (s *Source) rollout(ctx context.Context, communes *sheet) (*rollout, error) {
	q := dataset.Query{Equal: []dataset.Equal{{Column: "mesure", Value: cartefibre}}}
	t, err := s.table(ctx, "couverture-thd-series", q, "code_insee", "trimestre", "locaux_raccordables", "locaux_estimation", "drapeau", "rupture")
	if err != nil {
		return nil, err
	}
	r := &rollout{first: math.MaxInt, last: -1}
	broken := -1
	for i := range t.rows {
		quarter := quarterOf(t.text(i, "trimestre"))
		r.first, r.last = min(r.first, quarter), max(r.last, quarter)
		if t.text(i, "rupture") != "" {
			broken = max(broken, quarter)
		}
	}
	r.first = max(r.first, broken)
	r.connectable, r.premises = make([][]float64, len(communes.keys)), make([][]float64, len(communes.keys))
	for i := range t.rows {
		at, known := communes.at[t.text(i, "code_insee")]
		if quarter := quarterOf(t.text(i, "trimestre")); known && quarter >= r.first && t.text(i, "drapeau") != "serie_rompue" {
			r.set(at, quarter-r.first, t.orNaN(i, "locaux_raccordables"), t.orNaN(i, "locaux_estimation"))
		}
	}
	return r, nil
}

func (r *rollout) set(commune, step int, connectable, premises float64) {
	if r.connectable[commune] == nil {
		r.connectable[commune], r.premises[commune] = r.nothing(), r.nothing()
	}
	r.connectable[commune][step], r.premises[commune][step] = connectable, premises
}

// nothing is a series of which nothing is known.
func (r *rollout) nothing() []float64 {
	return slices.Repeat([]float64{math.NaN()}, max(0, r.last-r.first+1))
}

// of is the series of some communes together: a quarter in which one is not known is not known of all.
func (r *rollout) of(communes []int) (connectable, premises []float64) {
	connectable, premises = r.nothing(), r.nothing()
	for k, i := range communes {
		if r.connectable[i] == nil {
			return r.nothing(), r.nothing()
		}
		for step := range connectable {
			if k == 0 {
				connectable[step], premises[step] = 0, 0
			}
			connectable[step] += r.connectable[i][step]
			premises[step] += r.premises[i][step]
		}
	}
	return connectable, premises
}

const year = 4 // quarters

// pace is how many premises came in the last four quarters, and when there would be none left at the paces of the past.
func (w *weighing) pace(ctx context.Context) error {
	r, err := w.rollout(ctx, w.sheet)
	if err != nil {
		return err
	}
	gained := w.number("thd_rythme_4t")
	for i := range w.keys {
		connectable, premises := r.of([]int{i})
		if n := len(connectable); n > year {
			gained[i] = connectable[n-1] - connectable[n-1-year]
		}
		w.project(i, r, connectable, premises)
	}
	return nil
}

// project writes when nothing would be left, in quarters from the last and as quarters; or why not.
func (s *sheet) project(i int, r *rollout, connectable, premises []float64) {
	if n := len(connectable); n == 0 || math.IsNaN(connectable[n-1]+premises[n-1]) {
		s.text("thd_fin_motif")[i] = "manquant"
		return
	}
	p := balance.Project(connectable, premises)
	s.text("thd_fin_motif")[i] = p.Reason
	s.number("thd_fin_erreur")[i] = p.Error
	for _, end := range []struct {
		quarter, steps string
		value          float64
	}{
		{"thd_fin_tot", "thd_fin_trimestres_bas", p.Fast}, {"thd_fin", "thd_fin_trimestres", p.Recent}, {"thd_fin_tard", "thd_fin_trimestres_haut", p.Slow},
	} {
		s.number(end.steps)[i] = end.value
		s.text(end.quarter)[i] = ""
		if !math.IsNaN(end.value) {
			s.text(end.quarter)[i] = quarterText(r.last + int(math.Ceil(end.value)))
		}
	}
}

// quarterText is how data write a quarter: 2026T2.
func quarterText(quarter int) string {
	return strconv.Itoa(quarter/4) + "T" + strconv.Itoa(quarter%4+1)
}
