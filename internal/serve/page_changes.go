package serve

import (
	"context"
	"net/http"
	"strings"

	"maille/internal/catalog"
	"maille/internal/dump"
	"maille/internal/release"
)

// ChangesPage is what a release changed since another.
type ChangesPage struct {
	Since      string // "" of the first release
	Previous   bool   // Since is the release just before
	Commune    string
	Correction string
	Withdrawn  []string
	Lines      []ChangeLine
	All        string // address of the same for all communes; "" where it is
	JSON       string
}

// ChangeLine is a dataset that changed.
type ChangeLine struct{ Sentence, Causes, Href string }

func (s *Server) changesPage(ctx context.Context, r *request, before *view, commune string) (*Page, error) {
	document, err := s.changesOf(ctx, r, before, commune)
	if err != nil {
		return nil, err
	}
	p := s.page(r, "changes", "", "/changes", offerJSON)
	p.Alternates = append(p.Alternates, feedLink(r.root+"/feeds/all.atom"))
	body := &ChangesPage{Since: document.Since, Previous: document.Since == r.manifest.Previous, Commune: commune, Correction: document.Correction, Withdrawn: document.Withdrawn}
	if commune != "" {
		body.All = r.base + "/changes"
	}
	for _, d := range document.Datasets {
		line := ChangeLine{Sentence: d.Sentence, Causes: catalog.Causes(d.Causes), Href: r.base + "/collections/" + d.ID}
		if d.Before != "" {
			line.Href = r.base + "/changes/" + d.ID + changesQuery(r, &compared{before: before, commune: commune})
		}
		body.Lines = append(body.Lines, line)
	}
	p.Body = body
	return p, nil
}

// DifferencePage is the rows of a dataset that differ between two releases.
type DifferencePage struct {
	Collection *Card
	Since      string
	Commune    string
	Sentence   string
	Causes     string
	Rows       []DifferenceRow
	More       int64 // rows that the page does not show
	Files      []Download
}

// DifferenceRow is a row that came, went, or has other values.
type DifferenceRow struct {
	Kind, Title, Commune string
	Href                 string // of the row, in the release that has it
	Fields               []release.FieldChange
	MoreFields           int
}

// What a page shows, so that it stays light: the files have all.
const (
	shownDifferences = 60
	shownFields      = 6
)

func (s *Server) differencePage(w http.ResponseWriter, r *request, c *compared) error {
	if c.rows() == nil {
		if err := c.readable(); err != nil {
			return err
		}
	}
	return s.show(w, r, c.depends(), func(ctx context.Context) (*Page, error) {
		change, err := c.about(ctx, s)
		if err != nil {
			return nil, err
		}
		rows, counts, err := s.shownDifferences(ctx, r, c, change)
		if err != nil {
			return nil, err
		}
		d, e := r.datasets[c.name], r.manifest.Entry(c.name)
		p := s.page(r, "difference", d.Title, "/changes/"+c.name)
		body := &DifferencePage{Collection: r.card(d, e), Since: c.before.manifest.Release, Commune: c.commune, Causes: catalog.Causes(change.Causes),
			Sentence: catalog.ChangeSentence(d.Title, counts), More: counts.Added + counts.Removed + counts.Changed - int64(len(rows))}
		p.under(body.Collection).Body = body
		at := r.base + "/changes/" + c.name + changesQuery(r, c)
		for _, f := range dump.ChangesFormats {
			body.Files = append(body.Files, Download{Title: strings.ToUpper(f.Extension), Extension: f.Extension, Href: at + joint(at) + "f=" + f.Extension})
		}
		for i := range rows {
			body.Rows = append(body.Rows, c.row(r, &rows[i]))
		}
		return p, nil
	})
}

// row is one as people read it.
func (c *compared) row(r *request, change *release.RowChange) DifferenceRow {
	row := DifferenceRow{Kind: change.Kind, Title: change.Title, Commune: change.Commune, Fields: change.Fields}
	if row.Title == "" {
		row.Title = change.ID
	}
	in := r.base
	if change.Kind == release.RowRemoved {
		in = r.root + "/r/" + c.before.manifest.Release
	}
	row.Href = in + "/collections/" + c.name + "/items/" + change.ID
	if n := len(row.Fields); n > shownFields {
		row.Fields, row.MoreFields = row.Fields[:shownFields:shownFields], n-shownFields
	}
	titles := titlesOf(c.after.datasets[c.name], c.before.datasets[c.name])
	for i := range row.Fields {
		row.Fields[i].Field = titles(row.Fields[i].Field)
	}
	return row
}

// shownDifferences are the first rows, and how many there are: of the release's file, or of the tables.
func (s *Server) shownDifferences(ctx context.Context, r *request, c *compared, change *release.Change) (rows []release.RowChange, counts *release.Change, err error) {
	if c.same() {
		return nil, change, nil
	}
	if f := c.rows(); f != nil && c.commune != "" {
		return s.shownOfCommune(ctx, c, change)
	} else if f != nil {
		content, err := s.Blobs.Get(ctx, f.SHA256)
		if err != nil {
			return nil, nil, err
		}
		defer content.Close()
		rows, err = dump.ReadChanges(content, shownDifferences)
		return rows, c.known(), err
	}
	return s.shownOfTables(ctx, r, c, change)
}

// shownOfCommune are those of the release's file that are of the commune.
func (s *Server) shownOfCommune(ctx context.Context, c *compared, change *release.Change) (rows []release.RowChange, counts *release.Change, err error) {
	counts = &release.Change{Before: change.Before, Columns: change.Columns}
	err = s.eachRow(ctx, c, func(row *release.RowChange) error {
		if counts.Count(row); len(rows) < shownDifferences {
			rows = append(rows, *row)
		}
		return nil
	})
	return rows, counts, err
}

func (s *Server) shownOfTables(ctx context.Context, r *request, c *compared, change *release.Change) (rows []release.RowChange, counts *release.Change, err error) {
	leave, err := s.exporting.enter(ctx, network(r.RemoteAddr))
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	late := c.late(s.limits.first)
	ctx, cancel := context.WithTimeoutCause(ctx, s.limits.first, late)
	defer cancel()
	defer func() {
		if err != nil && context.Cause(ctx) == error(late) {
			err = late.Because(err)
		}
	}()
	counted := *change
	if counted.Added, counted.Removed, counted.Changed, err = s.exporter().CountDifferences(ctx, c.difference(0)); err != nil {
		return nil, nil, err
	}
	for row, err := range s.exporter().Differences(ctx, c.difference(shownDifferences)) {
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row.Clone()) // the tables lend it until the next
	}
	return rows, &counted, nil
}
