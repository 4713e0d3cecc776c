package serve

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"maille/internal/schema"
)

// ItemsPage is a table of features, with what leads to others.
type ItemsPage struct {
	Collection *Card
	Columns    []Heading
	AllColumns string // address of the same with all columns; "" when they are shown
	Fewer      string // address of the same with the main columns, when all are shown because that was asked
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
	MapHref    string // address of the map that shows the same features; "" for none
}

// TableRow is a feature in a table.
type TableRow struct {
	Title  string
	Href   string
	Values []schema.Value
}

const (
	shownRows  = 25  // of a page for people that says no limit
	mostCells  = 800 // of such a page
	leastShown = 10  // rows of such a page, however many columns it has
	mostShown  = 200 // a table of more is for programs
	// Parameters that pages alone have: columns=all, and the pages that led here.
	allColumns = "columns"
	trail      = "trail"
)

// itemsPage answers a page of features as a table. p is read already.
func (s *Server) itemsPage(w http.ResponseWriter, r *request, p page) error {
	asked := r.URL.Query()
	usual := usualRows(&p, asked)
	if !r.params.Has("limit") {
		p.query.Limit = usual
	}
	p.query.Limit = min(p.query.Limit, mostShown)
	b := &itemsBuilder{s: s, r: r, p: p, at: "/collections/" + p.d.Name + "/items", asked: asked, usual: usual}
	depends := []string{"items", strconv.FormatBool(p.counted), strconv.FormatInt(p.matched, 10), p.params().Encode(), b.asked.Get(allColumns), b.asked.Get(trail)}
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
	usual int // rows of the page when no limit is said
}

// address is the canonical query with changes; a change to nothing takes the parameter away.
func (b *itemsBuilder) address(changes url.Values) string {
	query := b.p.params()
	if b.p.query.Limit == b.usual {
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
	body := &ItemsPage{Collection: r.card(p.d, p.entry), Matched: p.matched, Known: p.counted}
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
	first, err := b.s.first(ctx, r.view, p.d, p.entry)
	if err != nil {
		return nil, err
	}
	body.MapHref = b.mapHref(body.Collection)
	body.Form = b.form(example(p.d, first))
	body.Chosen = b.chosen()
	return body, nil
}
