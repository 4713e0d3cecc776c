package pipeline

import (
	"context"
	"io"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// compare says in the manifest what a release changes since the one that is served, makes files of it, and gives what
// feeds say of each commune. The first release has nothing to be compared with.
func (p *Pipeline) compare(ctx context.Context, m, current *release.Manifest, described map[string]*dataset.Dataset) (communes []release.CommuneChange, err error) {
	if current == nil {
		return nil, nil
	}
	defer fault.Wrap(&err, "pipeline.compare %s", current.Release)
	samples := sampledBytes
	for i := range m.Datasets {
		e := &m.Datasets[i]
		e.Change, e.Files = nil, e.Lasting()
		old := current.Entry(e.Dataset)
		switch {
		case old == nil:
			e.Change = &release.Change{Since: current.Release, Added: e.Rows}
			continue
		case old.Hash == e.Hash:
			continue
		}
		c := &comparison{Pipeline: p, manifest: m, entry: e, after: described[e.Dataset], tally: newTally(described[e.Dataset], &samples)}
		if c.before, err = p.DB.Described(ctx, old.Load); err != nil {
			return nil, err
		}
		if err := c.explain(ctx, current, old, described); err != nil {
			return nil, err
		}
		if err := c.write(ctx, old); err != nil {
			return nil, err
		}
		communes = append(communes, c.tally.lines(m)...)
	}
	return communes, nil
}

// comparison is a dataset between two releases.
type comparison struct {
	*Pipeline
	manifest      *release.Manifest
	entry         *release.Entry
	before, after *dataset.Dataset
	tally         *communeTally
}

// explain says which columns and causes a change has.
func (c *comparison) explain(ctx context.Context, current *release.Manifest, old *release.Entry, described map[string]*dataset.Dataset) (err error) {
	asked := release.Comparison{Before: current, After: c.manifest, Geography: func(name string) bool {
		d := described[name]
		return d != nil && d.Publication.Reference != ""
	}, Recoded: func(before, after int64) bool {
		recoded, failed := c.DB.Recoded(ctx, before, after)
		if failed != nil {
			err = failed
		}
		return recoded
	}}
	c.entry.Change = &release.Change{Since: current.Release, Before: old.ID, Columns: release.Columns(c.before, c.after),
		Causes: asked.Causes(c.entry.Dataset)}
	return err
}

// write reads the differences once, and writes the files of all formats at the same time.
func (c *comparison) write(ctx context.Context, old *release.Entry) error {
	about := &dump.Changes{Dataset: c.entry.Dataset, Before: old.String(), After: c.entry.String(), Columns: c.entry.Change.Columns, Causes: c.entry.Change.Causes}
	bar := c.Progress.Step(texts.Say("step.compare", "dataset", c.entry.Dataset), 0)
	defer bar.Done()
	var files []release.File
	var writers []dump.ChangesWriter
	var next func(formats []*dump.ChangesFormat) error
	next = func(formats []*dump.ChangesFormat) error { // each file stays open while the others are begun
		if len(formats) == 0 {
			return c.pour(ctx, old, writers)
		}
		f := release.File{Name: formats[0].Name(c.entry.Dataset), Role: release.RoleChanges, MediaType: formats[0].MediaType, Made: c.manifest.Published}
		object, err := c.Blobs.Put(ctx, func(w io.Writer) error {
			writer := formats[0].Open(&meteredWriter{w, bar}, about)
			writers = append(writers, writer)
			if err := next(formats[1:]); err != nil {
				return err
			}
			return writer.Close()
		})
		f.Bytes, f.SHA256 = object.Bytes, object.SHA256
		files = append([]release.File{f}, files...)
		return err
	}
	if err := next(dump.ChangesFormats); err != nil {
		return err
	}
	change := c.entry.Change
	for i := range files {
		files[i].Rows = change.Added + change.Removed + change.Changed
		c.Log.Info("changes", "file", files[i].Name, "rows", files[i].Rows, "bytes", files[i].Bytes)
	}
	c.entry.Files = append(c.entry.Files, files...)
	return nil
}

// pour gives each row that differs to all writers.
func (c *comparison) pour(ctx context.Context, old *release.Entry, writers []dump.ChangesWriter) error {
	asked := store.Difference{Before: store.Side{Version: old.Version, Dataset: c.before}, After: store.Side{Version: c.entry.Version, Dataset: c.after}}
	for row, err := range c.DB.Differences(ctx, asked) {
		if err != nil {
			return err
		}
		for _, w := range writers {
			if err := w.Add(row); err != nil {
				return err
			}
		}
		c.entry.Change.Count(row)
		c.tally.add(row)
	}
	return nil
}
