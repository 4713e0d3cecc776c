package pipeline

import (
	"context"
	"iter"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/tile"
)

// generaliseAll makes the generalised geometries that the datasets of a release ask for and that do not stand yet. They
// come before the release does: what it names can be served.
func (p *Pipeline) generaliseAll(ctx context.Context, m *release.Manifest) error {
	for i := range m.Datasets {
		e := &m.Datasets[i]
		d, err := p.DB.Described(ctx, e.Load) // the registry may be ahead of it, and what is served goes by this
		if err != nil {
			return err
		}
		if len(d.Levels()) == 0 {
			continue
		}
		if err := p.generalise(ctx, d, e.Version); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pipeline) generalise(ctx context.Context, d *dataset.Dataset, v release.Version) (err error) {
	defer fault.Wrap(&err, "generalise %s", v)
	standing, err := p.DB.Levels(ctx, v, d.Levels())
	if err != nil || len(standing) == len(d.Levels()) {
		return err
	}
	bar := p.Progress.Step(texts.Say("step.generalise", "dataset", d.Name), 0)
	defer bar.Done()
	ords, shapes, err := p.shapes(ctx, d, v)
	if err != nil {
		return err
	}
	coverage := tile.NewCoverage(shapes)
	for _, level := range d.Levels() {
		if slices.Contains(standing, level) {
			continue
		}
		if err := p.DB.AddLevel(ctx, v, d, level, encoded(ords, coverage.Generalise(level))); err != nil {
			return err
		}
	}
	return nil
}

// shapes reads the polygons of a version, and the rows they are of.
func (p *Pipeline) shapes(ctx context.Context, d *dataset.Dataset, v release.Version) (ords []int64, shapes []orb.MultiPolygon, err error) {
	for f, err := range p.DB.Features(ctx, v, d, dataset.Query{Geometry: dataset.AsWKB}) {
		if err != nil {
			return nil, nil, err
		}
		if f.WKB == nil {
			continue
		}
		g, _, err := ewkb.Unmarshal(f.WKB)
		if err != nil {
			return nil, nil, err
		}
		shape, ok := g.(orb.MultiPolygon)
		if !ok {
			return nil, nil, fault.New(fault.Internal, "row %d of %s is no MultiPolygon", f.Ord, v)
		}
		ords, shapes = append(ords, f.Ord), append(shapes, shape)
	}
	return ords, shapes, nil
}

func encoded(ords []int64, shapes []orb.MultiPolygon) iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		for i, shape := range shapes {
			if !yield(ords[i], ewkb.MustMarshal(shape, geo.SRID)) {
				return
			}
		}
	}
}
