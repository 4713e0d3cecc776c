package serve

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

const mainColumns = 10

// Heading is a column of the table.
type Heading struct {
	Field
	Href   string // address of the page sorted by it; "" when it cannot be
	Sorted string // ascending or descending; "" for neither
	Leads  bool   // its cells lead to the rows' own pages
}

// columns are the headings of those that are shown, and the ways to more of them or fewer.
func (b *itemsBuilder) columns(body *ItemsPage) (shown []int) {
	p := &b.p
	all := fields(p.d, p.entry.Rows)
	shown = shownColumns(p, b.asked)
	if p.columns == nil && len(all) > mainColumns+2 {
		if body.Hidden = len(all) - len(shown); body.Hidden > 0 {
			body.AllColumns = b.same(url.Values{allColumns: {"all"}, "f": {offerHTML.name}})
		} else {
			body.Fewer = b.same(url.Values{allColumns: nil})
		}
	}
	for _, i := range shown {
		body.Columns = append(body.Columns, b.heading(all[i]))
	}
	leading := slices.IndexFunc(body.Columns, func(h Heading) bool { return h.Name == p.d.Publication.Title })
	body.Columns[max(leading, 0)].Leads = true
	return shown
}

// shownColumns are those that the request names, all, or the main ones.
func shownColumns(p *page, asked url.Values) (shown []int) {
	if p.columns != nil {
		return p.columns
	}
	all := len(p.d.Schema.Columns)
	if all > mainColumns+2 && asked.Get(allColumns) == "" {
		return mainOf(p.d, p.query.Sort)
	}
	for i := range all {
		shown = append(shown, i)
	}
	return shown
}

// usualRows are how many a page has that says no limit: a table of many columns has fewer, so that the page stays small.
func usualRows(p *page, asked url.Values) int {
	return min(shownRows, max(leastShown, mostCells/max(len(shownColumns(p, asked)), 1)))
}

// mainOf are the columns that say most: the key, the title, what is indexed, and the first ones.
func mainOf(d *dataset.Dataset, sort []dataset.Sort) (shown []int) {
	names := append(slices.Clone(d.Publication.Key), d.Publication.Title)
	for _, key := range sort {
		names = append(names, key.Column)
	}
	names = append(names, d.Publication.Commune)
	for _, name := range append(append(names, d.Publication.Index...), d.Schema.Names()...) {
		i := d.Schema.Index(name)
		if i >= 0 && !slices.Contains(shown, i) && len(shown) < mainColumns {
			shown = append(shown, i)
		}
	}
	slices.Sort(shown)
	return shown
}

func (b *itemsBuilder) heading(f Field) Heading {
	h := Heading{Field: f}
	if !f.Sortable {
		return h
	}
	by := f.Name
	for _, key := range b.p.query.Sort {
		if key.Column == f.Name {
			if h.Sorted = "descending"; !key.Descending {
				h.Sorted, by = "ascending", "-"+f.Name
			}
		}
	}
	h.Href = b.href(b.r.base, b.staying(url.Values{"sortby": {by}, "after": nil}))
	return h
}

// read reads the rows, and the shapes of the map with them.
func (b *itemsBuilder) read(ctx context.Context, body *ItemsPage, shown []int) (shapes []Shape, seen pass, err error) {
	p := &b.p
	drawn := *p
	drawn.query.Columns, drawn.query.CRS = named(p.d, shown), nil
	if drawn.query.Geometry == dataset.AsGeoJSON && drawn.query.Level == 0 {
		drawn.query.Level = p.d.Level(finestShown)
	}
	for f, err := range b.s.features(ctx, &drawn, &seen) {
		if err != nil {
			return nil, seen, err
		}
		row := TableRow{Title: titleOf(p.d, f), Href: b.r.base + "/collections/" + p.d.Name + "/items/" + p.d.ID(f.Values)}
		for _, i := range shown {
			row.Values = append(row.Values, kept(f.Values[i]))
		}
		body.Rows = append(body.Rows, row)
		if len(f.GeoJSON) > 0 {
			shapes = append(shapes, Shape{row.Title, bytes.Clone(f.GeoJSON)})
		}
	}
	return shapes, seen, nil
}

// named are the columns that are read: those that are shown, and what names a row.
func named(d *dataset.Dataset, shown []int) []int {
	all := slices.Clone(shown)
	for _, name := range append(slices.Clone(d.Publication.Key), d.Publication.Title) {
		if i := d.Schema.Index(name); i >= 0 {
			all = append(all, i)
		}
	}
	return rising(all)
}

// finestShown is the step in degrees below which a small map shows no difference.
const finestShown = 0.001

// kept is a value that lasts longer than the row it was read with.
func kept(v schema.Value) schema.Value { return v.WithText(strings.Clone(v.Text())) }

// titleOf is what a person calls a feature.
func titleOf(d *dataset.Dataset, f *dataset.Feature) string {
	if i := d.Schema.Index(d.Publication.Title); i >= 0 && !f.Values[i].IsNull() {
		return f.Values[i].String()
	}
	texts := make([]string, len(d.Publication.Key))
	for i, name := range d.Publication.Key {
		texts[i] = f.Values[d.Schema.Index(name)].String()
	}
	return strings.Join(texts, " · ")
}
