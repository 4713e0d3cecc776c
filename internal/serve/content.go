package serve

import (
	_ "embed"
	"io"
	"strings"
	"time"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// worker is an answer that is being made, with which the temporary files of its format are counted.
type worker interface{ work(bytes int64) error }

// content is what a file, that goes to w, is made of: the features that were chosen, and what it says of itself.
func (s *Server) content(w io.Writer, r *request, p *page, features dump.Features) *dump.Content {
	var work func(int64) error
	if answer, ok := w.(worker); ok {
		work = answer.work
	}
	return &dump.Content{Dataset: p.d, Columns: p.columns, Geometries: !p.bare, CRS: p.query.CRS, Shape: p.shape, Features: features,
		Rows: -1, Folder: s.Spool, Work: work, About: dump.About{Instance: s.Title, Release: p.entry.Since, Published: p.entry.SinceTime,
			Version: p.entry.String(), Choice: p.choice(), Fetched: r.sources(p.entry)}}
}

// sources are the files that a dataset is made of, as a file says it.
func (r *request) sources(e *release.Entry) (all []dump.Fetched) {
	for _, f := range r.retrieved(e) {
		all = append(all, dump.Fetched{Place: f.Place, Date: f.When})
	}
	return all
}

// says is what a file says of itself, besides its features, where its format has a place for that.
func (s *Server) says(r *request, e *release.Entry, f *dump.Format) []string {
	if f == nil || !f.Describes {
		return nil
	}
	all := []string{s.Title}
	for _, f := range r.sources(e) {
		all = append(all, f.Place, f.Date.UTC().Format(time.DateOnly))
	}
	return all
}

// choice says in French what was chosen; "" for all.
func (p *page) choice() string {
	var parts []string
	say := func(id string, pairs ...any) { parts = append(parts, texts.Say("choice."+id, pairs...)) }
	q := &p.query
	for _, e := range q.Equal {
		say("equal", "title", p.title(e.Column), "value", e.Value)
	}
	if q.Filter != nil {
		say("filter", "filter", string(cql2.AppendText(nil, q.Filter)))
	}
	if q.Search != "" {
		say("search", "words", q.Search)
	}
	if q.BBox != nil {
		say("box", "box", strings.ReplaceAll(q.BBox.String(), ",", ", "))
	}
	if t := q.Time; t != (dataset.Interval{}) {
		id := "days"
		switch {
		case t.From == "":
			id = "until"
		case t.To == "":
			id = "since"
		}
		say(id, "from", t.From, "to", t.To)
	}
	if q.Limit > 0 {
		say("limit", "n", q.Limit)
	}
	return strings.Join(parts, texts.Say("choice.and"))
}

func (p *page) title(column string) string {
	if c := p.d.Schema.Column(column); c.Title != "" {
		return c.Title
	}
	return column
}
