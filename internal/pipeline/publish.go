package pipeline

import (
	"context"
	"io"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/tile"
)

// Publish makes a release of the latest version of each dataset, when it differs from the one that is served: files
// first, then the switch. It gives the release that is served afterwards and whether it is new.
func (p *Pipeline) Publish(ctx context.Context) (m *release.Manifest, published bool, err error) {
	defer fault.Wrap(&err, "pipeline.Publish")
	current, err := p.DB.Current(ctx)
	if err != nil {
		return nil, false, err
	}
	m, err = p.draftManifest(ctx, current)
	if err != nil {
		return nil, false, err
	}
	if m.Same(current) {
		p.Log.Info("publish", "release", current.Release, "status", Current)
		return current, false, nil
	}
	if err := p.consistent(m); err != nil {
		return nil, false, err
	}
	if err := p.generaliseAll(ctx, m); err != nil {
		return nil, false, err
	}
	described, err := p.dumpAll(ctx, m)
	if err != nil {
		return nil, false, err
	}
	if m.Same(current) {
		p.Log.Info("publish", "release", current.Release, "status", "files made again")
		return current, false, nil
	}
	if err := p.DB.Publish(ctx, m, described); err != nil {
		return nil, false, err
	}
	p.Log.Info("publish", "release", m.Release, "status", "published", "datasets", len(m.Datasets))
	if current != nil {
		for i := range current.Datasets {
			if name := current.Datasets[i].Dataset; m.Entry(name) == nil {
				p.Log.Warn("withdrawn: this instance no longer describes it", "dataset", name, "release", m.Release)
			}
		}
	}
	return m, true, nil
}

// draftManifest names the latest version of each dataset; those that the current release has already keep their files.
func (p *Pipeline) draftManifest(ctx context.Context, current *release.Manifest) (*release.Manifest, error) {
	m := &release.Manifest{Published: p.Now().UTC(), Code: p.Code}
	if current != nil {
		m.Previous = current.Release
	}
	name, err := p.nextName(ctx, m)
	if err != nil {
		return nil, err
	}
	m.Release = name
	states, err := p.DB.Sources(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range p.Registry.All() {
		load, v, err := p.DB.LastLoad(ctx, d.Name)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		e := release.Entry{Version: *v, Fingerprint: load.Fingerprint, Load: load.ID, Since: m.Release, SinceTime: m.Published,
			Inputs: load.Inputs, Artefacts: load.Artefacts, Issues: load.Counts, Stale: stale(load, states[d.Name]), Generation: dump.Generation}
		p.warnOf(&e)
		if old := current.Entry(d.Name); old != nil && old.Hash == v.Hash && old.Fingerprint == e.Fingerprint {
			e.Since, e.SinceTime = old.Since, old.SinceTime
			if old.Generation == e.Generation && p.kept(d, old.Files) {
				e.Files = old.Files
			}
		}
		m.Datasets = append(m.Datasets, e)
	}
	if len(m.Datasets) == 0 {
		return nil, fault.New(fault.Refused, "there is nothing to publish yet: run maille ingest")
	}
	m.Themes = p.themes(m)
	return m, nil
}

// themes are those of the instance, without the layers whose dataset is not in the release.
func (p *Pipeline) themes(m *release.Manifest) (themes []dataset.Theme) {
	all := p.Registry.Themes()
	for i := range all {
		if t, some := all[i].Without(func(name string) bool { return m.Entry(name) == nil }); some {
			themes = append(themes, t)
		}
	}
	return themes
}

// warnOf says how old is what could not be fetched again.
func (p *Pipeline) warnOf(e *release.Entry) {
	for _, s := range e.Stale {
		p.Log.Warn("stale", "dataset", e.Dataset, "resource", s.Resource, "place", s.Place, "since", s.Since, "age", age(p.Now(), s.Since), "reason", s.Reason)
	}
}

// nextName is that of the day's next release.
func (p *Pipeline) nextName(ctx context.Context, m *release.Manifest) (string, error) {
	releases, err := p.DB.Releases(ctx)
	if err != nil {
		return "", err
	}
	n := 1
	day := strings.TrimSuffix(release.Name(m.Published, 1), "1")
	for _, r := range releases {
		if strings.HasPrefix(r.Release, day) {
			n++
		}
	}
	return release.Name(m.Published, n), nil
}

// kept says whether a dataset's files are those that a release has today, and are all in the store.
func (p *Pipeline) kept(d *dataset.Dataset, files []release.File) bool {
	var names []string
	for _, format := range dump.Formats(d) {
		names = append(names, format.Name(d))
	}
	missing := func(f release.File) bool { return !slices.Contains(names, f.Name) || !p.Blobs.Has(f.SHA256) }
	return len(files) == len(names) && !slices.ContainsFunc(files, missing)
}

// consistent refuses a release in which a dataset was derived from another version of its input than the release has. A
// source that cannot be read again stays as it was checked against the reference of its day.
func (p *Pipeline) consistent(m *release.Manifest) error {
	for i := range m.Datasets {
		if d := p.Registry.Get(m.Datasets[i].Dataset); d == nil || !d.IsDerived() {
			continue
		}
		for input, id := range m.Datasets[i].Inputs {
			if e := m.Entry(input); e == nil || e.ID != id {
				return fault.New(fault.Refused, "%s was made of %s@%s, which is no longer the latest: run maille ingest; the last release stays",
					m.Datasets[i].Dataset, input, id).About(m.Datasets[i].Dataset)
			}
		}
	}
	return nil
}

// dumpAll writes the files that the manifest lacks, and gives each dataset as its load described it.
func (p *Pipeline) dumpAll(ctx context.Context, m *release.Manifest) (map[string]*dataset.Dataset, error) {
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
