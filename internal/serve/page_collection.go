package serve

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	DOI         string // of it in this release, or whatever the release; "" for none
	SinceName   string // the release from which the version stands
	ChangesHref string // of what that release changed in it; "" of another release than the one that is shown
	Fields      []Field
	Extent      *geo.BBox
	Unlocated   int64
	Map         *Map
	Licenses    []dataset.License
	Credits     []dataset.Source
	Inputs      []*Card           // what it is made of
	Computed    *release.Computed // how, where a method made it
	Method      string            // where the method is told
	Retrieved   []Retrieved
	Outdated    []stale
	Sunset      *dataset.Sunset // nil where the collection stays
	Erased      []release.Tombstone
	Issues      []RuleIssues
	IssuesTotal int64
	Files       []Download // of the release, as they stand: whole dumps
	Parts       *Parts     // nil where it has none
	Codebook    *Download  // nil where the release has none
	QualityHref string     // "" where the release has no report
	Exports     []Download // the other formats, made when they are asked
	Texts       []string   // columns of texts, which programs must not take for numbers
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
		p.feeds(r, d, "collections/"+d.Name)
		p.Trail = append(p.Trail, Crumb{Kind: "collections", Href: r.base + "/collections"})
		body := r.collectionBody(d, e)
		p.Body, p.Links = body, s.linkHeader(r, d, e)
		body.DOI = s.DOI.Best(r.manifest.Release, d.Name)
		first, err := s.first(ctx, r.view, d, e)
		if err != nil {
			return nil, err
		}
		body.Example = example(d, first)
		body.Map, err = s.extentMap(ctx, r, e.Extent)
		return p, err
	})
}

func (r *request) collectionBody(d *dataset.Dataset, e *release.Entry) *CollectionPage {
	c := &CollectionPage{Card: r.card(d, e), Description: d.Description, Keywords: d.Keywords, Version: e.ID, SinceName: e.Since,
		Fields: fields(d, e.Rows), Extent: e.Extent, Unlocated: e.Unlocated, Licenses: d.Licenses, Credits: d.Sources,
		Retrieved: r.retrieved(e), Outdated: r.outdated(e), Sunset: d.Publication.Sunset, Erased: r.tombstones(d.Name), Texts: textColumns(d)}
	c.Issues, c.IssuesTotal = countedIssues(e)
	c.ChangesHref = r.changesOf(e)
	c.Parts = r.parts(e)
	c.Computed, c.Method = e.Computed, methodAt(r, d)
	if d.IsDerived() {
		for _, name := range slices.Sorted(maps.Keys(e.Inputs)) {
			if input := r.datasets[name]; input != nil {
				c.Inputs = append(c.Inputs, r.card(input, r.manifest.Entry(name)))
			}
		}
	}
	for i := range e.Files {
		switch f := &e.Files[i]; f.Role {
		case release.RoleDump:
			c.Files = append(c.Files, r.download(f))
		case release.RoleCodebook:
			file := r.download(f)
			c.Codebook = &file
		case release.RoleQuality:
			c.QualityHref = c.Href + "/quality"
		}
	}
	for _, x := range exports(c.Href, "", c.Geometry != "") {
		if !slices.ContainsFunc(c.Files, func(f Download) bool { return f.Title == d.Name+"."+x.Extension }) {
			c.Exports = append(c.Exports, x)
		}
	}
	return c
}

// changesOf is the address of what changed in a collection when its version came; "" where it has been there since before this
// release, whose own page says it, or since the collection was new.
func (r *request) changesOf(e *release.Entry) string {
	if e.Since != r.manifest.Release || e.Change == nil || e.Change.Before == "" {
		return ""
	}
	return r.root + "/r/" + e.Since + "/changes/" + e.Dataset
}

func (r *request) download(f *release.File) Download {
	return Download{f.Name, strings.TrimPrefix(path.Ext(f.Name), "."), r.base + "/d/" + f.Name, f.Bytes, f.Rows}
}

// retrieved are the files of a collection, and of all that it is made of, each once.
func (r *request) retrieved(e *release.Entry) (all []Retrieved) {
	places := map[string]bool{}
	r.lineage(e, func(e *release.Entry) {
		for _, a := range e.Artefacts {
			if !places[a.Place] {
				places[a.Place] = true
				all = append(all, Retrieved{e.Dataset, cmp.Or(a.URL, a.Place), a.RetrievedAt, a.Bytes, a.Vintage})
			}
		}
	})
	return all
}

func countedIssues(e *release.Entry) (rules []RuleIssues, total int64) {
	for _, name := range slices.Sorted(maps.Keys(e.Issues)) {
		rules = append(rules, RuleIssues{Rule: name, Count: e.Issues[name]})
		total += e.Issues[name]
	}
	return rules, total
}

// textColumns are the columns that a program which guesses types must be told of: codes lose their leading zeros when they
// are taken for numbers, and a list of one code is a code.
func textColumns(d *dataset.Dataset) (names []string) {
	for i := range d.Schema.Columns {
		if c := &d.Schema.Columns[i]; c.Type == schema.String || c.Type == schema.List {
			names = append(names, c.Name)
		}
	}
	return names
}

// example is a filter that the collection's first feature answers, so that it finds some: on a number that is asked for
// often, else on a word of a list, else on the beginning of a text.
func example(d *dataset.Dataset, first []schema.Value) Example {
	if first == nil {
		return Example{Filter: queryable(d.Schema.Columns[0].Name) + " IS NOT NULL"}
	}
	for _, name := range d.Publication.Index {
		if v := first[d.Schema.Index(name)]; v.Type() == schema.Integer || v.Type() == schema.Number {
			return Example{queryable(name) + " >= " + v.String(), name}
		}
	}
	for i := range d.Schema.Columns {
		if c := &d.Schema.Columns[i]; c.Type == schema.String && len(c.Enum()) > 0 && !first[i].IsNull() {
			return Example{Filter: queryable(c.Name) + " = " + quoted(first[i].Text())}
		}
	}
	if i := d.Schema.Index(d.Publication.Title); i >= 0 {
		if letter, _ := utf8.DecodeRuneInString(first[i].Text()); unicode.IsLetter(letter) {
			return Example{Filter: queryable(d.Publication.Title) + " LIKE " + quoted(string(letter)+"%")}
		}
	}
	i := max(telling(d, first, schema.String), 0)
	return Example{Filter: queryable(d.Schema.Columns[i].Name) + " IS NOT NULL"}
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
	return s.show(w, r, nil, func(ctx context.Context) (*Page, error) {
		first, err := s.first(ctx, r.view, d, e)
		if err != nil {
			return nil, err
		}
		p := s.page(r, "fields", d.Title, "/collections/"+d.Name+"/"+name, offerSchema)
		body := &FieldsPage{Collection: r.card(d, e), Fields: fields(d, e.Rows), Example: example(d, first)}
		p.under(body.Collection).Body = body
		return p, nil
	})
}
