package pipeline

import (
	"context"
	"io"
	"slices"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/tile"
)

// kept says whether a dataset's files are those that a release has today, and are all in the store.
func (p *Pipeline) kept(ctx context.Context, d *dataset.Dataset, files []release.File) (bool, error) {
	var names []string
	for _, format := range dump.Formats(d) {
		names = append(names, format.Name(d))
	}
	if len(files) != len(names) {
		return false, nil
	}
	for _, f := range files {
		has, err := p.Blobs.Has(ctx, f.SHA256)
		if err != nil || !has || !slices.Contains(names, f.Name) {
			return false, err
		}
	}
	return true, nil
}

// dumpAll writes the files that the manifest lacks, and gives each dataset as its load described it.
func (p *Pipeline) dumpAll(ctx context.Context, m, current *release.Manifest) (map[string]*dataset.Dataset, error) {
	described := map[string]*dataset.Dataset{}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		d, err := p.DB.Described(ctx, e.Load)
		if err != nil {
			return nil, err
		}
		described[e.Dataset] = d
		if len(e.Files) > 0 {
			continue
		}
		for _, format := range dump.Formats(d) {
			f, err := p.dump(ctx, d, e, format)
			if err != nil {
				return nil, err
			}
			e.Files = append(e.Files, f)
		}
	}
	return described, nil
}

func (p *Pipeline) dump(ctx context.Context, d *dataset.Dataset, e *release.Entry, format *dump.Format) (f release.File, err error) {
	f = release.File{Name: format.Name(d), MediaType: format.MediaType}
	defer fault.Wrap(&err, "dump %s", f.Name)
	bar := p.Progress.Step(f.Name, 0)
	defer bar.Done()
	content := &dump.Content{Dataset: d, Geometries: true, Rows: e.Rows, Extent: e.Extent, Folder: p.Blobs.Temporary(), About: dump.About{Version: e.Version.String()},
		Features: p.DB.Features(ctx, e.Version, d, dataset.Query{Geometry: format.Encoding}), Stop: ctx.Err, Made: shared(bar), Tiled: func(r *tile.Report) { p.logTiles(f.Name, d, r) }}
	if format.Whole {
		content.Features = metered(content.Features, bar)
	}
	object, err := p.Blobs.Put(ctx, func(w io.Writer) error {
		f.Rows, err = format.Write(&meteredWriter{w, bar}, content)
		return err
	})
	if err != nil {
		return f, err
	}
	if f.Rows != e.Rows {
		return f, fault.New(fault.Internal, "%s has %d rows, its version %d", f.Name, f.Rows, e.Rows)
	}
	f.Bytes, f.SHA256 = object.Bytes, object.SHA256
	p.Log.Info("dump", "file", f.Name, "rows", f.Rows, "bytes", f.Bytes)
	return f, nil
}

// logTiles says what became of the features in tiles: a line for all, one for each zoom, and a warning for each zoom that
// the budget takes properties from, or tiles.
func (p *Pipeline) logTiles(file string, d *dataset.Dataset, r *tile.Report) {
	tiles, heaviest := int64(0), tile.Zoom{}
	for _, z := range r.Zooms {
		tiles += z.Tiles
		if z.Heaviest > heaviest.Heaviest {
			heaviest = z
		}
		p.Log.Debug("tiles", "file", file, "zoom", z.Zoom, "tiles", z.Tiles, "kept", z.Kept, "reduced", z.Reduced, "merged", z.Merged, "points", z.Points,
			"cell", z.Cell, "tolerance", z.Tolerance, "bytes", z.Bytes, "heaviest", z.Heaviest, "where", z.Where)
	}
	p.Log.Info("tiles", "file", file, "features", r.Features, "unlocated", r.Unlocated, "tiles", tiles, "heaviest", heaviest.Heaviest, "where", heaviest.Where)
	for _, z := range r.Zooms {
		if len(z.Without) > 0 {
			p.Log.Warn("tiles lack properties: the budget has no room for them", "file", file, "zoom", z.Zoom, "without", z.Without, "budget", d.Tiles().Budget)
		}
	}
	for _, l := range r.LeftOut {
		p.Log.Warn("tiles left out: a zoom is not within the budget, or parted from the others", "file", file, "zoom", l.Zoom, "where", l.Where, "bytes", l.Bytes, "budget", d.Tiles().Budget)
	}
}
