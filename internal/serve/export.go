package serve

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// exportOffers are the files that may be asked of a choice of features; the first where the client does not say.
var exportOffers = offersOf(dump.Exports)

func offersOf(formats []*dump.Format) (offers []offer) {
	for _, f := range formats {
		offers = append(offers, offer{name: f.Extension, mediaType: f.MediaType})
	}
	return offers
}

// exportsAtOnce are how many exports may be read from the database at the same time.
const exportsAtOnce = 4

// export answers all the features that are chosen, as a file.
func (s *Server) export(w http.ResponseWriter, r *request) error {
	p, f, err := r.exported()
	if err != nil {
		return err
	}
	s.exportHeaders(w.Header(), r, p, f)
	if file := p.file(f); file != nil {
		return s.dumped(w, r, p.entry, file)
	}
	asked := s.form(r, answer{mediaType: f.MediaType, depends: s.exportDepends(r, p, f)})
	asked.compressible = false // it is sent as it grows
	if tag := asked.match(r.Header["If-None-Match"], plainly); tag != "" {
		asked.unmodified(w, tag)
		return nil
	}
	maps.Copy(w.Header(), asked.headers(nil, identity))
	if r.Method == http.MethodHead {
		return nil
	}
	if err := s.fits(r.Context(), p, f); err != nil {
		return err
	}
	return s.stream(w, r, p, f)
}

// exported reads a request for a file.
func (r *request) exported() (*page, *dump.Format, error) {
	var p page
	var err error
	if p.d, p.entry, err = r.collection(); err != nil {
		return nil, nil, err
	}
	if p.offer, err = r.choose(exportOffers); err != nil {
		return nil, nil, err
	}
	if err := r.only(append(exportParameters(p.d, p.entry), "q")...); err != nil {
		return nil, nil, err
	}
	if r.params.Has("limit") {
		limit, err := r.number("limit", 1, 0)
		if err != nil {
			return nil, nil, err
		}
		p.query.Limit = int(min(limit, p.entry.Rows+1))
	}
	if err := r.chosen(&p); err != nil {
		return nil, nil, err
	}
	f := exportFormat(p.offer.name)
	if p.bare {
		p.query.CRS = nil
	}
	p.query.Geometry = p.encoding(f)
	return &p, f, nil
}

func exportFormat(name string) *dump.Format {
	for _, f := range dump.Exports {
		if f.Extension == name {
			return f
		}
	}
	return nil
}

// file is the dump of the release that is the same as an export of all; nil when there is none.
func (p *page) file(f *dump.Format) *release.File {
	i := slices.IndexFunc(p.entry.Files, func(file release.File) bool { return file.Name == f.Name(p.d) })
	if i < 0 || len(p.params()) > 0 {
		return nil
	}
	return &p.entry.Files[i]
}

// exportHeaders says how the file is called, and where it will always be found.
func (s *Server) exportHeaders(h http.Header, r *request, p *page, f *dump.Format) {
	(&form{negotiated: r.offers != nil}).vary(h)
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"`, p.filename(f)))
	h.Set("Link", link{Href: p.permanent(r), Rel: "canonical", Type: f.MediaType}.header())
	if p.query.Geometry != dataset.NoGeometry {
		maps.Copy(h, p.contentCRS())
	}
}

// permanent is the address that gives the same file as long as its release is kept.
func (p *page) permanent(r *request) string {
	v := p.params()
	v.Set("f", p.offer.name)
	return p.at(r.root+"/r/"+p.entry.Since) + "/export?" + v.Encode()
}

// exportDepends is what the bytes of an export are a function of: besides its features, what it says of itself.
func (s *Server) exportDepends(r *request, p *page, f *dump.Format) []string {
	depends := append(p.depends("export"), f.Extension, s.Title, p.permanent(r))
	for _, file := range r.retrieved(p.entry) {
		depends = append(depends, file.Place, file.When.UTC().Format(time.DateOnly))
	}
	return depends
}

