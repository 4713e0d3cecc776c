package serve

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/indicator"
)

// MethodPage is how the numbers of a release are made.
type MethodPage struct {
	*indicator.Methodology
	Defined []MethodIndicator
	Titles  map[string]string // of indicators
	JSON    string
}

// MethodIndicator is an indicator and where its numbers are.
type MethodIndicator struct {
	indicator.Definition
	Links   []link          `json:"links"`
	Example string          `json:"-"` // address of an explanation, from that of the page
	Column  string          `json:"-"` // dataset#anchor; "" where the release has no such column
	Sources map[string]bool `json:"-"` // those that the release has
}

// methodJSON is the page, to programs.
type methodJSON struct {
	Release string `json:"release"`
	*indicator.Methodology
	Indicators []MethodIndicator `json:"indicators"`
	Links      []link            `json:"links"`
}

// method answers how numbers are made.
func (s *Server) method(w http.ResponseWriter, r *request) error {
	return s.either(r, offerJSON, func() error { return s.methodDocument(w, r) }, func() error { return s.methodPage(w, r) })
}

func (s *Server) methodDocument(w http.ResponseWriter, r *request) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: append([]string{"method"}, s.said(r)...),
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			m, defined, err := s.methods(ctx, r)
			if err != nil {
				return nil, err
			}
			at := r.base + "/methode"
			links := s.people([]link{{at, "self", mediaJSON, "This document"}}, at)
			return nil, writeJSON(w, methodJSON{r.manifest.Release, m, defined, append(links, s.citeLinks(r, nil, nil)...)})
		}})
}

func (s *Server) methodPage(w http.ResponseWriter, r *request) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, append([]string{"method"}, s.said(r)...), func(ctx context.Context) (*Page, error) {
		m, defined, err := s.methods(ctx, r)
		if err != nil {
			return nil, err
		}
		p := s.page(r, "method", "", "/methode", offerJSON)
		body := &MethodPage{Methodology: m, Defined: defined, Titles: map[string]string{}, JSON: r.base + "/methode?f=json"}
		for _, d := range m.Indicators {
			body.Titles[d.Code] = d.Title
		}
		p.Body, p.Links = body, s.linkHeader(r, nil, nil)
		return p, nil
	})
}

// methods makes what is shown, with the links of indicators.
func (s *Server) methods(ctx context.Context, r *request) (*indicator.Methodology, []MethodIndicator, error) {
	source := s.source(r)
	m, err := indicator.Methods(ctx, source, r.manifest, indicator.Definitions())
	if err != nil {
		return nil, nil, err
	}
	commune, err := source.Largest(ctx)
	if err != nil {
		return nil, nil, err
	}
	defined := make([]MethodIndicator, 0, len(m.Indicators))
	for _, d := range m.Indicators {
		one := MethodIndicator{Definition: d, Column: r.column(&d), Sources: map[string]bool{}}
		example := explained{indicator: d.Code}
		if slices.Contains(d.Levels, indicator.Commune) {
			example.territory = commune
		}
		one.Example = "explique?" + example.query()
		one.Links = []link{{r.base + "/explique?" + explained{indicator: d.Code}.query(), "item", mediaJSON, "Where its value comes from; add territoire="}}
		if table, _, ok := strings.Cut(one.Column, "#"); ok {
			one.Links = append(one.Links, link{r.base + "/collections/" + table, "collection", mediaJSON, "The collection that has its value"})
		}
		for _, name := range d.Sources {
			one.Sources[name] = r.datasets[name] != nil
		}
		defined = append(defined, one)
	}
	return m, defined, nil
}

// LeastKnown is the denominator under which there is no rank.
func (m *MethodIndicator) LeastKnown() *float64 { return &m.Least }

// column is where a page of a collection defines the column of an indicator; "" where the release has none.
func (r *request) column(d *indicator.Definition) string {
	tables := []string{"equilibre-communes", "equilibre-epci", "equilibre-departements"}
	if d.Columns.Table != "" {
		tables = []string{d.Columns.Table}
	}
	has := func(name string) bool {
		of := r.datasets[name]
		return of != nil && of.Schema.Column(d.Columns.Value) != nil
	}
	if i := slices.IndexFunc(tables, has); i >= 0 {
		return tables[i] + "#champ-" + d.Columns.Value
	}
	return ""
}

// methodAt is where the method of a computed collection is told; "" of any other.
func methodAt(r *request, d *dataset.Dataset) string {
	if d.Computed == nil {
		return ""
	}
	return r.base + "/methode#jeu-" + d.Name
}
