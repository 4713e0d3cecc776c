package serve

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"maille/internal/dataset"
	"maille/internal/dump"
)

const (
	defaultLimit = 10
	maxLimit     = 10_000 // a greater one is clamped (OGC 17-069r4 /req/core/fc-limit-response-1)
)

// itemsOffers are how pages of features are written, and itemOffers single ones; the first where the client does not say.
var itemsOffers = []offer{offerGeoJSON, offerHTML, offerGeoJSONSeq, offerCSV, offerFlatGeobuf}

var itemOffers = itemsOffers

// pageFormats are the files that a page may be.
var pageFormats = map[string]*dump.Format{offerGeoJSONSeq.name: dump.GeoJSONSeq, offerCSV.name: dump.CSV, offerFlatGeobuf.name: dump.FlatGeobuf}

func (s *Server) items(w http.ResponseWriter, r *request) error {
	p, err := s.asked(r)
	if err != nil {
		return err
	}
	if p.matched, p.counted, err = s.DB.Count(r.Context(), p.entry.Version, p.d, p.query); err != nil {
		return err
	}
	r.fleeting = !p.counted
	if p.offer.name == offerHTML.name {
		return s.itemsPage(w, r, p)
	}
	return s.send(w, r, answer{mediaType: p.offer.mediaType, depends: s.depends(r, &p, "items"),
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) { return s.writePage(ctx, w, r, &p) }})
}

// written are the offers that this program has.
func (s *Server) written(offers []offer) []offer {
	return slices.DeleteFunc(slices.Clone(offers), func(o offer) bool { return o.name == offerHTML.name && s.Pages == nil })
}

// begin finds what is asked, and in which format.
func (s *Server) begin(r *request, offers []offer) (p page, err error) {
	if p.d, p.entry, err = r.collection(); err != nil {
		return p, err
	}
	if err = r.rows(p.d); err != nil {
		return p, err
	}
	p.offers = s.written(offers)
	p.offer, err = r.negotiate(p.offers...)
	return p, err
}

// asked reads a request for items.
func (s *Server) asked(r *request) (p page, err error) {
	if p, err = s.begin(r, itemsOffers); err != nil {
		return p, err
	}
	if err := r.only(append(itemsParameters(p.d, p.entry), "q")...); err != nil { // q is refused with a reason where it is not read
		return p, err
	}
	limit, err := r.number("limit", 1, defaultLimit)
	if err != nil {
		return p, err
	}
	p.query.Limit = int(min(limit, maxLimit))
	if p.query.After, err = r.number("after", 0, 0); err != nil {
		return p, err
	}
	if err := errorsFirst(r.level(&p), r.chosen(&p)); err != nil {
		return p, err
	}
	p.encode()
	return p, nil
}

// encode says how the features are read for the format that they are written in. Generalised borders are kept as GeoJSON.
func (p *page) encode() {
	f := pageFormats[p.offer.name]
	if p.query.Geometry = dataset.AsGeoJSON; f != nil {
		p.query.Geometry = p.encoding(f)
	}
	if p.bare {
		p.query.Geometry = dataset.NoGeometry
	}
	if p.query.Geometry != dataset.AsGeoJSON {
		p.query.Level = 0
	}
}

// encoding is that of the geometries that a file is made of.
func (p *page) encoding(f *dump.Format) dataset.Encoding {
	switch {
	case p.bare:
		return dataset.NoGeometry
	case p.shape != dump.InColumns:
		return dataset.AsWKB
	}
	return f.Encoding
}

// depends is what the features of an answer are a function of.
func (p *page) depends(kind string) []string {
	return []string{kind, strconv.FormatBool(p.counted), p.entry.Hash, p.entry.Fingerprint, p.entry.Since, p.entry.SinceTime.String(), p.params().Encode()}
}

// depends is what an answer is a function of: besides its features, what a file says of itself.
func (s *Server) depends(r *request, p *page, kind string) []string {
	return append(p.depends(kind), s.says(r, p.entry, pageFormats[p.offer.name])...)
}

// pass is what is known of a page once its features were read.
type pass struct {
	returned int
	last     int64 // Ord of the last one
	more     bool  // there are others after it
}

// features reads the features of a page, and says in seen how far it went.
func (s *Server) features(ctx context.Context, p *page, seen *pass) dump.Features {
	query := p.query
	query.Limit++ // one more tells whether a page follows
	return func(yield func(*dataset.Feature, error) bool) {
		for f, err := range s.DB.Features(ctx, p.entry.Version, p.d, query) {
			if err != nil {
				yield(nil, err)
				return
			}
			if seen.more = seen.returned == p.query.Limit; seen.more {
				continue // it is the last; breaking off would cancel a statement that is done, which takes a tenth of a second
			}
			seen.returned, seen.last = seen.returned+1, f.Ord
			if !yield(f, nil) {
				return
			}
		}
	}
}

// read gives the features of a page, to keep.
func (s *Server) read(ctx context.Context, p *page) (all []*dataset.Feature, seen pass, err error) {
	for f, err := range s.features(ctx, p, &seen) {
		if err != nil {
			return nil, seen, err
		}
		all = append(all, f.Clone())
	}
	return all, seen, nil
}

// writePage writes a page in its format.
func (s *Server) writePage(ctx context.Context, w io.Writer, r *request, p *page) (http.Header, error) {
	var seen pass
	features := s.features(ctx, p, &seen)
	if f := pageFormats[p.offer.name]; f != nil {
		_, err := f.Write(w, s.content(w, r, p, features))
		return p.headers(r, seen), err
	}
	return p.contentCRS(), p.writeCollection(w, r, features, &seen)
}

// contentCRS says the system of the coordinates of an answer (OGC 18-058r1 /req/crs/ogc-crs-header).
func (p *page) contentCRS() http.Header {
	uri := crs84
	if p.query.CRS != nil {
		uri = p.query.CRS.URI
	}
	return http.Header{"Content-Crs": {"<" + uri + ">"}}
}

// writeCollection writes a FeatureCollection. The features come first: what follows them (numberReturned, next) is known
// only once they are read.
func (p *page) writeCollection(w io.Writer, r *request, features dump.Features, seen *pass) error {
	e := dump.NewFeatureEncoder(p.d, p.columns)
	buf := append(make([]byte, 0, 64<<10), `{"type":"FeatureCollection","features":[`...)
	for f, err := range features {
		if err != nil {
			return err
		}
		if seen.returned > 1 {
			buf = append(buf, ',')
		}
		buf = e.Append(append(buf, '\n'), f)
		if len(buf) >= 48<<10 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	_, err := w.Write(p.close(buf, r, *seen))
	return err
}

func (p *page) close(buf []byte, r *request, seen pass) []byte {
	buf = append(buf, "\n],\"numberReturned\":"...)
	buf = strconv.AppendInt(buf, int64(seen.returned), 10)
	if p.counted {
		buf = strconv.AppendInt(append(buf, `,"numberMatched":`...), p.matched, 10)
	}
	buf = append(buf, `,"timeStamp":"`...)
	buf = p.entry.SinceTime.UTC().AppendFormat(buf, time.RFC3339)
	buf = append(buf, `","links":[`...)
	for i, l := range p.links(r, seen) {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendLink(buf, l)
	}
	return append(buf, "]}\n"...)
}
