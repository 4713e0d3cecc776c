package serve

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"time"

	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
)

// changesOffers are how a difference may be asked: JSON first.
var changesOffers = func() (offers []offer) {
	for _, name := range []string{"json", "csv", "parquet"} {
		offers = append(offers, offer{name: name, mediaType: changesFormat(name).MediaType})
	}
	return offers
}()

func changesFormat(extension string) *dump.ChangesFormat {
	i := slices.IndexFunc(dump.ChangesFormats, func(f *dump.ChangesFormat) bool { return f.Extension == extension })
	if i < 0 {
		return nil
	}
	return dump.ChangesFormats[i]
}

// difference answers the rows of a dataset that differ between two releases. Between a release and the one before they are
// its files, and those of a commune are chosen from a file; between others they are read from the tables, like an export.
func (s *Server) difference(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	offers := changesOffers
	if s.Pages != nil {
		offers = append(slices.Clip(offers), offerHTML)
	}
	chosen, err := r.negotiate(offers...)
	if err != nil {
		return err
	}
	if err := r.only("since", "commune", "f"); err != nil {
		return err
	}
	c, err := s.comparison(r, d.Name)
	if err != nil {
		return err
	}
	if chosen.name == offerHTML.name {
		return s.differencePage(w, r, c)
	}
	f := changesFormat(chosen.name)
	w.Header().Set("Content-Disposition", c.disposition(f))
	if file := c.file(f); file != nil && c.commune == "" {
		(&form{negotiated: r.offers != nil}).vary(w.Header())
		return s.dumped(w, r, e, file, caching)
	}
	if c.same() || c.rows() != nil {
		return s.narrowed(w, r, c, f)
	}
	return s.differ(w, r, c, f)
}

// comparison is what a request compares.
func (s *Server) comparison(r *request, name string) (c *compared, err error) {
	c = &compared{after: r.view, name: name}
	if c.before, err = s.since(r); err != nil {
		return nil, err
	}
	if c.before == nil {
		return nil, fault.New(fault.NotFound, "%s is the first release; there is none to compare it with", r.manifest.Release).About("release")
	}
	if c.before.manifest.Entry(name) == nil {
		return nil, fault.New(fault.NotFound, "%s is new: the release %s has no such collection; %s/collections/%s/items has its rows", name, c.before.manifest.Release, r.base, name).About("since")
	}
	c.commune, err = r.commune()
	if err == nil && c.commune != "" && r.datasets[name].Publication.Commune == "" {
		err = fault.New(fault.Invalid, "commune: the rows of %s are of no commune", name).About("commune")
	}
	return c, err
}

// file is the one of the release that has the difference, of all communes; nil when there is none.
func (c *compared) file(f *dump.ChangesFormat) *release.File {
	if c.filed() == nil {
		return nil
	}
	_, e := c.entries()
	i := slices.IndexFunc(e.Files, func(file release.File) bool { return file.Role == release.RoleChanges && file.Name == f.Name(c.name) })
	if i < 0 {
		return nil
	}
	return &e.Files[i]
}

// rows is the file that the rows which are asked can be read from; nil when there is none, or when it does not say which rows
// were in the commune: they were by another field.
func (c *compared) rows() *release.File {
	if c.commune != "" && c.before.datasets[c.name].Publication.Commune != c.after.datasets[c.name].Publication.Commune {
		return nil
	}
	return c.file(changesFormat("json"))
}

// eachRow reads those of the file that are asked.
func (s *Server) eachRow(ctx context.Context, c *compared, each func(*release.RowChange) error) error {
	if c.same() {
		return nil
	}
	content, err := s.Blobs.Get(ctx, c.rows().SHA256)
	if err != nil {
		return err
	}
	defer content.Close()
	for row, err := range dump.ChangesOf(content, c.commune, c.after.datasets[c.name].Publication.Commune) {
		if err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}

// narrowed answers what needs no table: the rows of a commune, from the file of the release, or that there are none.
func (s *Server) narrowed(w http.ResponseWriter, r *request, c *compared, f *dump.ChangesFormat) error {
	depends := append(c.depends(), "narrowed", f.Extension)
	return s.send(w, r, answer{mediaType: f.MediaType, depends: depends, produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
		out, err := s.openDifference(ctx, w, c, f)
		if err == nil {
			err = s.eachRow(ctx, c, out.Add)
		}
		if err != nil {
			return nil, err
		}
		return http.Header{"Content-Disposition": {c.disposition(f)}}, out.Close()
	}})
}

