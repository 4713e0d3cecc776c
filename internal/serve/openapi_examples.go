package serve

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// apiExample is a request that runs: its values are those of the collection's first feature, so that it finds some.
type apiExample struct {
	verb  string // of the operation it is an example of
	Kind  string `json:"kind"` // in one word: page, box, filter
	Href  string `json:"href"`
	Found bool   `json:"found"` // it finds at least one feature
}

// examplesOf are those of one operation; their addresses are relative to that of the operation.
func examplesOf(p collectionPath, all []apiExample) (own []apiExample) {
	for _, x := range all {
		if x.verb != p.verb {
			continue
		}
		_, rest, _ := strings.Cut(x.Href, "/collections/")
		at := strings.Index(rest, "/")
		x.Href = strings.TrimPrefix(rest[at:], p.path)
		if id, ok := strings.CutPrefix(x.Href, "/items/"); ok {
			x.Href = "./" + id // in which a colon ends no scheme (RFC 3986 §4.2)
		}
		own = append(own, x)
	}
	return own
}

// examples are those of one collection; few of one that is empty.
func (s *Server) examples(ctx context.Context, r *request, d *dataset.Dataset, e *release.Entry) ([]apiExample, error) {
	x := exampler{at: r.base + "/collections/" + d.Name, found: e.Rows > 0}
	x.add("items", "page", "/items", "limit", "3")
	if e.Rows == 0 {
		return x.all, nil
	}
	first, err := s.first(ctx, r.view, d, e)
	if err != nil || first == nil {
		return x.all, err
	}
	x.add("item", "feature", "/items/"+d.ID(first))
	x.ofPlace(d, e)
	x.ofValues(d, e, first)
	return x.all, nil
}

// first are the values of a collection's first feature, which examples are made of; nil when it has none. They are read
// once for each release that is open.
func (s *Server) first(ctx context.Context, v *view, d *dataset.Dataset, e *release.Entry) (values []schema.Value, err error) {
	if e.Rows == 0 || v.pruned[d.Name] {
		return nil, nil
	}
	if known, ok := v.firsts.Load(d.Name); ok {
		return known.([]schema.Value), nil
	}
	for f, err := range s.DB.Features(ctx, e.Version, d, dataset.Query{Limit: 1}) {
		if err != nil {
			return nil, err
		}
		for _, value := range f.Values {
			values = append(values, kept(value))
		}
	}
	v.firsts.Store(d.Name, values)
	return values, nil
}

type exampler struct {
	at    string // address of the collection
	found bool
	all   []apiExample
}

// add makes an example of a path and its parameters: name, value…
func (x *exampler) add(verb, kind, path string, parameters ...string) {
	href := x.at + path
	for i := 0; i+1 < len(parameters); i += 2 {
		href += string("?&"[min(i, 1)]) + parameters[i] + "=" + readable(parameters[i+1])
	}
	x.all = append(x.all, apiExample{verb, kind, href, x.found})
}

// readable escapes a value of a query, but for what RFC 3986 §3.4 lets stand there.
func readable(value string) string {
	return strings.NewReplacer("+", "%20", "%2C", ",", "%3A", ":", "%2F", "/", "%28", "(", "%29", ")").Replace(url.QueryEscape(value))
}

func (x *exampler) ofPlace(d *dataset.Dataset, e *release.Entry) {
	if e.Extent == nil {
		return
	}
	x.add("items", "box", "/items", "bbox", e.Extent.String(), "limit", "3")
	if systems := geo.OGCCRSsFor(e.Extent); len(systems) > 3 {
		x.add("items", "system", "/items", "crs", systems[3].URI, "limit", "3")
	}
	if levels := d.Levels(); len(levels) > 0 {
		x.add("items", "coarse", "/items", maxOffset, strconv.FormatFloat(levels[len(levels)-1], 'f', -1, 64), "limit", "3")
	}
	x.add("export", "file", "/export", "f", "gpkg")
}

func (x *exampler) ofValues(d *dataset.Dataset, e *release.Entry, values []schema.Value) {
	text, number, day := "", "", ""
	if i := telling(d, values, schema.String); i >= 0 {
		text = d.Schema.Columns[i].Name
		x.add("items", "property", "/items", text, values[i].Text())
		if word, _, _ := strings.Cut(strings.TrimSpace(values[i].Text()), " "); searchable(e) && word != "" {
			x.add("items", "words", "/items", "q", word, "limit", "3")
		}
	}
	if i := telling(d, values, schema.Integer, schema.Number); i >= 0 {
		number = d.Schema.Columns[i].Name
		filter := queryable(number) + " >= " + values[i].String()
		x.add("items", "filter", "/items", "filter", filter, "limit", "3")
		x.add("export", "workbook", "/export", "f", "xlsx", "filter", filter)
	} else if text != "" {
		filter := queryable(text) + " IS NOT NULL"
		x.add("items", "filter", "/items", "filter", filter, "limit", "3")
		x.add("export", "workbook", "/export", "f", "xlsx", "filter", filter)
	}
	if i := d.Schema.Index(d.Publication.Time); i >= 0 && !values[i].IsNull() {
		day = values[i].String()
		x.add("items", "days", "/items", "datetime", "../"+day, "limit", "3")
	}
	if sortables := d.Sortables(e.Rows); len(sortables) > 0 {
		by := sortables[0]
		if slices.Contains(sortables, number) {
			by = number
		}
		x.add("items", "sorted", "/items", "sortby", "-"+by, "properties", by, "skipGeometry", "true", "limit", "3")
	}
	x.add("items", "csv", "/items", "f", "csv", "limit", "3")
}

// queryable is a property as a filter names it.
func queryable(name string) string { return string(cql2.AppendText(nil, cql2.Property{Name: name})) }

// telling is the first column of one of these types that has a value, a short one, the one that people read first before
// the others; -1 when there is none.
func telling(d *dataset.Dataset, values []schema.Value, types ...schema.Type) int {
	fits := func(i int) bool {
		return i >= 0 && slices.Contains(types, d.Schema.Columns[i].Type) && !values[i].IsNull() && len(values[i].Text()) <= 60
	}
	if i := d.Schema.Index(d.Publication.Title); fits(i) {
		return i
	}
	for i := range d.Schema.Columns {
		if fits(i) {
			return i
		}
	}
	return -1
}
