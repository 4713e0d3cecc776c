package serve

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"maille/internal/schema"
)

const (
	mostInputs   = 4
	longestWords = 60 // words of a list that fit in a form
)

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

// form has fields for a search, a filter, the number of rows and a few columns.
func (b *itemsBuilder) form(example Example) Form {
	p := &b.p
	query := p.params()
	f := Form{Action: b.r.base + b.at, Searchable: searchable(p.entry), Search: query.Get("q"), Filter: query.Get("filter"), Limit: p.query.Limit, Example: example}
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