func (c *compared) disposition(f *dump.ChangesFormat) string {
	return fmt.Sprintf(`attachment; filename="%s"`, c.filename(f))
}

func (c *compared) filename(f *dump.ChangesFormat) string {
	name := c.name + "_" + c.before.manifest.Release + "_" + c.after.manifest.Release
	if c.commune != "" {
		name += "_" + c.commune
	}
	return name + ".changes." + f.Extension
}

// same says whether there is nothing to compare.
func (c *compared) same() bool {
	before, after := c.entries()
	return before.Hash == after.Hash
}

// readable refuses a version whose table was pruned.
func (c *compared) readable() error {
	for _, v := range []*view{c.before, c.after} {
		if v.pruned[c.name] && !c.same() {
			return fault.New(fault.Gone, "the rows of %s in release %s are no longer in the database, so that they cannot be compared; the files of changes of each release, under /r/{release}/d/%s.changes.csv, stay",
				c.name, v.manifest.Release, c.name).About("since")
		}
	}
	return nil
}

// differ reads a difference from the tables, and sends it as it grows.
func (s *Server) differ(w http.ResponseWriter, r *request, c *compared, f *dump.ChangesFormat) error {
	if err := c.readable(); err != nil {
		return err
	}
	asked := s.form(r, answer{mediaType: f.MediaType, depends: append(c.depends(), f.Extension)})
	asked.compressible = false // it is sent as it grows
	if tag := asked.match(r.Header["If-None-Match"], plainly); tag != "" {
		asked.unmodified(w, tag)
		return nil
	}
	if hasAny(r.Request) {
		asked.unmodified(w, asked.tag(identity))
		return nil
	}
	asked.vary(w.Header())
	maps.Copy(w.Header(), asked.headers(nil, identity))
	if r.Method == http.MethodHead {
		return nil
	}
	return s.grown(w, r, false, func(ctx context.Context, w io.Writer) error { return s.writeDifference(ctx, w, c, f) })
}

// depends is what a difference is a function of: its causes are of the two manifests.
func (c *compared) depends() []string {
	before, after := c.entries()
	return []string{"difference", c.name, before.Hash, before.Fingerprint, after.Hash, after.Fingerprint, c.before.digest, c.after.digest, c.commune}
}

func (s *Server) openDifference(ctx context.Context, w io.Writer, c *compared, f *dump.ChangesFormat) (dump.ChangesWriter, error) {
	change, err := c.about(ctx, s)
	if err != nil {
		return nil, err
	}
	before, after := c.entries()
	return f.Open(w, &dump.Changes{Dataset: c.name, Before: before.String(), After: after.String(), Commune: c.commune, Columns: change.Columns, Causes: change.Causes}), nil
}

func (s *Server) writeDifference(ctx context.Context, w io.Writer, c *compared, f *dump.ChangesFormat) error {
	out, err := s.openDifference(ctx, w, c, f)
	if err != nil {
		return err
	}
	search := func(ctx context.Context) iter.Seq2[*release.RowChange, error] {
		return s.exporter().Differences(ctx, c.difference(0))
	}
	for row, err := range prompt(ctx, s.limits.first, c.late(s.limits.first), search) {
		if err != nil {
			return err
		}
		if err := out.Add(row); err != nil {
			return err
		}
	}
	return out.Close()
}

// late is the failure of a comparison whose first row does not come in time.
func (c *compared) late(within time.Duration) *fault.Error {
	return fault.New(fault.Unavailable, "the database found no difference within %s; the files of changes of each release, under /r/{release}/d/%s.changes.csv, say the same step by step", within, c.name)
}
