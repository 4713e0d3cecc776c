package tile

import (
	"cmp"
	"slices"
	"sync/atomic"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// tooHeavy is how many times the budget a tile may be before it is compressed: past that it is not tried, and the zoom is
// made coarser. It bounds what an open tile takes.
const tooHeavy = 64

// buildPoints makes the tiles of all zooms in one pass over the points in the order of Hilbert's curve; and those of zooms
// that have a tile over the budget in further ones, in cells twice as wide.
func buildPoints(d *dataset.Dataset, features Features, o Options, sink Sink) (done []Zoom, err error) {
	b, err := newPointBuilder(d, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, b.Close()) }()
	for r, err := range records(features, b.properties) {
		if err != nil {
			return nil, err
		}
		if err := b.add(r); err != nil {
			return nil, err
		}
	}
	t := d.Tiles()
	for zoom := t.MinZoom; zoom <= *t.Prerender; zoom++ {
		if err := b.open(zoom, Cell(d, zoom), o.Folder); err != nil {
			return nil, err
		}
	}
	for todo := b.zooms; len(todo) > 0; {
		if err := b.pass(todo); err != nil {
			return nil, err
		}
		todo = slices.DeleteFunc(slices.Clone(todo), func(z *pointZoom) bool { return !z.over.Load() || !z.coarser() })
	}
	return b.pour(sink)
}

// pointBuilder holds the points of a dataset, sorted, and the tiles of each zoom.
type pointBuilder struct {
	sorter
	dataset    *dataset.Dataset
	properties []property
	zooms      []*pointZoom
}

// pointZoom is a zoom that is made.
type pointZoom struct {
	*spool
	*merger
	cell int
	over atomic.Bool // a tile is over the budget
}

// coarser widens the cells, and says whether they still fit in a tile.
func (z *pointZoom) coarser() bool {
	z.cell = max(1, 2*z.cell)
	return z.cell <= Extent
}

func newPointBuilder(d *dataset.Dataset, o Options) (*pointBuilder, error) {
	properties, err := properties(d)
	return &pointBuilder{sorter: sorter{limit: cmp.Or(o.run, runSize), folder: o.Folder}, dataset: d, properties: properties}, err
}

func (b *pointBuilder) open(zoom, cell int, folder string) error {
	s, err := newSpool(folder, zoom)
	if err != nil {
		return err
	}
	b.zooms = append(b.zooms, &pointZoom{spool: s, cell: cell})
	return nil
}

// pass makes the tiles of some zooms, side by side.
func (b *pointBuilder) pass(zooms []*pointZoom) (err error) {
	budget := b.dataset.Tiles().Budget
	byZoom := map[uint8]*pointZoom{}
	p := newPress(func(t geo.Tile, gzipped []byte) error {
		z := byZoom[t.Z]
		if len(gzipped) > budget {
			z.over.Store(true)
		}
		return z.spool.add(t, gzipped)
	})
	defer func() { err = cmp.Or(err, p.close()) }()
	for _, z := range zooms {
		if err := z.spool.empty(); err != nil {
			return err
		}
		z.over.Store(false)
		z.merger = newMerger(b.dataset, b.properties, z.Zoom.Zoom, z.cell, func(t geo.Tile, l *layer) error { return p.add(t, l) })
		byZoom[uint8(z.Zoom.Zoom)] = z
	}
	return b.merge(zooms, tooHeavy*budget)
}

// merge passes the points to the zooms; a zoom that has a tile that cannot be kept is left.
func (b *pointBuilder) merge(zooms []*pointZoom, most int) error {
	for r, err := range b.sorted() {
		if err != nil {
			return err
		}
		for _, z := range zooms {
			if z.over.Load() {
				continue
			}
			if err := z.merger.add(r); err != nil {
				return err
			}
			if z.layer.size() > most {
				z.over.Store(true)
			}
		}
	}
	for _, z := range zooms {
		if z.over.Load() {
			continue
		}
		if err := z.finish(true); err != nil {
			return err
		}
	}
	return nil
}

// pour gives the tiles to the sink zoom by zoom, in the order of an archive (PMTiles v3 §3.2). A zoom that no cell brings
// under the budget is left out, whole.
func (b *pointBuilder) pour(sink Sink) (done []Zoom, err error) {
	for _, z := range b.zooms {
		if z.over.Load() || z.Tiles == 0 {
			continue
		}
		z.Kept, z.Merged, z.Points, z.Cell = z.tally.kept, z.tally.merged, z.tally.points, z.cell
		if err := z.spool.pour(sink); err != nil {
			return nil, err
		}
		done = append(done, z.Zoom)
	}
	return done, nil
}

// Close lets go of the files.
func (b *pointBuilder) Close() error {
	err := b.sorter.Close()
	for _, z := range b.zooms {
		err = cmp.Or(err, z.spool.Close())
	}
	return err
}
