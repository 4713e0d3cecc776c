package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// publishedColumns are what the long table says of a value.
var publishedColumns = []string{"indicateur", "niveau", "territoire", "periode", "nom", "valeur", "numerateur", "denominateur", "borne_basse", "borne_haute", "drapeau", "motif"}

// LongTable is the dataset that has the value of each indicator in each territory.
const LongTable = "indicateurs"

// published finds the row that is to be explained: that of the period, or of the last one.
func (e *explaining) published(ctx context.Context, period string) error {
	pairs := []string{"indicateur", e.def.Code, "niveau", string(e.at.Level)}
	if e.at.Level != Instance {
		pairs = append(pairs, "territoire", e.at.Code)
	}
	t, err := e.read(ctx, LongTable, dataset.Query{Equal: equals(pairs...)}, publishedColumns...)
	if err != nil {
		return err
	}
	t.sort(func(a, b Line) int { return cmp.Compare(t.cell(a, "periode"), t.cell(b, "periode")) })
	periods := make([]string, len(t.Rows))
	for i := range t.Rows {
		periods[i] = t.At(i, "periode").Text()
	}
	at := len(periods) - 1
	if period != "" {
		at = slices.Index(periods, period)
	}
	switch {
	case len(periods) == 0:
		return fault.New(fault.NotFound, "%s has no value of %s: it is measured at the levels %s", e.at.called(), e.def.Code, strings.Join(levelNames(e.def), ", ")).About("territoire")
	case at < 0:
		return fault.New(fault.NotFound, "%s of %s is not known at the period %s; it is at %s", e.def.Code, e.at.called(), quoted(period), strings.Join(periods, ", ")).About("periode")
	}
	t.Rows, t.Total = t.Rows[at:at+1], 1
	e.said(t)
	return nil
}

// said puts what was published in the explanation.
func (e *explaining) said(t *Listing) {
	x := e.x
	x.Published = t
	x.Territory = ExplainedTerritory{e.at.Level, e.at.Code, cmp.Or(e.at.Name, t.At(0, "nom").Text()), e.at.String()}
	x.Period, x.Flag, x.Reason = t.At(0, "periode").Text(), t.At(0, "drapeau").Text(), t.At(0, "motif").Text()
	e.value = t.number(0, "valeur")
	x.Value, x.Numerator, x.Denominator = finite(e.value), finite(t.number(0, "numerateur")), finite(t.number(0, "denominateur"))
	x.Low, x.High = finite(t.number(0, "borne_basse")), finite(t.number(0, "borne_haute"))
}

// cell is the text of a cell of a row.
func (t *Listing) cell(r Line, column string) string {
	return r.Values[slices.IndexFunc(t.Columns, func(c Heading) bool { return c.Name == column })].String()
}

func levelNames(def Definition) (names []string) {
	for _, l := range def.Levels {
		names = append(names, string(l))
	}
	return names
}

// called is the territory in a sentence.
func (t Territory) called() string {
	switch {
	case t.Level == Instance:
		return "the whole instance"
	case t.Name == "":
		return t.String()
	}
	return t.Name + " (" + t.String() + ")"
}

// check compares what the rows give with what was published. It is said in any case, and loudly when they differ.
func (e *explaining) check(again float64) {
	c := &e.x.Check
	c.Recomputed = finite(again)
	c.Agrees = agree(again, e.value)
	id := "check.agrees"
	switch {
	case !c.Agrees:
		id = "check.differs"
	case math.IsNaN(again) && e.few:
		id = "check.few"
	case math.IsNaN(again):
		id = "check.null"
	case again != e.value:
		id = "check.close"
	}
	say := func(x float64) string {
		if math.IsNaN(x) {
			return explained.Say("null")
		}
		if c.Agrees {
			return withUnit(x, e.def.Decimals, e.def.Unit)
		}
		return figure(digits(x, 12), -1)
	}
	c.Sentence = explained.Say(id, "recomputed", say(again), "published", say(e.value), "indicator", e.def.Code, "few", FewPeople)
}

// same says whether two numbers are one, but for the last digits of sums made in another order. Null is null only.
func agree(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return math.Abs(a-b) <= 1e-9*math.Max(1, math.Max(math.Abs(a), math.Abs(b)))
}
