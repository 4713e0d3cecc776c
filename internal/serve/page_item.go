package serve

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/store"
)

// ItemPage is one feature: all its fields, and what else is known of the same codes.
type ItemPage struct {
	Collection *Card
	Fields     []FieldValue
	Relations  []*Relations
	Map        *Map
	Permanent  string
	Explained  string // where the number comes from; "" of a feature that is no number
	Territory  string // address of the page of the territory that the feature is; "" of another
}

// FieldValue is a field of a feature; Href leads to what its code names in another collection.
type FieldValue struct {
	Field
	Value schema.Value
	Href  string
}

// Related is what another collection has under a code of the feature: one feature, or some of them.
type Related struct {
	*Card
	Item  string // address of the feature, or of those
	Count int64  // how many those are; 0 for the one feature whose key the code is
	More  bool   // they are more than Count
}

// Relations are those under one code.
type Relations struct {
	Column  Field
	Value   schema.Value
	Related []Related
}

// itemPage answers a feature as a page, from the keys that its id may mean. p is read already.
func (s *Server) itemPage(w http.ResponseWriter, r *request, p page, fid string) error {
	p.query.CRS, p.query.Geometry = nil, dataset.AsGeoJSON // as maps are drawn
	return s.show(w, r, []string{"item", p.d.Name, fid}, func(ctx context.Context) (*Page, error) {
		f, err := s.find(ctx, &p, fid)
		if err != nil {
			return nil, err
		}
		return s.itemPageOf(ctx, r, p.d, p.entry, f)
	})
}

func (s *Server) itemPageOf(ctx context.Context, r *request, d *dataset.Dataset, e *release.Entry, f *dataset.Feature) (*Page, error) {
	body := &ItemPage{Collection: r.card(d, e)}
	path := "/collections/" + d.Name + "/items/" + d.ID(f.Values)
	p := s.page(r, "item", titleOf(d, f), path, offerGeoJSON, offerGeoJSONSeq, offerCSV, offerFlatGeobuf)
	if feed := r.feedOfItem(d, d.ID(f.Values)); feed != "" {
		p.feeds(r, d, feed)
	}
	p.under(body.Collection).Body = body
	p.Trail = append(p.Trail, Crumb{Kind: "items", Href: body.Collection.Href + "/items"})
	body.Permanent, body.Explained, body.Territory = r.pinned(e)+path, r.explainedAt(d, f), r.territoryOfItem(d, f)
	for i, field := range fields(d, e.Rows) {
		body.Fields = append(body.Fields, FieldValue{Field: field, Value: f.Values[i]})
	}
	if len(f.GeoJSON) > 0 {
		var err error
		if body.Map, err = s.smallMap(ctx, r, []Shape{{p.Title, f.GeoJSON}}); err != nil {
			return nil, err
		}
	}
	return p, s.relate(ctx, r, d, body)
}

// relate finds what other collections have under the codes of a feature: those whose only key is a column of this one,
// and, of a commune, those that name it. All of them are asked at once.
func (s *Server) relate(ctx context.Context, r *request, d *dataset.Dataset, body *ItemPage) error {
	var fields []*FieldValue
	var asked []store.Under
	for i := range r.manifest.Datasets {
		e := &r.manifest.Datasets[i]
		other := r.datasets[e.Dataset]
		if other == d || e.Rows == 0 {
			continue
		}
		at := slices.IndexFunc(body.Fields, func(f FieldValue) bool { return joins(d, other, f.Name) && !f.Value.IsNull() })
		if at >= 0 {
			field := &body.Fields[at]
			fields = append(fields, field)
			asked = append(asked, store.Under{Version: e.Version, Dataset: other, Column: field.Name, Value: field.Value.String()})
		}
	}
	counts, err := s.DB.CountUnder(ctx, asked, mostCounted+1)
	for i, n := range counts {
		if n > 0 {
			body.join(d, r.card(asked[i].Dataset, r.manifest.Entry(asked[i].Dataset.Name)), asked[i].Dataset, fields[i], n)
		}
	}
	for _, under := range body.Relations {
		slices.SortStableFunc(under.Related, func(a, b Related) int { return rank(a) - rank(b) })
	}
	return err
}

// mostCounted is how far the features under a code are counted.
const mostCounted = 10_000

// rank puts what is made for reading first.
func rank(r Related) int {
	if r.Derived {
		return 0
	}
	return 1
}

// joins says whether a column of d names features of another collection. An id means something in its own collection only.
func joins(d, other *dataset.Dataset, column string) bool {
	if isKey(other, column) {
		return column != "id"
	}
	return keyedByCommune(d) && column == d.Publication.Commune && other.Publication.Commune == column &&
		slices.Contains(other.Publication.Index, column) // without an index, finding them reads the whole collection
}

// join adds what another collection has under the code of a field.
func (body *ItemPage) join(d *dataset.Dataset, card *Card, other *dataset.Dataset, field *FieldValue, n int) {
	found := Related{Card: card}
	if isKey(other, field.Name) {
		values := make([]schema.Value, len(other.Schema.Columns))
		values[other.Schema.Index(field.Name)] = field.Value
		found.Item = found.Href + "/items/" + other.ID(values)
		if other.IsDerived() && !slices.Contains(d.Publication.Key, field.Name) && field.Href == "" {
			field.Href = found.Item
		}
	} else {
		found.Count, found.More = int64(min(n, mostCounted)), n > mostCounted
		found.Item = found.Href + "/items?" + url.Values{field.Name: {field.Value.String()}}.Encode()
	}
	at := slices.IndexFunc(body.Relations, func(u *Relations) bool { return u.Column.Name == field.Name })
	if at < 0 {
		at, body.Relations = len(body.Relations), append(body.Relations, &Relations{Column: field.Field, Value: field.Value})
	}
	body.Relations[at].Related = append(body.Relations[at].Related, found)
}

func isKey(d *dataset.Dataset, column string) bool {
	return len(d.Publication.Key) == 1 && d.Publication.Key[0] == column
}
