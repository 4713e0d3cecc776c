package pipeline

import (
	"cmp"
	"context"
	"path"
	"slices"

	"golang.org/x/sync/errgroup"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/source"
)

// readBackAs are the formats whose rows package source gives back, and how it calls them.
var readBackAs = map[string]string{".csv": dataset.CSV, ".geojson": dataset.GeoJSON, ".parquet": dataset.Parquet}

// readAllBack reads the files of these formats back, two at once, the largest first: none is left to be read alone at the end.
func (w *filesOf) readAllBack(ctx context.Context, formats []*dump.Format, given printed) error {
	files := slices.DeleteFunc(slices.Clone(w.e.Files), func(f release.File) bool {
		return !slices.ContainsFunc(formats, func(format *dump.Format) bool { return format.Name(w.d) == f.Name })
	})
	slices.SortFunc(files, func(a, b release.File) int { return cmp.Compare(b.Bytes, a.Bytes) })
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for i := range files {
		group.Go(func() error { return w.readBack(ctx, w.d, &files[i], given) })
	}
	return group.Wait()
}

// readBack refuses a file that does not give back, from the store, the rows that its writer was given: cell by cell and in
// their order, geometries too where the format has some. Of an archive of tiles each tile is verified. Of other formats the
// writer's own count is all that is known.
func (p *Pipeline) readBack(ctx context.Context, d *dataset.Dataset, f *release.File, given printed) (err error) {
	defer fault.Wrap(&err, "read back %s", f.Name)
	format, tiles := readBackAs[path.Ext(f.Name)], path.Ext(f.Name) == ".pmtiles"
	if format == "" && !tiles || p.accepts(d.Name) {
		return nil
	}
	object, err := p.Blobs.Get(ctx, f.SHA256)
	if err != nil {
		return err
	}
	defer object.Close()
	bar := p.Progress.Step(texts.Say("step.back", "file", f.Name), f.Bytes)
	defer bar.Done()
	found := ""
	if tiles {
		_, err = pmtiles.Verify(object, f.Bytes)
	} else {
		found, err = p.differs(ctx, d, f, format, meteredObject{object, &meteredFile{r: object, at: object, bar: bar, size: f.Bytes, seen: make([]bool, (f.Bytes+meterBlock-1)/meterBlock)}}, given)
	}
	if fault.KindOf(err) == fault.Refused {
		found, err = fault.Message(err), nil
	}
	if err != nil || found == "" {
		return err
	}
	return surprising([]string{texts.Say("check.file", "file", f.Name, "found", found)}, []string{d.Name})
}

// meteredObject is an object whose reading shows on a bar.
type meteredObject struct {
	blob.Reader
	*meteredFile
}

func (m meteredObject) Read(p []byte) (int, error)              { return m.meteredFile.Read(p) }
func (m meteredObject) ReadAt(p []byte, off int64) (int, error) { return m.meteredFile.ReadAt(p, off) }

// differs says in French how the rows of a file differ from those that were given; "" when they do not.
func (p *Pipeline) differs(ctx context.Context, d *dataset.Dataset, f *release.File, format string, r meteredObject, given printed) (string, error) {
	rows := newRowsPrint(d)
	for row, err := range ahead(source.Rows(ctx, r, &dataset.Resource{Format: format}, 0, d.Schema, f.Name)) {
		if err != nil {
			return "", err
		}
		rows.row(row, format == dataset.Parquet)
	}
	switch back := rows.sums(); {
	case back.rows != given.rows:
		return texts.Say("check.rows", "rows", back.rows, "given", given.rows), nil
	case back.cells != given.cells:
		return texts.Say("check.cells"), nil
	case format == dataset.GeoJSON && back.json != given.json, format == dataset.Parquet && back.wkb != given.wkb:
		return texts.Say("check.shapes"), nil
	}
	return "", nil
}
