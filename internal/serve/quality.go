package serve

import (
	"context"
	"io"
	"net/http"
	"slices"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/quality"
	"maille/internal/release"
)

// quality answers what is known of a collection's rows: the report that the release has, or the page of it.
func (s *Server) quality(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	f := fileOf(e, release.RoleQuality)
	if f == nil {
		return fault.New(fault.NotFound, "the release %s has no report on the quality of %s: it is older than such reports", r.manifest.Release, d.Name).About("collection")
	}
	return s.either(r, offerJSON, func() error { return s.qualityDocument(w, r, f) }, func() error { return s.qualityPage(w, r, d, e, f) })
}

// fileOf is the file of an entry that has a role; nil for none.
func fileOf(e *release.Entry, role string) *release.File {
	if i := slices.IndexFunc(e.Files, func(f release.File) bool { return f.Role == role }); i >= 0 {
		return &e.Files[i]
	}
	return nil
}

func (s *Server) qualityDocument(w http.ResponseWriter, r *request, f *release.File) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: []string{"quality", f.SHA256},
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			content, err := s.Blobs.Get(ctx, f.SHA256)
			if err != nil {
				return nil, err
			}
			defer content.Close()
			_, err = io.Copy(w, content)
			return nil, err
		}})
}

// report reads the file.
func (s *Server) report(ctx context.Context, f *release.File) (*quality.Report, error) {
	text, err := blob.Bytes(ctx, s.Blobs, f.SHA256)
	if err != nil {
		return nil, err
	}
	return quality.Read(text)
}

// QualityPage is what is known of a collection's rows.
type QualityPage struct {
	Collection *Card
	DOI        string // of it in this release, or whatever the release; "" for none
	Report     *quality.Report
	Outdated   []stale
	JSON       string
	Issues     string // where all that were kept are
}

func (s *Server) qualityPage(w http.ResponseWriter, r *request, d *dataset.Dataset, e *release.Entry, f *release.File) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, []string{f.SHA256}, func(ctx context.Context) (*Page, error) {
		p := s.page(r, "quality", d.Title, "/collections/"+d.Name+"/quality", offerJSON)
		body := &QualityPage{Collection: r.card(d, e), DOI: s.DOI.Best(r.manifest.Release, d.Name), Outdated: r.outdated(e), JSON: r.base + "/d/" + f.Name, Issues: r.base + "/collections/" + d.Name + "/issues"}
		p.under(body.Collection).Body = body
		var err error
		body.Report, err = s.report(ctx, f)
		return p, err
	})
}
