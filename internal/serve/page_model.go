package serve

import (
	"slices"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/release"
	"maille/internal/schema"
)

// Card is a collection in a few words.
type Card struct {
	ID, Title, Summary string
	Href               string
	Rows               int64
	Geometry           string // Point, MultiPolygon; "" for none
	Since              time.Time
	Frequency          string // EU authority code
	Theme              string // EU data-theme code
	Derived            bool   // made of others, rather than as its publisher wrote it
	Stale              bool
	MapHref            string // address of its map; "" where there is nothing to see
}

func (r *request) card(d *dataset.Dataset, e *release.Entry) *Card {
	c := &Card{ID: d.Name, Title: d.Title, Summary: firstSentence(d.Description), Href: r.base + "/collections/" + d.Name,
		Rows: e.Rows, Since: e.SinceTime, Frequency: d.Publication.Frequency, Theme: d.Publication.Theme,
		Derived: d.IsDerived(), Stale: len(r.outdated(e)) > 0}
	if g := d.Publication.Geometry; g != nil {
		c.Geometry = g.Type
	}
	if e.Extent != nil && hasTiles(d, e) {
		c.MapHref = r.base + "/cartes/" + d.Name
	}
	return c
}

func firstSentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// Theme is the collections of one theme: those made for reading, then those that are as their publishers wrote them.
type Theme struct {
	Code            string
	Derived, Source []*Card
}

// themes groups the collections of a release; those with more to read come first.
func (r *request) themes() []*Theme {
	var all []*Theme
	for i := range r.manifest.Datasets {
		e := &r.manifest.Datasets[i]
		c := r.card(r.datasets[e.Dataset], e)
		at := slices.IndexFunc(all, func(t *Theme) bool { return t.Code == c.Theme })
		if at < 0 {
			at, all = len(all), append(all, &Theme{Code: c.Theme})
		}
		if c.Derived {
			all[at].Derived = append(all[at].Derived, c)
		} else {
			all[at].Source = append(all[at].Source, c)
		}
	}
	for _, t := range all {
		slices.SortStableFunc(t.Derived, byWeight)
		slices.SortStableFunc(t.Source, byWeight)
	}
	slices.SortStableFunc(all, func(a, b *Theme) int { return slices.Index(themeOrder, b.Code) - slices.Index(themeOrder, a.Code) })
	return all
}

// byWeight puts what has shapes first, and what is empty last.
func byWeight(a, b *Card) int {
	weight := func(c *Card) int {
		switch {
		case c.Rows == 0:
			return 2
		case c.Geometry == "":
			return 1
		}
		return 0
	}
	return weight(a) - weight(b)
}

// themeOrder is from the last to the first: what the service is about comes before the territories that it needs.
var themeOrder = []string{"REGI", "GOVE", "SOCI", "TECH"}

// Field is a column as people read of it.
type Field struct {
	*schema.Column
	Key      bool // it is part of the id
	Sortable bool
}

// TitleOrName is what a person calls the column.
func (f *Field) TitleOrName() string {
	if f.Title != "" {
		return f.Title
	}
	return f.Name
}

func fields(d *dataset.Dataset, rows int64) []Field {
	all := make([]Field, len(d.Schema.Columns))
	sortable := d.Sortables(rows)
	for i := range all {
		c := &d.Schema.Columns[i]
		all[i] = Field{c, slices.Contains(d.Publication.Key, c.Name), slices.Contains(sortable, c.Name)}
	}
	return all
}

// Download is a file, or what makes one.
type Download struct {
	Title, Extension, Href string
	Bytes, Rows            int64 // 0 where they are not known
}

// exports are the files of a choice of features; query is the choice, "" for all.
func exports(at, query string, geometry bool) (all []Download) {
	for _, f := range dump.Exports {
		if !geometry && (f == dump.FlatGeobuf || f == dump.GeoJSON) {
			continue // without shapes they say less than a table does
		}
		href := at + "/export?f=" + f.Extension
		if query != "" {
			href += "&" + query
		}
		all = append(all, Download{Title: f.Title, Extension: f.Extension, Href: href})
	}
	return all
}
