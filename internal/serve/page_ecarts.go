package serve

import (
	"bytes"
	"context"
	"net/url"
	"slices"

	"maille/internal/dataset"
	"maille/internal/indicator"
	"maille/internal/schema"
)

// QuestionPage is the answer to a question over indicators, and the form to ask another.
type QuestionPage struct {
	Kind      string // ecarts, portee, scenario
	Sentence  string
	Notes     []string
	Limits    []string
	Said      string // the sources, in a sentence
	Action    string
	Inputs    []QuestionInput
	Columns   []Heading
	Rows      []TableRow
	Matched   int64
	Permanent string
	Downloads []Download
	Map       *Map
}

// QuestionInput is a field of the form: of a few words, or a text where there are none.
type QuestionInput struct {
	Name, Value string
	Numeric     bool
	Options     []QuestionOption
}

// QuestionOption is a word that may be chosen. A Title of "" is for the renderer to say.
type QuestionOption struct{ Value, Title string }

// What a page shows of an answer, so that it stays light: the files have all.
const (
	shownAnswers = 100
	shownShapes  = 40
)

// shownOf are the columns that a page has of each answer; those that are empty in all rows are left out.
var shownOf = map[string][]string{
	"ecarts":   {"code_insee", "nom", "nom_epci", "population", "taux", "distance", "lieu_proche_nom", "limite_plus_proche", "sous_dote", "quadrant"},
	"portee":   {"code_insee", "nom", "nom_epci", "population", "a_portee", "au_dela", "distance", "lieu_proche_nom", "drapeau"},
	"scenario": {"rang", "nom", "nom_epci", "gain", "cumul"},
}

func (s *Server) questionPage(ctx context.Context, r *request, q *asked) (*Page, error) {
	told, err := q.ask(ctx)
	if err != nil {
		return nil, err
	}
	p := s.page(r, "question", texts.Say("question."+q.kind), "/"+q.kind)
	p.Canonical = q.address(r.base, "")
	for _, o := range questionOffers {
		if o.name != offerHTML.name {
			p.Alternates = append(p.Alternates, link{q.address(r.base, o.name), relAlternate, o.mediaType, questionForm(o)})
		}
	}
	body := &QuestionPage{Kind: q.kind, Sentence: told.Sentence, Notes: told.Notes, Limits: told.Limits, Action: r.base + "/" + q.kind,
		Inputs: r.questionInputs(q), Matched: int64(len(told.Rows)), Permanent: q.permanent(r)}
	_, body.Said = r.questionSources(told.Used)
	for _, o := range questionOffers {
		if o.name != offerHTML.name {
			body.Downloads = append(body.Downloads, Download{Title: questionForm(o), Extension: o.name, Href: q.address(r.base, o.name)})
		}
	}
	body.table(r, q, told.Answer)
	p.Body = body
	body.Map, err = s.questionMap(ctx, r, q, told.Answer)
	return p, err
}

// table shows the first rows, in the columns that have something.
func (b *QuestionPage) table(r *request, q *asked, a *indicator.Answer) {
	d := a.Dataset
	rows := a.Rows[:min(len(a.Rows), shownAnswers)]
	var shown []int
	for _, name := range shownOf[q.kind] {
		i := d.Schema.Index(name)
		if name == "code_insee" || slices.ContainsFunc(rows, func(f *dataset.Feature) bool { return !f.Values[i].IsNull() }) {
			shown = append(shown, i)
		}
	}
	for _, i := range shown {
		b.Columns = append(b.Columns, q.heading(r, &d.Schema.Columns[i]))
	}
	code := d.Schema.Index("code_insee")
	for _, f := range rows {
		row := TableRow{Title: titleOf(d, f), Href: r.base + "/collections/communes/items/" + f.Values[code].Text()}
		for _, i := range shown {
			row.Values = append(row.Values, shownAs(&d.Schema.Columns[i], f.Values[i]))
		}
		b.Rows = append(b.Rows, row)
	}
}

