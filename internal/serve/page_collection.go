package serve

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// CollectionPage is all that is known of a collection but its features.
type CollectionPage struct {
	*Card
	Description string
	Keywords    []string
	Version     string
	SinceName   string // the release from which the version stands
	Fields      []Field
	Extent      *geo.BBox
	Unlocated   int64
	Map         *Map
	Licenses    []dataset.License
	Credits     []dataset.Source
	Inputs      []*Card // what it is made of
	Retrieved   []Retrieved
	Outdated    []stale
	Issues      []RuleIssues
	IssuesTotal int64
	Files       []Download // of the release, as they stand
	Exports     []Download // made when they are asked
	Codes       []string   // columns of codes, which programs must read as text
	Example     Example
}

// Retrieved is a publisher's file and when it was retrieved.
type Retrieved struct {
	Dataset string // of the collection that read it
	Place   string
	When    time.Time
	Bytes   int64
	Vintage string
}

// Example is a choice of features in CQL2, and its parts.
type Example struct {
	Filter string
	Sort   string // column of a number; "" for none
}

func (s *Server) collectionPage(w http.ResponseWriter, r *request, d *dataset.Dataset, e *release.Entry) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(ctx context.Context) (*Page, error) {
		p := s.page(r, "collection", d.Title, "/collections/"+d.Name, offerJSON)
		p.Trail = append(p.Trail, Crumb{Kind: "collections", Href: r.base + "/collections"})
		body := r.collectionBody(d, e)
		p.Body = body
		var err error
		body.Map, err = s.extentMap(ctx, r, e.Extent)
		return p, err
	})
}

func (r *request) collectionBody(d *dataset.Dataset, e *release.Entry) *CollectionPage {
	c := &CollectionPage{Card: r.card(d, e), Description: d.Description, Keywords: d.Keywords, Version: e.ID, SinceName: e.Since,
		Fields: fields(d, e.Rows), Extent: e.Extent, Unlocated: e.Unlocated, Licenses: d.Licenses, Credits: d.Sources,
		Retrieved: r.retrieved(e), Outdated: r.outdated(e), Codes: codes(d), Example: example(d)}
	c.Issues, c.IssuesTotal = countedIssues(e)
	if d.IsDerived() {
		for _, name := range slices.Sorted(maps.Keys(e.Inputs)) {
			if input := r.datasets[name]; input != nil {
				c.Inputs = append(c.Inputs, r.card(input, r.manifest.Entry(name)))
			}
		}
	}
	for _, f := range e.Files {
		c.Files = append(c.Files, Download{f.Name, f.Name, r.base + "/d/" + f.Name, f.Bytes, f.Rows})
	}
	c.Exports = exports(c.Href, "", c.Geometry != "")
	return c
}

// retrieved are the files of a collection, and of all that it is made of, each once.
func (r *request) retrieved(e *release.Entry) (all []Retrieved) {
	seen, places := map[string]bool{}, map[string]bool{}
	var visit func(*release.Entry)
	visit = func(e *release.Entry) {
		if e == nil || seen[e.Dataset] {
			return
		}
		seen[e.Dataset] = true
		for _, a := range e.Artefacts {
			if !places[a.Place] {
				places[a.Place] = true
				all = append(all, Retrieved{e.Dataset, cmp.Or(a.URL, a.Place), a.RetrievedAt, a.Bytes, a.Vintage})
			}
		}
		if d := r.datasets[e.Dataset]; d == nil || !d.IsDerived() {
			return // a source's rules read other datasets; its rows are its own
		}
		for _, name := range slices.Sorted(maps.Keys(e.Inputs)) {
			visit(r.manifest.Entry(name))
		}
	}
	visit(e)
	return all
}

func countedIssues(e *release.Entry) (rules []RuleIssues, total int64) {
	for _, name := range slices.Sorted(maps.Keys(e.Issues)) {
		rules = append(rules, RuleIssues{Rule: name, Count: e.Issues[name]})
		total += e.Issues[name]
	}
	return rules, total
}

// codes are the texts that programs would take for numbers, and then lose their leading zeros.
func codes(d *dataset.Dataset) (names []string) {
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		if c.Type == schema.String && c.Constraints.Pattern != "" {
			names = append(names, c.Name)
		}
	}
	return names
}

// example is a filter that the collection understands: on a number where it has one, else on a word of a list, else on
// the beginning of a text.
func example(d *dataset.Dataset) Example {
	for _, name := range d.Publication.Index {
		switch c := d.Schema.Column(name); {
		case c.Unit == "%":
			return Example{name + " < 80", name}
		case strings.HasPrefix(name, "population"):
			return Example{name + " > 1000", name}
		case strings.HasPrefix(name, "annee"):
			return Example{name + " >= 2020", name}
		case c.Type == schema.Integer || c.Type == schema.Number:
			return Example{name + " > 0", name}
		}
	}
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		if enum := c.Enum(); c.Type == schema.String && len(enum) > 0 {
			return Example{Filter: c.Name + " = " + quoted(enum[0])}
		}
	}
	if title := d.Publication.Title; title != "" {
		return Example{Filter: title + " LIKE 'S%'"}
	}
	return Example{Filter: d.Schema.Columns[0].Name + " IS NOT NULL"}
}

// quoted is a character literal of CQL2.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// FieldsPage says what a filter may name and how.
type FieldsPage struct {
	Collection *Card
	Fields     []Field
	Example    Example
}

// fieldsPage is that of queryables, sortables and schema alike: people read them as one.
func (s *Server) fieldsPage(w http.ResponseWriter, r *request, d *dataset.Dataset, e *release.Entry, name string) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(context.Context) (*Page, error) {
		p := s.page(r, "fields", d.Title, "/collections/"+d.Name+"/"+name, offerSchema)
		body := &FieldsPage{Collection: r.card(d, e), Fields: fields(d, e.Rows), Example: example(d)}
		p.under(body.Collection).Body = body
		return p, nil
	})
}
