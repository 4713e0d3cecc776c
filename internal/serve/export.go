package serve

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
)

// exportOffers are the files that may be asked of a choice of features; the first where the client does not say.
var exportOffers = offersOf(dump.Exports)

func offersOf(formats []*dump.Format) (offers []offer) {
	for _, f := range formats {
		offers = append(offers, offer{name: f.Extension, mediaType: f.MediaType})
	}
	return offers
}

const (
	exportsAtOnce = 4               // are read from the database
	exportsOfOne  = 2               // of them, by one client
	exportWait    = 5 * time.Second // for a place among them
)

// export answers all the features that are chosen, as a file.
func (s *Server) export(w http.ResponseWriter, r *request) error {
	p, f, err := r.exported()
	if err != nil {
		return err
	}
	s.exportHeaders(w.Header(), r, p, f)
	if file := p.file(f); file != nil {
		return s.dumped(w, r, p.entry, file, caching)
	}
	asked := s.form(r, answer{mediaType: f.MediaType, depends: s.exportDepends(r, p, f)})
	asked.compressible = false // it is sent as it grows
	if tag := asked.match(r.Header["If-None-Match"], plainly); tag != "" {
		asked.unmodified(w, tag)
		return nil
	}
	if err := s.fits(r.Context(), p, f); err != nil {
		return err
	}
	if hasAny(r.Request) {
		asked.unmodified(w, asked.tag(identity))
		return nil
	}
	maps.Copy(w.Header(), asked.headers(nil, identity))
	if r.Method == http.MethodHead {
		return nil
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
	if len(p.params()) > 0 {
		return nil
	}
	return p.entry.Dump(f.Extension)
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

// permanent is the address that gives the same file as long as its release is kept: the first that has these features, or,
// of a file that says when its sources were fetched, the release that says so.
func (p *page) permanent(r *request) string {
	v := p.params()
	v.Set("f", p.offer.name)
	name := p.entry.Since
	if exportFormat(p.offer.name).Describes {
		name = r.manifest.Release
	}
	return p.at(r.root+"/r/"+name) + "/export?" + v.Encode()
}

// exportDepends is what the bytes of an export are a function of: besides its features, what it says of itself.
func (s *Server) exportDepends(r *request, p *page, f *dump.Format) []string {
	return append(append(p.depends("export"), f.Extension, p.permanent(r)), s.says(r, p.entry, f)...)
}

// fits refuses what a format does not hold, before anything is read.
func (s *Server) fits(ctx context.Context, p *page, f *dump.Format) (err error) {
	if p.matched, p.counted, err = s.DB.Count(ctx, p.entry.Version, p.d, p.query); err != nil {
		return err
	}
	if p.query.Limit > 0 {
		p.matched = min(p.matched, int64(p.query.Limit))
	}
	if f.MaxRows > 0 && p.counted && p.matched > f.MaxRows {
		return fault.New(fault.Invalid, "f: %d features do not fit in a file %s, which has at most %d; f=csv has no bound", p.matched, f.Extension, f.MaxRows).About("f")
	}
	return nil
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
	if crs := p.query.CRS; !crs.IsCRS84() && p.query.Geometry != dataset.NoGeometry {
		name += fmt.Sprintf("_epsg%d", crs.Code) // Content-Crs is lost once the file is saved
	}
	if hint := slug(strings.Join(words, " ")); hint != "" {
		name += "_" + hint
	}
	return name + "." + f.Extension
}