// fits refuses what a format does not hold, before anything is read.
func (s *Server) fits(ctx context.Context, p *page, f *dump.Format) (err error) {
	if p.matched, p.known, err = s.DB.Count(ctx, p.entry.Version, p.d, p.query); err != nil {
		return err
	}
	if p.query.Limit > 0 {
		p.matched = min(p.matched, int64(p.query.Limit))
	}
	if f.MaxRows > 0 && p.known && p.matched > f.MaxRows {
		return fault.New(fault.Invalid, "f: %d features do not fit in a file %s, which has at most %d; f=csv has no bound", p.matched, f.Extension, f.MaxRows).About("f")
	}
	return nil
}

// exporter is the database that exports are read from, where a statement may take its time.
func (s *Server) exporter() *store.DB {
	if s.Exports != nil {
		return s.Exports
	}
	return s.DB
}

// stream has the file made and sends it as it grows, or once it is whole where its first bytes depend on its last row.
// What fails before the first byte is a problem document; after it, the connection is broken, so that the client does not
// take a part for the whole.
func (s *Server) stream(w http.ResponseWriter, r *request, p *page, f *dump.Format) error {
	select {
	case s.exporting <- struct{}{}:
	default:
		return fault.New(fault.Unavailable, "too many exports are under way")
	}
	ctx, cancel := context.WithCancel(r.Context())
	file, err := s.flights.room.grow(ctx, func(ctx context.Context, w io.Writer) error {
		defer func() { <-s.exporting }() // once it is made: how slowly it is read holds up nobody
		return s.makeExport(ctx, w, r, p, f)
	})
	if err != nil {
		cancel()
		<-s.exporting
		return err
	}
	defer file.close()
	defer cancel()
	enough := int64(0)
	if f.Whole {
		enough = 1 << 62
	}
	written, ended, err := file.beyond(ctx, enough)
	if err != nil {
		return err
	}
	if ended {
		w.Header().Set("Content-Length", strconv.FormatInt(written, 10))
	}
	w.WriteHeader(http.StatusOK)
	return s.follow(ctx, w, r, file)
}

// exportPiece is what a client must read within its patience: four kilobytes a second are enough.
const exportPiece = 128 << 10

// follow sends a file while it grows.
func (s *Server) follow(ctx context.Context, w http.ResponseWriter, r *request, file *growing) error {
	sent := int64(0)
	for {
		written, ended, err := file.beyond(ctx, sent)
		if err != nil {
			if r.Context().Err() == nil {
				s.Log.Warn("an export broke off", "uri", r.URL.RequestURI(), "sent", sent, "error", err)
			}
			panic(http.ErrAbortHandler) // net/http breaks the connection: no chunk says that it is the last
		}
		next := min(written-sent, exportPiece)
		n, err := pour(w, io.NewSectionReader(file.file, sent, next), next)
		sent += n
		if err != nil {
			panic(http.ErrAbortHandler) // the client left, or what was written cannot be read
		}
		if ended && sent == written {
			return nil
		}
	}
}

func (s *Server) makeExport(ctx context.Context, w io.Writer, r *request, p *page, f *dump.Format) error {
	c := s.content(r, p, s.exporter().Features(ctx, p.entry.Version, p.d, p.query))
	c.About.Link = p.permanent(r)
	if p.known {
		c.Rows = p.matched
	}
	_, err := f.Write(w, c)
	return err
}

// filename is a name that says what is in the file: dataset, release, and a few words of what was chosen.
func (p *page) filename(f *dump.Format) string {
	var words []string
	for _, e := range p.query.Equal {
		words = append(words, e.Value)
	}
	if v := p.params(); v.Has("filter") {
		words = append(words, v.Get("filter"))
	}
	words = append(words, p.query.Search)
	if p.query.BBox != nil {
		words = append(words, p.query.BBox.String())
	}
	name := p.d.Name + "_" + p.entry.Since
	if hint := slug(strings.Join(words, " ")); hint != "" {
		name += "_" + hint
	}
	return name + "." + f.Extension
}
