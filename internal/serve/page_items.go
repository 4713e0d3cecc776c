package serve

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// ItemsPage is a table of features, with what leads to others.
type ItemsPage struct {
	Collection *Card
	Columns    []Heading
	AllColumns string // address of the same with all columns; "" when they are shown
	Hidden     int    // how many columns are not shown
	Rows       []TableRow
	Matched    int64
	Known      bool // Matched was counted
	First      string
	Previous   string
	Next       string
	Permanent  string
	Downloads  []Download
	Form       Form
	Chosen     []Choice
	Map        *Map
}

// Heading is a column of the table.
type Heading struct {
	Field
	Href   string // address of the page sorted by it; "" when it cannot be
	Sorted string // ascending or descending; "" for neither
	Leads  bool   // its cells lead to the rows' own pages
}

// TableRow is a feature in a table.
type TableRow struct {
	Title  string
	Href   string
	Values []schema.Value
}

// Form is a form that works by GET: what it has no field for goes on in hidden ones.
type Form struct {
	Action         string
	Kept           []Pair
	Searchable     bool
	Search, Filter string
	Limit          int
	Limits         []int
	Inputs         []Input
	Example        Example
}

// Pair is a parameter and its value.
type Pair struct{ Name, Value string }

// Input is a field of the form for one column.
type Input struct {
	Field
	Value   string
	Options []string // when the column is one of a few words
}

// Choice is a restriction that holds, and the address without it.
type Choice struct{ Name, Title, Value, Without string }

const (
	shownRows    = 25  // of a page for people that says no limit
	mostShown    = 200 // a table of more is for programs
	mainColumns  = 10
	mostInputs   = 4
	longestWords = 60 // words of a list that fit in a form
	// Parameters that pages alone have: whether all columns are shown, and the pages that led here.
	allColumns = "colonnes"
	trodden    = "pages"
)

// itemsPage answers a page of features as a table. p is read already.
func (s *Server) itemsPage(w http.ResponseWriter, r *request, p page) error {
	if !r.params.Has("limit") {
		p.query.Limit = shownRows
	}
	p.query.Limit = min(p.query.Limit, mostShown)
	b := &itemsBuilder{s: s, r: r, p: p, at: "/collections/" + p.d.Name + "/items", asked: r.URL.Query()}
	depends := []string{"items", strconv.FormatBool(p.known), strconv.FormatInt(p.matched, 10), p.params().Encode(), b.asked.Get(allColumns), b.asked.Get(trodden)}
	return s.show(w, r, depends, func(ctx context.Context) (*Page, error) {
		page := s.page(r, "items", p.d.Title, b.at)
		body, err := b.build(ctx)
		if err != nil {
			return nil, err
		}
		page.under(body.Collection).Body = body
		if query := b.address(nil); query != "" {
			page.Canonical += "?" + query
		}
		for _, o := range itemsOffers {
			if o.name != offerHTML.name {
				page.Alternates = append(page.Alternates, link{p.address(r.base, o), relAlternate, o.mediaType, o.title()})
			}
		}
		return page, nil
	})
}

// itemsBuilder makes the page of one request.
type itemsBuilder struct {
	s     *Server
	r     *request
	p     page
	at    string // path of the items, after that of the release
	asked url.Values
}

// address is the canonical query with changes; a change to nothing takes the parameter away.
func (b *itemsBuilder) address(changes url.Values) string {
	query := b.p.params()
	if b.p.query.Limit == shownRows {
		query.Del("limit")
	}
	for name, values := range changes {
		if len(values) == 0 {
			query.Del(name)
		} else {
			query[name] = values
		}
	}
	return query.Encode()
}

func (b *itemsBuilder) href(base string, changes url.Values) string {
	if query := b.address(changes); query != "" {
		return base + b.at + "?" + query
	}
	return base + b.at
}

func (b *itemsBuilder) build(ctx context.Context) (*ItemsPage, error) {
	p, r := &b.p, b.r
	body := &ItemsPage{Collection: r.card(p.d, p.entry), Matched: p.matched, Known: p.known}
	shown := b.columns(body)
	shapes, seen, err := b.read(ctx, body, shown)
	if err != nil {
		return nil, err
	}
	if body.Map, err = b.s.smallMap(ctx, r, shapes); err != nil {
		return nil, err
	}
	b.turn(body, seen)
	body.Permanent = b.href(r.pinned(p.entry), url.Values{"limit": {strconv.Itoa(p.query.Limit)}})
	chosen := b.address(url.Values{"limit": nil, "after": nil, maxOffset: nil})
	body.Downloads = exports(r.base+"/collections/"+p.d.Name, chosen, p.d.Publication.Geometry != nil)
	body.Form = b.form()
	body.Chosen = b.chosen()
	return body, nil
}

