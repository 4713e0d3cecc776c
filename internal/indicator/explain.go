package indicator

import (
	"cmp"
	"context"
	_ "embed"
	"slices"

	"maille/internal/fault"
	"maille/internal/release"
)

//go:embed explain.fr.json
var explainFR []byte

// explained are the words of explanations, for people.
var explained = fault.MustTexts(explainFR)

// Explanation says where a number comes from, enough for someone to compute it again by hand from the rows of a release.
type Explanation struct {
	Release     string             `json:"release"`
	Indicator   Definition         `json:"indicator"`
	Territory   ExplainedTerritory `json:"territory"`
	Period      string             `json:"period,omitempty"`
	Value       *float64           `json:"value"`
	Numerator   *float64           `json:"numerator"`
	Denominator *float64           `json:"denominator"`
	Low         *float64           `json:"low"`
	High        *float64           `json:"high"`
	Flag        string             `json:"flag"`
	Reason      string             `json:"reason,omitempty"`
	Formula     string             `json:"formula"`   // with the numbers in it
	Published   *Listing           `json:"published"` // the row of the long table
	Steps       []*Step            `json:"steps"`
	Check       Recount            `json:"check"`
	Methods     []Method           `json:"methods"`
	Sources     []Origin           `json:"sources"`
	Code        string             `json:"code"` // version of the program that published
	Permanent   string             `json:"permanent,omitempty"`

	room int // rows that may still be listed
}

// Place is the territory as answers name it.
type ExplainedTerritory struct {
	Level Level  `json:"level"`
	Code  string `json:"code"`
	Name  string `json:"name"`
	Text  string `json:"text"` // as addresses write it
}

// Recount compares the number that was published with the one that the rows of the explanation give.
type Recount struct {
	Recomputed *float64 `json:"recomputed"`
	Agrees     bool     `json:"agrees"`
	Sentence   string   `json:"sentence"`
}

// Method is what made a dataset that the number went through.
type Method struct {
	Dataset    string `json:"dataset"`
	Title      string `json:"title"`
	Version    string `json:"version"`
	By         string `json:"by"` // method of this program, or the name of an SQL file
	Method     string `json:"method,omitempty"`
	Seed       uint64 `json:"seed,omitempty"`
	Parameters any    `json:"parameters,omitempty"`
}

// Shown are the datasets whose rows explanations read.
var Shown = []string{LongTable, wideTable, offersTable, "couverture-thd", seriesTable, "couverture-thd-communes", "communes", "epci", "departements", "regions",
	"perimetres", "perimetres-composition", "communes-passages", "communes-points", "communes-voisines", accessTable, cellsTable, places, bordering, "matrice-couts",
	"labels-villes-internet", "contexte-communes"}

// MostRows is how many rows an explanation lists in all its tables: more than France has communes. Of a table that is cut Total says how
// many rows there are, and what was summed is of all of them.
const MostRows = 50_000

// Explain says where the value of an indicator in a territory comes from, at a period; the last one where none is said. The source must
// have the datasets of the manifest.
func Explain(ctx context.Context, s *Source, m *release.Manifest, code, territory, period string) (x *Explanation, err error) {
	defer fault.Wrap(&err, "indicator.Explain %s %s", code, territory)
	def, err := definitionOf(code)
	if err != nil {
		return nil, err
	}
	at, err := s.placed(ctx, territory)
	if err != nil {
		return nil, err
	}
	e := &explaining{Source: s, def: def, at: at, m: m, x: &Explanation{Release: m.Release, Indicator: def, Code: m.Code, room: MostRows}}
	if err := e.published(ctx, period); err != nil {
		return nil, err
	}
	explain := explainerOf(def)
	if explain == nil {
		return nil, fault.New(fault.Internal, "nothing explains %s", code).About("indicateur")
	}
	again, err := explain(ctx, e)
	if err != nil {
		return nil, err
	}
	e.check(again)
	e.lineage(m)
	return e.x, nil
}

// definitionOf finds an indicator by its code.
func definitionOf(code string) (Definition, error) {
	all := Definitions()
	if i := slices.IndexFunc(all, func(d Definition) bool { return d.Code == code }); i >= 0 {
		return all[i], nil
	}
	codes := make([]string, len(all))
	for i, d := range all {
		codes[i] = d.Code
	}
	return Definition{}, fault.New(fault.NotFound, "no indicator is named %s%s", quoted(code), meant(code, codes)).About("indicateur")
}

// Link says where each row is that is one of a dataset.
func (x *Explanation) Link(at func(dataset, id string) string) {
	tables := []*Listing{x.Published}
	for _, s := range x.Steps {
		tables = append(tables, s.Tables...)
	}
	for _, t := range tables {
		for i := range t.Rows {
			if t.Rows[i].made {
				continue
			}
			t.Rows[i].Href = at(cmp.Or(t.Rows[i].Dataset, t.Dataset), t.Rows[i].ID)
		}
	}
}
