package indicator

import (
	"context"
	"encoding/json"
	"math"
)

// wide is the dataset that has the columns of a commune.
const wideTable = "equilibre-communes"

// explainRatio is for what a numerator and a denominator make, in a commune or over those of a territory: sums are divided, ratios are
// never averaged.
func explainRatio(ctx context.Context, e *explaining) (float64, error) {
	if e.at.Level == Commune {
		if err := e.trace(ctx); err != nil {
			return 0, err
		}
	}
	c := e.def.Columns
	columns := []string{"nom", "population", c.Numerator}
	if c.Denominator != "population" {
		columns = append(columns, c.Denominator)
	}
	t, err := e.chosen(ctx, wideTable, append(columns, fewColumn, allButColumn)...)
	if err != nil {
		return 0, err
	}
	t.mark()
	n, d := sumsOf(t, c.Numerator, c.Denominator)
	id := "ratio"
	if e.at.Level != Commune {
		id = "sums"
	}
	s := e.step(id, "scale", e.scaling(), "numerator", c.Numerator, "denominator", c.Denominator)
	t.sayTaken(s)
	e.list(s, t)
	value := e.ifCovered(t, c.Numerator, e.scaled()*n/d)
	if d == 0 {
		value = math.NaN()
	}
	s.result(c.Numerator, n, t.unit(c.Numerator), "")
	s.result(c.Denominator, d, t.unit(c.Denominator), "")
	s.result(e.def.Code, value, e.def.Unit, e.division(n, d, value))
	e.x.Formula = e.division(n, d, value)
	return value, nil
}

// sums are those of two columns over the rows where both are known, in the order of their keys; NaN without any.
func sumsOf(t *Listing, numerator, denominator string) (n, d float64) {
	some := false
	for i := range t.Rows {
		one, other := t.taken(i, numerator), t.taken(i, denominator)
		if !math.IsNaN(one) && !math.IsNaN(other) {
			n, d, some = n+one, d+other, true
		}
	}
	if !some {
		return math.NaN(), math.NaN()
	}
	return n, d
}

// scale is what the ratio is multiplied by.
func (e *explaining) scaled() float64 {
	if e.def.Columns.Scale == 0 {
		return 1
	}
	return e.def.Columns.Scale
}

// division is the formula of a ratio with its numbers: 100 × 2063 / 2932 = 70,36.
func (e *explaining) division(n, d, value float64) string {
	said := explained.Say("null")
	if !math.IsNaN(value) {
		said = figure(value, e.def.Decimals)
	}
	return e.scaling() + written(n) + " / " + written(d) + " = " + said
}

// ifCovered is a value above communes, NaN where those that are known have too few of the people: parameter couverture_minimum of the long table.
func (e *explaining) ifCovered(t *Listing, column string, value float64) float64 {
	var p struct {
		Least float64 `json:"couverture_minimum"`
	}
	d := e.Dataset(LongTable)
	if e.at.Level == Commune || d == nil || d.Computed == nil || json.Unmarshal(d.Computed.Parameters, &p) != nil {
		return value
	}
	known, all := 0.0, 0.0
	for i := range t.Rows {
		if people := t.number(i, "population"); !math.IsNaN(people) {
			all += people
			if !t.At(i, column).IsNull() || !math.IsNaN(t.taken(i, column)) {
				known += people
			}
		}
	}
	if 100*known < p.Least*all {
		return math.NaN()
	}
	return value
}
