package pipeline

import (
	"context"
	"iter"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/source"
)

// Restore makes the tables that a release lost once more, of its files, and what is generalised of them. What is read must
// have the hash of the version. It gives the versions that came back; those that stand already are left as they are.
func (p *Pipeline) Restore(ctx context.Context, name string) (restored []release.Version, err error) {
	defer fault.Wrap(&err, "pipeline.Restore %s", name)
	m, err := p.DB.Release(ctx, name)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, fault.New(fault.NotFound, "no release is named %q", name).About(name)
	}
	err = p.DB.Exclusive(ctx, func(ctx context.Context) error {
		pruned, err := p.DB.Pruned(ctx)
		if err != nil {
			return err
		}
		for i := range m.Datasets {
			e := &m.Datasets[i]
			if pruned[e.Version.String()] {
				if err := p.rebuild(ctx, m, e); err != nil {
					return err
				}
				restored = append(restored, e.Version)
			}
		}
		return p.generaliseAll(ctx, m)
	})
	return restored, err
}

// rebuild loads a version from the files of a release.
func (p *Pipeline) rebuild(ctx context.Context, m *release.Manifest, e *release.Entry) (err error) {
	d, err := p.DB.Described(ctx, e.Load)
	if err != nil {
		return err
	}
	f, format := readable(d, e)
	if f == nil {
		return fault.New(fault.Refused, "the release %s has no file that %s can be read from again", m.Release, e.Version).About(e.Dataset)
	}
	bytes, err := p.Blobs.Get(ctx, f.SHA256)
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Unavailable, "the file %s of release %s is not in the store: %s cannot be restored", f.Name, m.Release, e.Version).About(f.Name).Because(err)
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
	resource := &dataset.Resource{Path: f.Name, Format: format}
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

// readable is the file that a version is best read from again: one that has its values and its shapes, to the bit.
func readable(d *dataset.Dataset, e *release.Entry) (f *release.File, format string) {
	formats := []string{dataset.Parquet, dataset.GeoJSON}
	if d.Publication.Geometry == nil {
		formats = append(formats, dataset.CSV)
	}
	for _, format := range formats { // which are called as their files end
		if f := e.Dump(format); f != nil {
			return f, format
		}
	}
	return nil, ""
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
