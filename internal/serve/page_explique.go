package serve

import (
	"context"
	"net/http"

	"maille/internal/dataset"
	"maille/internal/indicator"
	"maille/internal/schema"
)

// ExplanationPage is where a number comes from.
type ExplanationPage struct {
	*indicator.Explanation
	Steps     []ExplainedStep
	Published *ExplainedRows
	JSON      string
	Ask       ExplanationsPage // the form, filled in
}

// ExplainedStep is a step with its tables as people read them.
type ExplainedStep struct {
	*indicator.Step
	Tables []*ExplainedRows
}

// ExplainedRows are the first rows of a table.
type ExplainedRows struct {
	Title    string // of the dataset
	Dataset  string
	Href     string // of the collection
	Headings []Field
	Rows     []ExplainedRow
	More     int // rows that the page does not show
}

// ExplainedRow is a row; Href leads to it in the release.
type ExplainedRow struct {
	ID, Href string
	Cells    []FieldValue
}

// ExplanationsPage is what can be explained.
type ExplanationsPage struct {
	Action     string
	Indicators []indicator.Definition
	Indicator  string // that was asked; "" for none
	Territory  string
}

// shownLines is how many rows of a table a page of an explanation shows: all are in its JSON.
const shownLines = 12

func (s *Server) explanationPage(w http.ResponseWriter, r *request, asked explained) error {
	return s.show(w, r, s.explains(r, asked), func(ctx context.Context) (*Page, error) {
		x, err := s.explanation(ctx, r, asked)
		if err != nil {
			return nil, err
		}
		p := s.page(r, "explanation", x.Indicator.Title+" : "+x.Territory.Name, "/explique?"+asked.query())
		p.Trail = append(p.Trail, Crumb{Kind: "explanations", Href: r.base + "/explique"})
		body := &ExplanationPage{Explanation: x, JSON: r.base + "/explique?" + asked.query() + "&f=json",
			Ask: ExplanationsPage{Action: r.base + "/explique", Indicators: indicator.Definitions(), Indicator: asked.indicator, Territory: asked.territory}}
		p.Alternates = []link{{body.JSON, relAlternate, mediaJSON, offerJSON.title()}}
		body.Published = r.explainedRows(x.Published)
		for _, step := range x.Steps {
			one := ExplainedStep{Step: step}
			for _, t := range step.Tables {
				one.Tables = append(one.Tables, r.explainedRows(t))
			}
			body.Steps = append(body.Steps, one)
		}
		p.Body = body
		return p, nil
	})
}

func (s *Server) explanationsPage(w http.ResponseWriter, r *request, asked explained) error {
	return s.show(w, r, []string{"explanations"}, func(context.Context) (*Page, error) {
		p := s.page(r, "explanations", "", "/explique", offerJSON)
		p.Body = &ExplanationsPage{Action: r.base + "/explique", Indicators: indicator.Definitions(), Territory: asked.territory}
		return p, nil
	})
}

// explainedRows are the first rows of a table, as cells.
func (r *request) explainedRows(t *indicator.Listing) *ExplainedRows {
	d := r.datasets[t.Dataset]
	rows := &ExplainedRows{Title: d.Title, Dataset: t.Dataset, Href: r.base + "/collections/" + t.Dataset, More: t.Total - min(len(t.Rows), shownLines)}
	for _, h := range t.Columns {
		rows.Headings = append(rows.Headings, fieldOf(d, h))
	}
	for k, line := range t.Rows[:min(len(t.Rows), shownLines)] {
		row := ExplainedRow{ID: line.ID, Href: line.Href}
		for i, field := range rows.Headings {
			row.Cells = append(row.Cells, FieldValue{Field: field, Value: t.Cell(k, i)})
		}
		rows.Rows = append(rows.Rows, row)
	}
	return rows
}

// fieldOf is a column of a dataset, or one that the explanation works out.
func fieldOf(d *dataset.Dataset, h indicator.Heading) Field {
	if c := d.Schema.Column(h.Name); c != nil && !h.Computed {
		return Field{Column: c}
	}
	return Field{Column: &schema.Column{Name: h.Name, Title: h.Title, Unit: h.Unit, Type: schema.Number}}
}