// heading is that of a column. Rows go by their names or their codes only: an answer is no league table.
func (q *asked) heading(r *request, c *schema.Column) Heading {
	h := Heading{Field: Field{Column: c}, Leads: c.Name == "nom"}
	if q.kind != "ecarts" || c.Name != "nom" && c.Name != "code_insee" {
		return h
	}
	other := asked{kind: q.kind, query: url.Values{}}
	for name, values := range q.query {
		other.query[name] = values
	}
	if other.query.Del("sortby"); c.Name == "code_insee" {
		other.query.Set("sortby", c.Name)
	}
	if h.Href = other.address(r.base, ""); (q.query.Get("sortby") == "code_insee") == (c.Name == "code_insee") {
		h.Sorted = "ascending"
	}
	return h
}

// shownAs is a value as a table shows it: a distance in whole metres, a code in words.
func shownAs(c *schema.Column, v schema.Value) schema.Value {
	switch {
	case c.Unit == "m" && v.Type() == schema.Number:
		return schema.Float(float64(int64(v.Float() + 0.5)))
	case v.Type() == schema.String:
		if words := indicator.CodeSaid(c.Name, v.Text()); words != "" {
			return schema.Text(words)
		}
	}
	return v
}

// questionMap draws the communes of an answer, or the points of a scenario; nil where they are too many to be seen.
func (s *Server) questionMap(ctx context.Context, r *request, q *asked, a *indicator.Answer) (*Map, error) {
	if len(a.Rows) == 0 || len(a.Rows) > shownShapes {
		return nil, nil
	}
	var shapes []Shape
	for f, err := range s.source(r).DrawnCoarsely(ctx, q.territory, a, finestShown) {
		if err != nil {
			return nil, err
		}
		if f.GeoJSON != nil {
			shapes = append(shapes, Shape{titleOf(a.Dataset, f), bytes.Clone(f.GeoJSON)})
		}
	}
	return s.smallMap(ctx, r, shapes)
}

// questionInputs are the fields of the form, with what was asked.
func (r *request) questionInputs(q *asked) (inputs []QuestionInput) {
	names := map[string][]string{"ecarts": gapsParameters, "portee": reachParameters, "scenario": scenarioParameters}[q.kind]
	for _, name := range names {
		if name == "f" || name == "sortby" {
			continue
		}
		in := QuestionInput{Name: name, Value: q.query.Get(name), Options: r.questionOptions(q.kind, name)}
		in.Numeric = in.Options == nil && name != "territoire"
		inputs = append(inputs, in)
	}
	return inputs
}

// questionOptions are the words of a parameter that has a few; the first is what is usual.
func (r *request) questionOptions(kind, name string) (options []QuestionOption) {
	switch name {
	case "mesure":
		return optionsOf(textsOf(indicator.Measures))
	case "depuis":
		return optionsOf(textsOf(indicator.Departures))
	case "candidats":
		return optionsOf([]string{string(indicator.FromPeople), string(indicator.FromTownHall)})
	case "vol_oiseau", "hors_bureau":
		return optionsOf([]string{"", "true"})
	case "sous_dote", "double_peine":
		return optionsOf([]string{"", "true", "false"})
	case "quadrant":
		return optionsOf(append([]string{""}, indicator.Quadrants...))
	case "rayon":
		if kind == "ecarts" {
			options = append(options, QuestionOption{})
			for _, radius := range indicator.Radii {
				options = append(options, QuestionOption{plainNumber(radius), ""})
			}
		}
	}
	if d := r.datasets["lieux-mediation"]; d != nil && slices.Contains(indicator.Families, name) {
		options = append(options, QuestionOption{})
		for _, o := range indicator.OffersOf(d, name) {
			options = append(options, QuestionOption{o.Slug, o.Label})
		}
	}
	return options
}

func optionsOf(words []string) (options []QuestionOption) {
	for _, word := range words {
		options = append(options, QuestionOption{Value: word})
	}
	return options
}
