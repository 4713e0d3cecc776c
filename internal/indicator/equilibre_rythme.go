package indicator

import (
	"context"
	"math"
	"slices"
	"strconv"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/fault"
)

// rollout is how premises came in each commune, quarter by quarter, since the last break of the series. NaN is what is not known, or is
// not comparable because a commune was divided since.
type rollout struct {
	first, last           int         // as quarterOf has them
	connectable, premises [][]float64 // by commune
}

const (
	cartefibre = "cartefibre_ftth"
	wasDivided = "serie_rompue" // the commune was, since the quarter
)

// lifetime is the quarters of a series: the first and the last that any commune has, and the last break of its sources.
type lifetime struct{ first, last, broken int }

var noQuarter = lifetime{math.MaxInt, -1, -1}

func (s *lifetime) add(trimestre, rupture string) {
	quarter := quarterOf(trimestre)
	s.first, s.last = min(s.first, quarter), max(s.last, quarter)
	if rupture != "" {
		s.broken = max(s.broken, quarter)
	}
}

// start is the quarter from which the series compares with its last.
func (s *lifetime) start() int { return max(s.first, s.broken) }

// compares says whether a row is of the series since then, and of a commune that was not divided since.
func (s *lifetime) compares(trimestre, flag string) bool {
	return quarterOf(trimestre) >= s.start() && flag != wasDivided
}

// quarterCount is a row of the series on its way: as few bytes as it takes, there being over a million for France.
type quarterCount struct {
	commune, quarter      int32
	connectable, premises float64
}

// rollout reads the series of the communes of a sheet.
func (s *Source) rollout(ctx context.Context, communes *sheet) (*rollout, error) {
	rows, all, err := s.series(ctx, communes)
	if err != nil {
		return nil, err
	}
	r := &rollout{first: all.start(), last: all.last}
	r.connectable, r.premises = make([][]float64, len(communes.keys)), make([][]float64, len(communes.keys))
	for _, c := range rows {
		if step := int(c.quarter) - r.first; step >= 0 {
			r.set(int(c.commune), step, c.connectable, c.premises)
		}
	}
	return r, nil
}

// series are the rows of the communes of a sheet, but those of communes that were divided since; and what quarters there are of any.
func (s *Source) series(ctx context.Context, communes *sheet) (rows []quarterCount, all lifetime, err error) {
	const name = "couverture-thd-series"
	d := s.Dataset(name)
	if d == nil {
		return nil, all, fault.New(fault.NotFound, "there is no dataset %s here", name).About(name)
	}
	code, when, flag, broken := d.Schema.Index("code_insee"), d.Schema.Index("trimestre"), d.Schema.Index("drapeau"), d.Schema.Index("rupture")
	n, of := d.Schema.Index("locaux_raccordables"), d.Schema.Index("locaux_estimation")
	all = noQuarter
	q := dataset.Query{Equal: []dataset.Equal{{Column: "mesure", Value: cartefibre}}, Columns: rising([]int{code, when, flag, broken, n, of})}
	for f, err := range s.Features(ctx, name, q) {
		if err != nil {
			return nil, all, err
		}
		trimestre := f.Values[when].Text()
		all.add(trimestre, f.Values[broken].Text())
		if at, known := communes.at[f.Values[code].Text()]; known && f.Values[flag].Text() != wasDivided {
			rows = append(rows, quarterCount{int32(at), int32(quarterOf(trimestre)), amount(f.Values[n]), amount(f.Values[of])})
		}
	}
	return rows, all, nil
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
