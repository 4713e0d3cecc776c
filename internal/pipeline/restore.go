package pipeline

import (
	"context"
	"errors"
	"iter"
	"path"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/source"
)

// Restore makes the tables that a release lost once more, of its files, and what is generalised of them. What is read must
// have the hash of the version. It gives the versions that came back; those that stand already are left as they are, and one
// that cannot be restored does not keep the others from it.
func (p *Pipeline) Restore(ctx context.Context, name string) (restored []release.Version, err error) {
	defer p.full(&err)
	defer fault.Wrap(&err, "pipeline.Restore %s", name)
	var failed []error
	err = p.DB.Exclusive(ctx, func(ctx context.Context) (err error) {
		m, err := p.DB.Release(ctx, name) // as it is once nobody rewrites it
		if err != nil {
			return err
		}
		if m == nil {
			return fault.New(fault.NotFound, "no release is named %q", name).About(name)
		}
		pruned, err := p.DB.Pruned(ctx)
		if err != nil {
			return err
		}
		restored, failed = p.rebuildAll(ctx, m, pruned)
		return ctx.Err()
	})
	if err != nil {
		return restored, err
	}
	return restored, unrestored(failed)
}

// rebuildAll restores each dataset by itself.
func (p *Pipeline) rebuildAll(ctx context.Context, m *release.Manifest, pruned map[string]bool) (restored []release.Version, failed []error) {
	for i := range m.Datasets {
		e := &m.Datasets[i]
		if ctx.Err() != nil {
			break
		}
		if err := p.wholeAgain(ctx, m, e, pruned[e.Version.String()]); err != nil {
			p.Log.Error("restore", "version", e.Version, "error", err)
			failed = append(failed, fault.New(fault.KindOf(err), "%s: %s", e.Version, fault.Message(err)).About(e.Dataset).Because(err))
		} else if pruned[e.Version.String()] {
			restored = append(restored, e.Version)
		}
	}
	return restored, failed
}

// wholeAgain makes a version's table, where it has none, and what is generalised of it.
func (p *Pipeline) wholeAgain(ctx context.Context, m *release.Manifest, e *release.Entry, pruned bool) error {
	if pruned {
		if err := p.rebuild(ctx, m, e); err != nil {
			return err
		}
	}
	d, err := p.DB.Described(ctx, e.Load)
	if err != nil || len(d.Levels()) == 0 {
		return err
	}
	return p.generalise(ctx, d, e.Version)
}

// unrestored says of all that failed, each by its name.
func unrestored(failed []error) error {
	switch len(failed) {
	case 0:
		return nil
	case 1:
		return failed[0]
	}
	var said []string
	for _, err := range failed {
		said = append(said, fault.Message(err))
	}
	return fault.New(fault.KindOf(failed[0]), "%d versions are not restored: %s", len(failed), strings.Join(said, "; ")).About(fault.Subject(failed[0])).Because(errors.Join(failed...))
}

var errLost = errors.New("no such object")

// rebuild loads a version from the files of a release: from the first that gives back what has the hash of the version. When
// none does, the error says whether it may on another day: a store that is away comes before a file that is wrong, and that before
// one that is lost.
func (p *Pipeline) rebuild(ctx context.Context, m *release.Manifest, e *release.Entry) (err error) {
	d, err := p.DB.Described(ctx, e.Load)
	if err != nil {
		return err
	}
	files := readable(d, e)
	if len(files) == 0 {
		return fault.New(fault.Refused, "the release %s has no file that %s can be read from again", m.Release, e.Version).About(e.Dataset)
	}
	for i, f := range files {
		wrong := p.rebuildFrom(ctx, m, e, d, f)
		if wrong == nil || ctx.Err() != nil {
			return wrong
		}
		if away := fault.KindOf(wrong) == fault.Unavailable; err == nil || !errors.Is(wrong, errLost) && (away || errors.Is(err, errLost)) {
			err = wrong
		}
		if i+1 < len(files) {
			p.Log.Warn("restore: passed over, the next file is read", "version", e.Version, "file", f.Name, "reason", fault.Message(wrong))
		}
	}
	return err
}

func (p *Pipeline) rebuildFrom(ctx context.Context, m *release.Manifest, e *release.Entry, d *dataset.Dataset, f *release.File) error {
	bytes, err := p.Blobs.Get(ctx, f.SHA256)
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Unavailable, "the file %s of release %s is not in the store: %s cannot be restored", f.Name, m.Release, e.Version).About(f.Name).Because(errLost)
	}
	if err != nil {
		return err
	}
	defer bytes.Close()
	bar := p.Progress.Step(texts.Say("step.restore", "dataset", d.Name), f.Bytes)
	defer bar.Done()
	draft, err := p.DB.Rebuild(ctx, d, &e.Version, p.Code, p.Now())
	if err != nil {
		return err
	}
	resource := &dataset.Resource{Path: f.Name, Format: readBackAs[path.Ext(f.Name)]}
	if _, err = draft.Load(ctx, again(d, source.Rows(ctx, meter(bytes, bar), resource, 0, d.Schema, f.Name))); err == nil {
		_, err = draft.Seal(ctx, nil, p.Now)
	}
	if err != nil {
		if left := draft.Abandon(ctx, release.Failed, "", nil, p.Now()); left != nil {
			p.Log.Warn("abandon", "dataset", d.Name, "error", left)
		}
		return err
	}
	p.Log.Info("restore", "version", e.Version, "file", f.Name, "rows", e.Rows)
	return nil
}

// readable are the files that a version can be read from again, the best first: those that have its values and its shapes, to
// the bit.
func readable(d *dataset.Dataset, e *release.Entry) (files []*release.File) {
	formats := []string{dataset.Parquet, dataset.GeoJSON}
	if d.Publication.Geometry == nil {
		formats = append(formats, dataset.CSV)
	}
	for _, format := range formats { // which are called as their files end
		if f := e.Dump(format); f != nil {
			files = append(files, f)
		}
	}
	return files
}

// again makes features of rows that were published: they met their rules when they were, by the words of their day.
func again(d *dataset.Dataset, rows iter.Seq2[*dataset.Row, error]) iter.Seq2[*dataset.Feature, error] {
	f := &dataset.Feature{Values: make([]schema.Value, len(d.Schema.Columns))}
	return func(yield func(*dataset.Feature, error) bool) {
		for row, err := range rows {
			if err == nil {
				f.Line = row.Line
				err = reread(d, row, f)
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

func reread(d *dataset.Dataset, row *dataset.Row, f *dataset.Feature) error {
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		f.Values[i] = schema.Value{}
		if row.Cells[i] == "" {
			continue
		}
		value, wrong := c.Parse(row.Cells[i])
		if wrong != nil && (wrong.Rule == "type" || wrong.Rule == "encoding") { // any other is of today's words
			return fault.New(fault.Refused, "row %d: %s is not of its type: %q", row.Line, c.Name, wrong.Value).About(d.Name)
		}
		f.Values[i] = value
	}
	g := d.Publication.Geometry
	f.WKB = nil
	if g == nil {
		return nil
	}
	var err error
	switch {
	case row.WKB != nil:
		f.WKB, err = geo.FromWKB(row.WKB, g.Type, 0) // PostGIS rounds what is derived otherwise than we do, in the last bit
	case row.Geometry != nil:
		f.WKB, err = geo.FromGeoJSON(row.Geometry, g.Type, d.Grid())
	}
	if err != nil {
		return fault.New(fault.Refused, "row %d: the geometry cannot be read", row.Line).About(d.Name).Because(err)
	}
	return nil
}
