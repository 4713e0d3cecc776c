package serve

import (
	"cmp"
	"context"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

const (
	defaultLimit = 10
	maxLimit     = 10_000 // a greater one is clamped (OGC 17-069r4 /req/core/fc-limit-response-1)
)

// page is a request for items, read and in canonical form.
type page struct {
	query   dataset.Query
	d       *dataset.Dataset
	entry   *release.Entry
	matched int64
	known   bool // matched was counted within its budget
}

func (s *Server) items(w http.ResponseWriter, r *request) error {
	p, err := r.page()
	if err != nil {
		return err
	}
	if p.matched, p.known, err = s.DB.Count(r.Context(), p.entry.Version, p.d, p.query); err != nil {
		return err
	}
	return s.send(w, r, answer{
		mediaType: mediaGeoJSON,
		depends:   []string{"items", strconv.FormatBool(p.known), p.entry.Hash, p.entry.Fingerprint, p.entry.Since, p.entry.SinceTime.String(), p.params().Encode()},
		produce:   func(ctx context.Context, w io.Writer) error { return s.writePage(ctx, w, r, p) },
	})
}

func (r *request) page() (p page, err error) {
	if p.d, p.entry, err = r.collection(); err != nil {
		return p, err
	}
	known := append([]string{"bbox", "datetime", "limit", "after", "f"}, p.d.Publication.Index...)
	if len(p.d.Levels()) > 0 {
		known = append(known, maxOffset)
	}
	if err := errorsFirst(r.only(known...), r.format("json", "geojson")); err != nil {
		return p, err
	}
	limit, err := r.number("limit", 1, defaultLimit)
	if err != nil {
		return p, err
	}
	p.query = dataset.Query{Limit: int(min(limit, maxLimit)), Geometry: dataset.AsGeoJSON}
	if p.query.After, err = r.number("after", 0, 0); err != nil {
		return p, err
	}
	if r.params.Has("bbox") {
		box, err := geo.ParseBBox(r.params.Get("bbox"))
		if err != nil {
			return p, err
		}
		p.query.BBox = &box
	}
	if r.params.Has("datetime") {
		if p.query.Time, err = parseInterval(r.params.Get("datetime")); err != nil {
			return p, err
		}
	}
	if p.query.Level, err = r.level(p.d); err != nil {
		return p, err
	}
	p.query.Equal, err = r.equals(p.d)
	return p, err
}

// maxOffset is how far in degrees borders may be from where they are, for maps of small scale: the parameter is Esri's,
// which ldproxy has too.
const maxOffset = "maxAllowableOffset"

// level is the generalised geometry that an offset allows; 0 is the geometry itself.
func (r *request) level(d *dataset.Dataset) (float64, error) {
	text := r.params.Get(maxOffset)
	if !r.params.Has(maxOffset) {
		return 0, nil
	}
	offset, err := strconv.ParseFloat(text, 64)
	if err != nil || !(offset >= 0) || math.IsInf(offset, 0) {
		return 0, fault.New(fault.Invalid, "%s: %q is not a number of degrees", maxOffset, text).About(maxOffset)
	}
	return d.Level(offset), nil
}

// equals reads the parameters that are named like a property (OGC 17-069r4 §7.15.5): those that have an index.
func (r *request) equals(d *dataset.Dataset) (all []dataset.Equal, err error) {
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		if !r.params.Has(c.Name) || !slices.Contains(d.Publication.Index, c.Name) {
			continue
		}
		text := r.params.Get(c.Name)
		value, wrong := c.Parse(text)
		if wrong != nil && (wrong.Rule == "type" || wrong.Rule == "encoding") || wrong == nil && value.IsNull() || text == "" {
			return nil, fault.New(fault.Invalid, "%s: %q is not a value of type %s", c.Name, text, c.Type).About(c.Name)
		}
		if wrong == nil {
			text = value.String()
		}
		all = append(all, dataset.Equal{Column: c.Name, Value: text})
	}
	return all, nil
}

// params is the request in canonical form: the same page has one address.
func (p *page) params() url.Values {
	v := url.Values{"limit": {strconv.Itoa(p.query.Limit)}}
	if p.query.After > 0 {
		v.Set("after", strconv.FormatInt(p.query.After, 10))
	}
	if p.query.BBox != nil {
		v.Set("bbox", p.query.BBox.String())
	}
	if p.query.Time != (dataset.Interval{}) {
		v.Set("datetime", cmp.Or(p.query.Time.From, "..")+"/"+cmp.Or(p.query.Time.To, ".."))
	}
	if p.query.Level > 0 {
		v.Set(maxOffset, strconv.FormatFloat(p.query.Level, 'f', -1, 64))
	}
	for _, e := range p.query.Equal {
		v.Set(e.Column, e.Value)
	}
	return v
}

