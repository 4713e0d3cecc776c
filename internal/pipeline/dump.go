package pipeline

import (
	"cmp"
	"context"
	"io"
	"slices"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/quality"
	"maille/internal/release"
	"maille/internal/tile"
)

func (p *Pipeline) formats(d *dataset.Dataset) []*dump.Format {
	if p.Formats != nil {
		return p.Formats(d)
	}
	return dump.Formats(d)
}

// keep gives an entry those of the files of the one before that it would have too, and that are all in the store. Parts stay
// together.
func (p *Pipeline) keep(ctx context.Context, d *dataset.Dataset, e, before *release.Entry) error {
	wanted := sidecarNames(d)
	for _, format := range p.formats(d) {
		wanted = append(wanted, format.Name(d))
	}
	partsStand := true
	for _, f := range before.Files {
		part := f.Role == release.RolePart
		if !part && !slices.Contains(wanted, f.Name) {
			continue
		}
		has, err := p.Blobs.Has(ctx, f.SHA256)
		if err != nil {
			return err
		}
		if has {
			e.Files = append(e.Files, f)
		} else if part {
			partsStand = false
		}
	}
	if !partsStand {
		e.Files = slices.DeleteFunc(e.Files, isPart)
	}
	for _, name := range before.LeftOut {
		if slices.Contains(wanted, name) {
			e.LeftOut = append(e.LeftOut, name)
		}
	}
	return nil
}

// lacks says whether an entry of the release that is served would have other files, were it made today.
func (p *Pipeline) lacks(e *release.Entry) bool {
	w := &filesOf{Pipeline: p, d: p.Registry.Get(e.Dataset), e: e, before: e}
	return w.lacksSidecars() || w.lacksParts() || slices.ContainsFunc(p.formats(w.d), func(format *dump.Format) bool {
		name := format.Name(w.d)
		return format.Holds(e.Rows) && !w.has(name) && !slices.Contains(e.LeftOut, name)
	})
}

// stands says whether a draft is the release that is served, which has all its files.
func (p *Pipeline) stands(m, current *release.Manifest) bool {
	if !m.Same(current) {
		return false
	}
	for i := range m.Datasets {
		if p.lacks(&m.Datasets[i]) {
			return false
		}
	}
	return true
}

// dumpAll makes the files that the manifest lacks, and gives each dataset as its load described it.
func (p *Pipeline) dumpAll(ctx context.Context, m, current *release.Manifest) (map[string]*dataset.Dataset, error) {
	described := map[string]*dataset.Dataset{}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		d, err := p.DB.Described(ctx, e.Load)
		if err != nil {
			return nil, err
		}
		described[e.Dataset] = d
		if err := p.complete(ctx, m, current, e, d); err != nil {
			return nil, err
		}
	}
	return described, nil
}

// complete makes the files that an entry lacks: all of them in one read of the version, the parts in one more.
func (p *Pipeline) complete(ctx context.Context, m, current *release.Manifest, e *release.Entry, d *dataset.Dataset) (err error) {
	defer fault.Wrap(&err, "files of %s", e.Version)
	w := &filesOf{Pipeline: p, d: d, e: e, before: current.Entry(e.Dataset)}
	defer w.end()
	lineage := m.Lineage(e, p.derived)
	sidecars := w.lacksSidecars()
	if !sidecars && w.before != nil {
		if err := p.renewQuality(ctx, e, w.before, d, lineage, current.Lineage(w.before, p.derived)); err != nil {
			return err
		}
	}
	missing := w.missing()
	if len(missing) > 0 || sidecars {
		rows, given := quality.New(d), newRowsPrint(d)
		if err := w.whole(ctx, missing, rows.Observe, given.see); err != nil {
			return err
		}
		if err := w.readAllBack(ctx, missing, given.sums()); err != nil {
			return err
		}
		if sidecars {
			files, err := p.sidecars(ctx, e, d, rows, lineage)
			if err != nil {
				return err
			}
			w.add(files...)
		}
	}
	if err := w.parts(ctx); err != nil {
		return err
	}
	w.settle(m)
	return nil
}

func (p *Pipeline) derived(name string) bool {
	d := p.Registry.Get(name)
	return d != nil && d.IsDerived()
}

// filesOf makes the files of one entry of a release.
type filesOf struct {
	*Pipeline
	d      *dataset.Dataset
	e      *release.Entry
	before *release.Entry // in the release that is served; nil when it has none
	bar    *sharedBar     // nil until there is something to make
}

// begin shows a bar, once.
func (w *filesOf) begin() {
	if w.bar == nil {
		w.bar = &sharedBar{Bar: w.Progress.Step(texts.Say("step.dump", "dataset", w.d.Name), 0)}
	}
}

func (w *filesOf) end() {
	if w.bar != nil {
		w.bar.Done()
	}
}