// columns chooses those that are shown: what the request names, all, or the main ones.
func (b *itemsBuilder) columns(body *ItemsPage) (shown []int) {
	p := &b.p
	all := fields(p.d, p.entry.Rows)
	switch {
	case p.columns != nil:
		shown = p.columns
	case len(all) <= mainColumns+2 || b.asked.Get(allColumns) != "":
		for i := range all {
			shown = append(shown, i)
		}
	default:
		shown = mainOf(p.d, p.query.Sort)
		body.Hidden = len(all) - len(shown)
		body.AllColumns = b.href(b.r.base, url.Values{allColumns: {"toutes"}})
	}
	for _, i := range shown {
		body.Columns = append(body.Columns, b.heading(all[i]))
	}
	leading := slices.IndexFunc(body.Columns, func(h Heading) bool { return h.Name == p.d.Publication.Title })
	body.Columns[max(leading, 0)].Leads = true
	return shown
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

// staying adds the parameters that pages alone have.
func (b *itemsBuilder) staying(changes url.Values) url.Values {
	if all := b.asked.Get(allColumns); all != "" && b.p.d.Schema.Column(allColumns) == nil {
		changes[allColumns] = []string{all}
	}
	return changes
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

// turn makes the addresses of the pages before and after. The rank of a row says where the next page begins, not where
// the one before did: pages carry those that led to them.
func (b *itemsBuilder) turn(body *ItemsPage, seen pass) {
	after := b.p.query.After
	way := strings.FieldsFunc(b.asked.Get(trodden), func(c rune) bool { return c < '0' || c > '9' })
	if len(way) > mostTrodden {
		way = way[len(way)-mostTrodden:]
	}
	base := b.r.pinned(b.p.entry)
	if seen.more {
		on := append(slices.Clone(way), strconv.FormatInt(after, 10))
		body.Next = b.href(base, b.staying(url.Values{"after": {strconv.FormatInt(seen.last, 10)}, trodden: {strings.Join(on, ".")}}))
	}
	if after == 0 {
		return
	}
	body.First = b.href(base, b.staying(url.Values{"after": nil}))
	if n := len(way); n > 1 {
		body.Previous = b.href(base, b.staying(url.Values{"after": {way[n-1]}, trodden: {strings.Join(way[:n-1], ".")}}))
	} else if n == 1 {
		body.Previous = body.First
	}
}

// mostTrodden bounds how many pages an address remembers.
const mostTrodden = 40

// form has fields for a search, a filter, the number of rows and a few columns.
func (b *itemsBuilder) form() Form {
	p := &b.p
	query := p.params()
	f := Form{Action: b.r.base + b.at, Searchable: searchable(p.entry), Search: query.Get("q"), Filter: query.Get("filter"), Limit: p.query.Limit, Example: example(p.d)}
	f.Limits = []int{10, shownRows, 100, mostShown}
	if !slices.Contains(f.Limits, f.Limit) {
		f.Limits = append(f.Limits, f.Limit)
		slices.Sort(f.Limits)
	}
	for _, column := range b.inputs() {
		f.Inputs = append(f.Inputs, Input{column, query.Get(column.Name), options(column)})
		query.Del(column.Name)
	}
	for _, name := range []string{"q", "filter", "limit", "after"} {
		query.Del(name)
	}
	query = b.staying(query)
	for _, name := range slices.Sorted(maps.Keys(query)) {
		f.Kept = append(f.Kept, Pair{name, query.Get(name)})
	}
	return f
}

// inputs are the columns that the form has fields for: what names a row, and words of a short list. Those that have an
// index, which are the ones that people ask by, come first.
func (b *itemsBuilder) inputs() (columns []Field) {
	all := fields(b.p.d, b.p.entry.Rows)
	asked := func(f Field) bool {
		return f.Name == b.p.d.Publication.Title || slices.Contains(b.p.d.Publication.Index, f.Name) || f.Name != "id" && slices.Contains(b.p.d.Publication.Key, f.Name)
	}
	listed := func(f Field) bool { return len(f.Enum()) > 1 && len(f.Enum()) <= longestWords }
	for _, wanted := range []func(Field) bool{
		func(f Field) bool { return asked(f) && listed(f) },
		func(f Field) bool { return asked(f) && f.Type == schema.String },
		listed,
		func(f Field) bool { return f.Type == schema.Boolean },
	} {
		for _, f := range all {
			if wanted(f) && len(columns) < mostInputs && !slices.ContainsFunc(columns, func(c Field) bool { return c.Name == f.Name }) {
				columns = append(columns, f)
			}
		}
	}
	slices.SortFunc(columns, func(a, c Field) int { return b.p.d.Schema.Index(a.Name) - b.p.d.Schema.Index(c.Name) })
	return columns
}

func options(f Field) []string {
	if f.Type == schema.Boolean {
		return []string{"true", "false"}
	}
	if enum := f.Enum(); len(enum) <= longestWords {
		return enum
	}
	return nil
}

// chosen are the restrictions that hold.
func (b *itemsBuilder) chosen() (all []Choice) {
	query := b.p.params()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		title := ""
		if c := b.p.d.Schema.Column(name); c != nil {
			title = c.Title
		} else if !slices.Contains(choosing(b.p.entry), name) || strings.HasPrefix(name, "filter-") || name == "bbox-crs" {
			continue
		}
		changes := url.Values{name: nil, "after": nil}
		switch name {
		case "filter":
			changes["filter-lang"], changes["filter-crs"] = nil, nil
		case "bbox":
			changes["bbox-crs"] = nil
		}
		all = append(all, Choice{name, title, query.Get(name), b.href(b.r.base, b.staying(changes))})
	}
	return all
}
