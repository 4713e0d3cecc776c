package serve

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/gorilla/mux"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
)

// item answers one feature. Its id is percent-encoded already; clients that encode it once more are understood too.
func (s *Server) item(w http.ResponseWriter, r *request) error {
	p, err := s.askedOne(r)
	if err != nil {
		return err
	}
	fid := mux.Vars(r.Request)["fid"]
	if p.offer.name == offerHTML.name {
		err = s.itemPage(w, r, p, fid)
	} else {
		err = s.send(w, r, answer{mediaType: p.offer.mediaType, depends: append(s.depends(r, &p, "item"), fid),
			produce: func(ctx context.Context, w io.Writer) (http.Header, error) { return s.writeItem(ctx, w, r, &p, fid) }})
	}
	if fault.KindOf(err) == fault.NotFound {
		if err = s.erasedItem(r, p.d, fid, err); fault.KindOf(err) != fault.NotFound {
			return err
		}
		return s.former(w, r, p.d, fid, err)
	}
	return err
}

// askedOne reads a request for one feature.
func (s *Server) askedOne(r *request) (p page, err error) {
	if p, err = s.begin(r, itemOffers); err != nil {
		return p, err
	}
	if err := r.only(itemParameters(p.d, p.entry)...); err != nil {
		return p, err
	}
	p.query.Limit = 1
	if p.query.CRS, err = r.crs("crs", p.entry); err != nil {
		return p, err
	}
	if err := r.level(&p); err != nil {
		return p, err
	}
	p.encode()
	return p, nil
}

// writeItem writes one feature in its format.
func (s *Server) writeItem(ctx context.Context, w io.Writer, r *request, p *page, fid string) (http.Header, error) {
	found, err := s.find(ctx, p, fid)
	if err != nil {
		return nil, err
	}
	h := p.contentCRS()
	links := p.itemLinks(r, found)
	if f := pageFormats[p.offer.name]; f != nil {
		for _, l := range links {
			h.Add("Link", l.header())
		}
		_, err = f.Write(w, s.content(w, r, p, func(yield func(*dataset.Feature, error) bool) { yield(found, nil) }))
		return h, err
	}
	members := []byte(`,"links":[`)
	for i, l := range links {
		if i > 0 {
			members = append(members, ',')
		}
		members = appendLink(members, l)
	}
	body := dump.NewFeatureEncoder(p.d, nil).AppendWith(nil, found, string(append(members, ']')))
	_, err = w.Write(append(body, '\n'))
	return h, err
}

// itemLinks are those of OGC 17-069r4 /req/core/f-links. The feature's own address says no format where it is the first.
func (p *page) itemLinks(r *request, f *dataset.Feature) (links []link) {
	at := p.at(r.base) + "/items/" + p.d.ID(f.Values)
	v := p.params()
	v.Del("limit")
	for i, o := range p.offers {
		l := link{"", relAlternate, o.mediaType, "This feature as " + o.title()}
		v.Set("f", o.name)
		if o.name == p.offer.name {
			if l.Rel, l.Title = relSelf, "This feature"; i == 0 {
				v.Del("f")
			}
		}
		if l.Href = at; len(v) > 0 {
			l.Href += "?" + v.Encode()
		}
		links = append(links, l)
	}
	if at := r.explainedAt(p.d, f); at != "" {
		links = append(links, link{at, "related", mediaJSON, "Where the value comes from"})
	}
	return append(links, link{p.at(r.base), relCollection, mediaJSON, p.d.Title})
}

// find reads the feature that an id means.
func (s *Server) find(ctx context.Context, p *page, fid string) (*dataset.Feature, error) {
	keys, said := readings(p.d, fid)
	for _, key := range keys {
		one := *p
		one.query.ID = key
		all, _, err := s.read(ctx, &one)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			return all[0], nil
		}
	}
	return nil, fault.New(fault.NotFound, "the collection %s has no feature %s", p.d.Name, shown(said)).About("featureId")
}

// readings are the keys that an id in a path may mean: as its links have it, escaped once more by the client, or, for a
// key of one part, not escaped at all.
func readings(d *dataset.Dataset, fid string) (keys [][]string, said string) {
	said = fid
	if once, err := url.PathUnescape(fid); err == nil {
		said = once
	}
	for _, id := range []string{fid, said} {
		if key, ok := d.ParseID(id); ok && !slices.ContainsFunc(keys, func(k []string) bool { return slices.Equal(k, key) }) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 && len(d.Publication.Key) == 1 {
		keys = append(keys, []string{said})
	}
	return keys, said
}
