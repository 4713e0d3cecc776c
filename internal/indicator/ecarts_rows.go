package indicator

import (
	_ "embed"
	"fmt"
	"iter"
	"math"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// Told is an answer as people and programs get it.
type Told struct {
	Sentence string   // that may be quoted
	Notes    []string // what is not known, and from where distances are measured
	Limits   []string // to know before it is used
	Figures  any      // the numbers of the sentences, for programs
	Used     []string // datasets
	*Answer
}

// Answer is a dataset that a request makes: rows in an order, and how they are described.
type Answer struct {
	Dataset *dataset.Dataset
	Rows    []*dataset.Feature
}

// Features gives the rows as those of a version are given.
func (a *Answer) Features() iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		for _, f := range a.Rows {
			if !yield(f, nil) {
				return
			}
		}
	}
}

//go:embed ecarts.schema.json
var gapsSchema []byte

// descriptor is that of a dataset that a request makes, beside its schema.
const descriptor = `{"name":%q,"title":%q,"publication":{"key":[%q],"title":"nom","commune":"code_insee","geometry":{"type":%q}}}`

// answered makes the dataset of an answer.
func answered(name, key, geometry string, schemaText []byte) *Answer {
	d, err := dataset.Restore(fmt.Appendf(nil, descriptor, name, words.Say("answer."+name), key, geometry), schemaText)
	if err != nil {
		panic(err) // embedded, and held by a test
	}
	return &Answer{Dataset: d}
}

// add begins a row.
func (a *Answer) add() *answerRow {
	r := &answerRow{a.Dataset.Schema, &dataset.Feature{Ord: int64(len(a.Rows) + 1), Values: make([]schema.Value, len(a.Dataset.Schema.Columns))}}
	a.Rows = append(a.Rows, r.f)
	return r
}

// answerRow is a row on its way, by the names of its columns.
type answerRow struct {
	s *schema.Schema
	f *dataset.Feature
}

func (r *answerRow) set(column string, v schema.Value) { r.f.Values[r.s.Index(column)] = v }

// text sets a text; "" is null.
func (r *answerRow) text(column, text string) {
	if text != "" {
		r.set(column, schema.Text(text))
	}
}

// number sets a number to so many decimals; one that is not finite is null.
func (r *answerRow) number(column string, x float64, decimals int) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return
	}
	if scale := math.Pow10(decimals); r.s.Column(column).Type == schema.Integer {
		r.set(column, schema.Int(int64(math.Round(x))))
	} else {
		r.set(column, schema.Float(math.Round(x*scale)/scale))
	}
}

func (r *answerRow) truth(column string, t truth) {
	if t != unknown {
		r.set(column, schema.Bool(t == yes))
	}
}

// commune sets what rows of communes have in common.
func (r *answerRow) commune(communes *table, i int) {
	for _, column := range []string{"code_insee", "nom", "code_epci", "nom_epci", "code_departement"} {
		r.text(column, communes.text(i, column))
	}
}

// Answer is the communes that were found, and what the conditions are on.
func (g *Gaps) Answer() *Answer {
	a := answered("ecarts", "code_insee", "MultiPolygon", gapsSchema)
	for _, i := range g.found {
		r := a.add()
		r.commune(g.facts.communes, i)
		r.number("population", g.facts.population(i), 0)
		g.rateRow(r, i)
		g.distanceRow(r, i)
		r.truth("sous_dote", g.facts.balance.truth(i, "sous_dote"))
		r.truth("double_peine", g.facts.balance.truth(i, "double_peine"))
		r.text("quadrant", g.facts.balance.text(i, "quadrant"))
	}
	return a
}

func (g *Gaps) rateRow(r *answerRow, i int) {
	m, rates := string(g.Measure), g.facts.rates
	if rates == nil {
		return
	}
	r.text("mesure", m)
	r.text("trimestre", rates.text(i, "trimestre"))
	r.number("taux", rates.number(i, m+"_taux"), 2)
	r.number("locaux_raccordables", rates.number(i, m+"_ftth"), 0)
	r.number("locaux", rates.number(i, m+"_locaux"), 0)
	r.text("drapeau_taux", rates.text(i, m+"_drapeau"))
}

func (g *Gaps) distanceRow(r *answerRow, i int) {
	f, t := g.facts, g.Trip
	metres := f.distance(i, t)
	if math.IsNaN(metres) {
		r.text("drapeau_distance", f.whyFar(i, t))
		return
	}
	r.text("depuis", string(t.From))
	r.text("offre", t.Offer.code())
	r.text("ligne", lineCode(t.Straight))
	r.number("distance", metres, 3)
	id, title := f.place(i, t)
	r.text("lieu_proche", id)
	r.text("lieu_proche_nom", title)
	r.truth("limite_plus_proche", truthOf(f.uncertain(i, t)))
	r.text("drapeau_distance", f.flagged(i, t))
}

// place is the nearest one, where what was read says it: tables name the place that is nearest to where people live, of all places.
func (f *facts) place(i int, t Trip) (id, title string) {
	switch {
	case f.reached != nil && f.column(t) == "":
		return f.reached[i].id, f.reached[i].title
	case t.From == FromPeople && t.Offer.IsAny():
		return f.access.text(i, "lieu_proche"), f.access.text(i, "lieu_proche_nom")
	}
	return "", ""
}

// flagged is the flag that goes with a distance.
func (f *facts) flagged(i int, t Trip) string {
	switch {
	case f.column(t) == "":
		return "ok"
	case t.Offer.Slug != "":
		return f.offers.text(i, "drapeau")
	}
	return f.access.text(i, "drapeau")
}

// code is how a column writes an offer; "" for all places.
func (o Offer) code() string {
	if o.OutOfHours {
		return "hors-bureau"
	}
	return o.Slug
}

func lineCode(straight bool) string {
	if straight {
		return "vol"
	}
	return "route"
}