func (w *filesOf) has(name string) bool {
	return slices.ContainsFunc(w.e.Files, func(f release.File) bool { return f.Name == name })
}

func (w *filesOf) lacksSidecars() bool {
	return slices.ContainsFunc(sidecarNames(w.d), func(name string) bool { return !w.has(name) })
}

// missing are the formats to be made. Those that do not hold the rows are left out, and said to be.
func (w *filesOf) missing() (missing []*dump.Format) {
	for _, format := range w.formats(w.d) {
		switch name := format.Name(w.d); {
		case w.has(name) || slices.Contains(w.e.LeftOut, name):
		case !format.Holds(w.e.Rows):
			w.leaveOut(name, "rows", w.e.Rows, "most", format.MaxRows)
		default:
			missing = append(missing, format)
		}
	}
	return missing
}

func (w *filesOf) leaveOut(name string, why ...any) {
	w.e.LeftOut = append(w.e.LeftOut, name)
	w.Log.Warn("a file is left out: its format does not hold the version", append([]any{"file", name, "version", w.e.Version}, why...)...)
}

// whole makes files of all rows from one read of the version, which observers see too: each row once, in order, one observer
// after another.
func (w *filesOf) whole(ctx context.Context, formats []*dump.Format, observers ...func(*dataset.Feature)) error {
	w.begin()
	files, unfit := make([]release.File, len(formats)), make([]error, len(formats))
	var readers []dump.Reader
	for i, format := range formats {
		readers = append(readers, func(ctx context.Context, features dump.Features) (err error) {
			files[i], err = w.write(ctx, format, &dump.Content{Features: features, Rows: w.e.Rows, Extent: w.e.Extent}, release.File{Name: format.Name(w.d)})
			if err == nil && files[i].Rows != w.e.Rows {
				return fault.New(fault.Internal, "%s has %d rows, its version %d", files[i].Name, files[i].Rows, w.e.Rows)
			}
			if dump.Unfit(err) {
				unfit[i], err = err, nil
			}
			return err
		})
	}
	for _, observe := range observers {
		readers = append(readers, dump.Each(observe))
	}
	read := func(ctx context.Context) dump.Features {
		return metered(w.DB.Features(ctx, w.e.Version, w.d, dataset.Query{Geometry: dataset.AsBoth}), w.bar)
	}
	if err := dump.Fan(ctx, read, readers...); err != nil {
		return err
	}
	for i := range formats {
		if unfit[i] != nil {
			w.leaveOut(formats[i].Name(w.d), "reason", fault.Message(unfit[i]))
		} else {
			w.add(files[i])
		}
	}
	return nil
}

// write puts a file into the store. What it says of itself is of the version alone, so that one version makes the same
// bytes for whoever makes them, whenever.
func (w *filesOf) write(ctx context.Context, format *dump.Format, c *dump.Content, f release.File) (_ release.File, err error) {
	defer fault.Wrap(&err, "dump %s", f.Name)
	c.Dataset, c.Geometries, c.About = w.d, true, dump.About{Version: w.e.Version.String()}
	c.Folder, c.Stop, c.Made = w.Blobs.Temporary(), ctx.Err, w.bar.Add
	c.Tiled = func(r *tile.Report) { w.logTiles(f.Name, w.d, r) }
	object, err := w.Blobs.Put(ctx, func(out io.Writer) error {
		f.Rows, err = format.Write(&meteredWriter{out, w.bar}, c)
		return err
	})
	if err != nil {
		return f, err
	}
	f.MediaType, f.Bytes, f.SHA256 = format.MediaType, object.Bytes, object.SHA256
	w.Log.Info("dump", "file", f.Name, "rows", f.Rows, "bytes", f.Bytes)
	return f, nil
}

func (w *filesOf) add(files ...release.File) { w.e.Files = append(w.e.Files, files...) }

// settle puts the files in one order, whatever was made today, and says since when each has its bytes.
func (w *filesOf) settle(m *release.Manifest) {
	var order []string
	for _, format := range w.formats(w.d) {
		order = append(order, format.Name(w.d))
	}
	order = append(order, sidecarNames(w.d)...)
	rank := func(f release.File) int {
		if i := slices.Index(order, f.Name); i >= 0 {
			return i
		}
		return len(order)
	}
	w.e.Files = slices.Clone(w.e.Files)
	slices.SortStableFunc(w.e.Files, func(a, b release.File) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	for i := range w.e.Files {
		w.made(&w.e.Files[i], m)
	}
}

func (w *filesOf) made(f *release.File, m *release.Manifest) {
	if w.before != nil {
		same := func(old release.File) bool { return old.Name == f.Name && old.SHA256 == f.SHA256 }
		if i := slices.IndexFunc(w.before.Files, same); i >= 0 {
			f.Made = w.before.Files[i].Made
			return
		}
	}
	f.Made = m.Published
}
