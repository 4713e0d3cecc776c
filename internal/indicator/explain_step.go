package indicator

import (
	"context"
	"math"

	"maille/internal/dataset"
	"maille/internal/release"
)

// Step is one step of the computation, from rows to a result.
type Step struct {
	ID         string      `json:"id"`
	Title      string      `json:"title"`
	Formula    string      `json:"formula"`
	Note       string      `json:"note,omitempty"`
	Parameters []Parameter `json:"parameters,omitempty"`
	Tables     []*Listing  `json:"tables,omitempty"`
	Results    []Result    `json:"results,omitempty"`
}

// Parameter is what the method was told.
type Parameter struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	Value any    `json:"value"`
	Upto  any    `json:"upto,omitempty"` // cost to which a weight goes, that cost included
	Unit  string `json:"unit,omitempty"`
}

// Result is a number that a step gives; nil where it cannot be.
type Result struct {
	Name     string   `json:"name"`
	Value    *float64 `json:"value"`
	Unit     string   `json:"unit,omitempty"`
	Computed string   `json:"computed,omitempty"` // the formula with the numbers in it
}

// explaining is an explanation at work.
type explaining struct {
	*Source
	x     *Explanation
	def   Definition
	at    Territory
	m     *release.Manifest
	value float64 // that was published; NaN for null
	few   bool    // the rows give a number that is of too few people to be told
}

// explainer adds the steps that lead to a value, and gives it.
type explainer func(ctx context.Context, e *explaining) (float64, error)

// step begins a step: its title and its formula are texts, by its id.
func (e *explaining) step(id string, pairs ...any) *Step {
	s := &Step{ID: id, Title: explained.Say("step."+id, pairs...), Formula: explained.Say("formula."+id, pairs...)}
	e.x.Steps = append(e.x.Steps, s)
	return s
}

// list shows a table in a step, as far as there is room.
func (e *explaining) list(s *Step, t *Listing) {
	shown := *t
	shown.Rows = t.Rows[:min(len(t.Rows), e.x.room)]
	e.x.room -= len(shown.Rows)
	s.Tables = append(s.Tables, &shown)
}

func (s *Step) result(name string, x float64, unit, computed string) {
	s.Results = append(s.Results, Result{Name: name, Value: finite(x), Unit: unit, Computed: computed})
}

func (s *Step) parameter(name string, value any, unit string) {
	s.Parameters = append(s.Parameters, Parameter{Name: name, Title: explained.Say("parameter." + name), Value: value, Unit: unit})
}

// known is a number that a document may hold; nil for null.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func equals(pairs ...string) (all []dataset.Equal) {
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, dataset.Equal{Column: pairs[i], Value: pairs[i+1]})
	}
	return all
}