// writePage writes a FeatureCollection. The features come first: what follows them (numberReturned, next) is known only
// once they are read.
func (s *Server) writePage(ctx context.Context, w io.Writer, r *request, p page) error {
	query := p.query
	query.Limit++ // one more tells whether a page follows
	e := dump.NewFeatureEncoder(p.d)
	buf := append(make([]byte, 0, 64<<10), `{"type":"FeatureCollection","features":[`...)
	returned, last := 0, int64(0)
	more := false
	for f, err := range s.DB.Features(ctx, p.entry.Version, p.d, query) {
		if err != nil {
			return err
		}
		if more = returned == p.query.Limit; more {
			continue // it is the last; breaking off would cancel a statement that is done, which takes a tenth of a second
		}
		if returned > 0 {
			buf = append(buf, ',')
		}
		buf = e.Append(append(buf, '\n'), f)
		returned, last = returned+1, f.Ord
		if len(buf) >= 48<<10 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	buf = p.close(buf, r, returned, last, more)
	_, err := w.Write(buf)
	return err
}

func (p *page) close(buf []byte, r *request, returned int, last int64, more bool) []byte {
	buf = append(buf, "\n],\"numberReturned\":"...)
	buf = strconv.AppendInt(buf, int64(returned), 10)
	if p.known {
		buf = strconv.AppendInt(append(buf, `,"numberMatched":`...), p.matched, 10)
	}
	buf = append(buf, `,"timeStamp":"`...)
	buf = p.entry.SinceTime.UTC().AppendFormat(buf, time.RFC3339)
	buf = append(buf, `","links":[`...)
	at := r.base + "/collections/" + p.d.Name
	buf = appendLink(buf, link{at + "/items?" + p.params().Encode(), relSelf, mediaGeoJSON, "This page"})
	if more {
		next := *p
		next.query.After = last
		href := r.pinned(p.entry) + "/collections/" + p.d.Name + "/items?" + next.params().Encode()
		buf = appendLink(append(buf, ','), link{href, relNext, mediaGeoJSON, "The next page"})
	}
	buf = appendLink(append(buf, ','), link{at, "collection", mediaJSON, p.d.Title})
	return append(buf, "]}\n"...)
}

// pinned is the address of a release that has the same version and will go on having it: whoever walks from page to page
// while a release is published neither skips a row nor sees one twice.
func (r *request) pinned(e *release.Entry) string {
	if r.release != "" {
		return r.base
	}
	return r.root + "/r/" + e.Since
}

func appendLink(buf []byte, l link) []byte {
	buf = schema.AppendQuoted(append(buf, `{"href":`...), l.Href)
	buf = schema.AppendQuoted(append(buf, `,"rel":`...), l.Rel)
	buf = schema.AppendQuoted(append(buf, `,"type":`...), l.Type)
	buf = schema.AppendQuoted(append(buf, `,"title":`...), l.Title)
	return append(buf, '}')
}

// item answers one feature. Its id is percent-encoded already; clients that encode it once more are understood too.
func (s *Server) item(w http.ResponseWriter, r *request) error {
	d, entry, err := r.collection()
	if err != nil {
		return err
	}
	if err := errorsFirst(r.only("f"), r.format("json", "geojson")); err != nil {
		return err
	}
	fid := mux.Vars(r.Request)["fid"]
	err = s.send(w, r, answer{
		mediaType: mediaGeoJSON,
		depends:   []string{"item", entry.Hash, entry.Fingerprint, fid},
		produce: func(ctx context.Context, w io.Writer) error {
			body, err := s.feature(ctx, r, d, entry, fid)
			if err == nil {
				_, err = w.Write(body)
			}
			return err
		},
	})
	if fault.KindOf(err) == fault.NotFound {
		return s.former(w, r, d, fid, err)
	}
	return err
}

func (s *Server) feature(ctx context.Context, r *request, d *dataset.Dataset, entry *release.Entry, fid string) ([]byte, error) {
	keys, shown := readings(d, fid)
	for _, key := range keys {
		query := dataset.Query{ID: key, Limit: 1, Geometry: dataset.AsGeoJSON}
		var body []byte
		for f, err := range s.DB.Features(ctx, entry.Version, d, query) {
			if err != nil {
				return nil, err
			}
			body = encodeFeature(r, d, f)
		}
		if body != nil {
			return body, nil
		}
	}
	return nil, fault.New(fault.NotFound, "the collection %s has no feature %q", d.Name, shown).About("featureId")
}

// readings are the keys that an id in a path may mean: as its links have it, escaped once more by the client, or, for a
// key of one part, not escaped at all.
func readings(d *dataset.Dataset, fid string) (keys [][]string, shown string) {
	shown = fid
	if once, err := url.PathUnescape(fid); err == nil {
		shown = once
	}
	for _, id := range []string{fid, shown} {
		if key, ok := d.ParseID(id); ok && !slices.ContainsFunc(keys, func(k []string) bool { return slices.Equal(k, key) }) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 && len(d.Publication.Key) == 1 {
		keys = append(keys, []string{shown})
	}
	return keys, shown
}

func encodeFeature(r *request, d *dataset.Dataset, f *dataset.Feature) []byte {
	at := r.base + "/collections/" + d.Name
	links := append([]byte(nil), `,"links":[`...)
	links = appendLink(links, link{at + "/items/" + d.ID(f.Values), relSelf, mediaGeoJSON, "This feature"})
	links = appendLink(append(links, ','), link{at, "collection", mediaJSON, d.Title})
	links = append(links, ']')
	return append(dump.NewFeatureEncoder(d).AppendWith(nil, f, string(links)), '\n')
}
