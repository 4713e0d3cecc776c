package indicator

import (
	"context"
	"math"
	"strconv"

	"maille/internal/balance"
	"maille/internal/dataset"
)

// quarters is how premises came, quarter by quarter, in the communes of a territory; NaN is what is not known of some.
type quarters struct {
	first                 int // quarters since year 0
	connectable, premises []float64
}

// quarterOf is a quarter as a number: 2026T2; -1 for what is none.
func quarterOf(text string) int {
	if len(text) != 6 || text[4] != 'T' {
		return -1
	}
	year, err := strconv.Atoi(text[:4])
	if err != nil || text[5] < '1' || text[5] > '4' {
		return -1
	}
	return 4*year + int(text[5]-'1')
}

// quarters reads the series of a territory since its last break, and lists its rows in a step. A commune that was divided since counts as not
// known.
func (e *explaining) quarters(ctx context.Context) (*quarters, error) {
	own, err := e.chosen(ctx, wideTable, "thd_locaux")
	if err != nil {
		return nil, err
	}
	ours := map[string]bool{}
	for i := range own.Rows {
		ours[own.At(i, "code_insee").Text()] = true
	}
	where := equals("mesure", cartefibre)
	all, err := e.lifetime(ctx, where)
	if err != nil || all.last < 0 {
		return &quarters{}, err
	}
	if e.at.Level == Commune {
		where = append(where, equals("code_insee", e.at.Code)...)
	}
	t, err := e.read(ctx, seriesTable, dataset.Query{Equal: where}, "locaux_raccordables", "locaux_estimation", "drapeau", "rupture")
	if err != nil {
		return nil, err
	}
	t.keep(func(r Line) bool {
		return ours[t.cell(r, "code_insee")] && all.compares(t.cell(r, "trimestre"), t.cell(r, "drapeau"))
	})
	s := e.step("quarters")
	s.parameter("communes", len(ours), "")
	s.parameter("last", quarterText(all.last), "")
	e.list(s, t)
	return t.byQuarter(len(ours), all.start(), all.last), nil
}

// seriesTable is the dataset of coverage on the communes of today.
const seriesTable = "couverture-thd-series"

// lifetime is that of the series of all communes, as it is where the projection is computed.
func (e *explaining) lifetime(ctx context.Context, where []dataset.Equal) (all lifetime, err error) {
	d := e.Dataset(seriesTable)
	if d == nil {
		return all, noDataset(seriesTable)
	}
	quarter, broken := d.Schema.Index("trimestre"), d.Schema.Index("rupture")
	all = noQuarter
	for f, err := range e.Features(ctx, seriesTable, dataset.Query{Equal: where, Columns: rising([]int{quarter, broken})}) {
		if err != nil {
			return all, err
		}
		all.add(f.Values[quarter].Text(), f.Values[broken].Text())
	}
	return all, nil
}

// byQuarter sums the rows of each quarter, from the first that compares to the last that anyone has; one that some commune does not have is
// not known.
func (t *Listing) byQuarter(communes, first, last int) *quarters {
	q := &quarters{first: first}
	rows := make([]int, last-q.first+1)
	q.connectable, q.premises = make([]float64, len(rows)), make([]float64, len(rows))
	for i := range t.Rows {
		at := quarterOf(t.At(i, "trimestre").Text()) - q.first
		rows[at]++
		q.connectable[at] += t.number(i, "locaux_raccordables")
		q.premises[at] += t.number(i, "locaux_estimation")
	}
	for at := range rows {
		if rows[at] != communes {
			q.connectable[at], q.premises[at] = math.NaN(), math.NaN()
		}
	}
	return q
}

// explainProjection is for when nothing would be left at the pace of the last quarters.
func explainProjection(ctx context.Context, e *explaining) (float64, error) {
	q, err := e.quarters(ctx)
	if err != nil {
		return 0, err
	}
	s := e.step("projection")
	n := len(q.connectable)
	if n == 0 || math.IsNaN(q.connectable[n-1]+q.premises[n-1]) {
		s.result(e.def.Code, math.NaN(), "trimestres", "")
		return math.NaN(), nil
	}
	p := balance.Project(q.connectable, q.premises)
	if p.Reason != "" {
		s.Note = explained.Say("projection." + p.Reason)
	}
	left := q.premises[n-1] - q.connectable[n-1]
	s.result("locaux_restants", left, "locaux", "")
	s.result("gain_median_4t", left/p.Recent, "locaux", "")
	s.result("gain_quartile_haut_8t", left/p.Fast, "locaux", "")
	s.result("gain_quartile_bas_8t", left/p.Slow, "locaux", "")
	for _, r := range []struct {
		name  string
		value float64
	}{{"tot", p.Fast}, {e.def.Code, p.Recent}, {"tard", p.Slow}, {"erreur", p.Error}} {
		s.result(r.name, r.value, "trimestres", "")
	}
	return p.Recent, nil
}

// explainPace is for what came in four quarters.
func explainPace(ctx context.Context, e *explaining) (float64, error) {
	if e.at.Level != Commune {
		return explainSum(ctx, e)
	}
	q, err := e.quarters(ctx)
	if err != nil {
		return 0, err
	}
	s := e.step("pace")
	n := len(q.connectable)
	value := math.NaN()
	if n > 4 {
		value = q.connectable[n-1] - q.connectable[n-5]
	}
	s.result(e.def.Code, value, e.def.Unit, "")
	return value, nil
}

// explainLeft is for the premises that are left in a commune.
func explainLeft(ctx context.Context, e *explaining) (float64, error) {
	if e.at.Level != Commune {
		return explainSum(ctx, e)
	}
	if err := e.trace(ctx); err != nil {
		return 0, err
	}
	t, err := e.chosen(ctx, wideTable, "nom", "thd_locaux", "thd_raccordables")
	if err != nil || len(t.Rows) == 0 {
		return math.NaN(), err
	}
	s := e.step("left")
	e.list(s, t)
	premises, connectable := t.number(0, "thd_locaux"), t.number(0, "thd_raccordables")
	value := premises - connectable
	if value < 0 {
		value = 0
	}
	e.x.Formula = "max(0, " + written(premises) + " − " + written(connectable) + ") = " + written(value)
	s.result(e.def.Code, value, e.def.Unit, e.x.Formula)
	return value, nil
}
