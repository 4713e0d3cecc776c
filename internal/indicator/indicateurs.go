package indicator

import (
	"context"
	"math"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

const longVersion = "1.0.0"

// longParameters is what a descriptor says of the long table.
type longParameters struct {
	Least float64 `json:"couverture_minimum"`  // % of the people of a territory who must be counted
	Alike int     `json:"comparables_minimum"` // communes that must be alike, and known, for one to have a place among them
}

func (c *computation) longParameters() (p longParameters, err error) {
	if err := c.parameters(&p); err != nil {
		return p, err
	}
	if !(p.Least >= 0 && p.Least <= 100) {
		return p, c.wrong("couverture_minimum", "from 0 to 100")
	}
	if p.Alike < 1 {
		return p, c.wrong("comparables_minimum", "at least one commune")
	}
	return p, nil
}

// listing is the long table on its way, one indicator at a time: what is in memory is a few columns of communes.
type listing struct {
	*computation
	p        longParameters
	communes *sheet // names, people, and which are alike
	areas    []area
	periods  map[string]string
}

// computeLong makes "indicateurs": a row for each indicator, territory and period.
func computeLong(ctx context.Context, c *computation) error {
	p, err := c.longParameters()
	if err != nil {
		return err
	}
	l := &listing{computation: c, p: p, periods: map[string]string{}}
	if l.communes, err = c.byCommune(ctx, "nom", "population", "comparables", "effet_bord", "voisins_connus", "offre_partielle", fewColumn, allButColumn); err != nil {
		return err
	}
	if l.areas, err = c.areas(ctx, l.communes); err != nil {
		return err
	}
	all := Definitions()
	for i := range all {
		if err := l.list(ctx, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// list sends the rows of an indicator, level by level.
func (l *listing) list(ctx context.Context, d *Definition) error {
	period, err := l.period(ctx, d.Columns.Period)
	if err != nil {
		return err
	}
	of, err := l.read(ctx, d)
	if err != nil {
		return err
	}
	for _, level := range d.Levels {
		values := of.communes
		switch {
		case level == Commune:
		case of.derived:
			values = l.derive(of, level)
		default:
			if values, err = l.published(ctx, d, level); err != nil {
				return err
			}
		}
		for i := range values {
			if err := l.write(d, level, period, &values[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// undated is the period of what its source does not date.
const undated = "non_datee"

// period is the greatest value of a column, named dataset.column.
func (l *listing) period(ctx context.Context, column string) (string, error) {
	name, of, dated := strings.Cut(column, ".")
	if !dated {
		return undated, nil
	}
	if known, there := l.periods[column]; there {
		return known, nil
	}
	t, err := l.table(ctx, name, dataset.Query{}, of)
	if err != nil {
		return "", err
	}
	last := ""
	for i := range t.rows {
		last = max(last, t.value(i, of).String())
	}
	if last == "" {
		last = undated
	}
	l.periods[column] = last
	return last, nil
}

// value is that of an indicator in a territory. NaN and "" are null.
type value struct {
	code, name                 string
	is, numerator, denominator float64
	low, high                  float64
	flag, reason               string
	alike                      string
	rank, among                int // 0 for none
}

func (l *listing) write(d *Definition, level Level, period string, v *value) error {
	r := l.row()
	for column, text := range map[string]string{
		"indicateur": d.Code, "niveau": string(level), "territoire": v.code, "periode": period, "nom": v.name, "cog": l.d.Publication.COG,
		"drapeau": v.flag, "motif": v.reason, "comparables": v.alike,
	} {
		if text != "" {
			r.set(column, schema.Text(text))
		}
	}
	for column, x := range map[string]float64{"valeur": v.is, "numerateur": v.numerator, "denominateur": v.denominator, "borne_basse": v.low, "borne_haute": v.high} {
		r.set(column, schema.Float(x))
	}
	if v.rank > 0 {
		r.set("rang", schema.Int(int64(v.rank)))
		r.set("rang_sur", schema.Int(int64(v.among)))
	}
	return r.send()
}

// nothing is a value that is not known.
var nothing = value{is: math.NaN(), numerator: math.NaN(), denominator: math.NaN(), low: math.NaN(), high: math.NaN()}
