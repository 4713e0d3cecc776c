package tile

import (
	"cmp"
	"slices"
	"sync/atomic"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// tooHeavy is how many times the budget a tile may be before it is compressed: past that it is not tried, and the zoom is
// made coarser. It bounds what a tile takes that is open, one a zoom, or on its way through a press, four a core: of the
// 500 000 bytes of DefaultBudget 8 MB each, for 15 zooms on 2 cores 184 MB at the very most.
const tooHeavy = 16

// buildPoints makes the tiles of all zooms in one pass over the points in the order of Hilbert's curve; and those of zooms
// that have a tile over the budget in further ones, in cells twice as wide.
func buildPoints(d *dataset.Dataset, features Features, o Options) (spools []*spool, err error) {
	b, err := newPointBuilder(d, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, b.Close()) }()
	for r, err := range records(features, b.properties) {
		if err = cmp.Or(err, o.Stop()); err != nil {
			return nil, err
		}
		if err := b.add(r); err != nil {
			return nil, err
		}
	}
	t := d.Tiles()
	for zoom := t.MinZoom; zoom <= *t.Prerender; zoom++ {
		s, err := newSpool(o, zoom)
		if err != nil {
			return spools, err
		}
		spools = append(spools, s)
		b.zooms = append(b.zooms, &pointZoom{spool: s, cell: Cell(d, zoom)})
	}
	for todo := b.zooms; len(todo) > 0; {
		if err := b.pass(todo); err != nil {
			return spools, err
		}
		todo = slices.DeleteFunc(slices.Clone(todo), func(z *pointZoom) bool { return z.held || !b.coarser(z) })
	}
	return spools, nil
}

// pointBuilder holds the points of a dataset, sorted, and the tiles of each zoom.
type pointBuilder struct {
	sorter
	dataset    *dataset.Dataset
	properties []property
	stop       func() error
	zooms      []*pointZoom
}

// pointZoom is a zoom that is made.
type pointZoom struct {
	*spool
	*merger
	cell    int
	bare    bool        // without properties that may go
	heavy   atomic.Bool // a tile is over the budget
	untried LeftOut     // the one that is not compressed
}

// coarser widens the cells, as long as they fit in a tile, and then leaves out what features say; false when both are done.
func (b *pointBuilder) coarser(z *pointZoom) bool {
	if z.cell = max(1, 2*z.cell); z.cell <= Extent {
		return true
	}
	if z.bare || len(b.spare(z.Zoom.Zoom)) == 0 {
		return false
	}
	z.bare, z.cell = true, Cell(b.dataset, z.Zoom.Zoom)
	return true
}

// spare are the properties of a zoom that may go.
func (b *pointBuilder) spare(zoom int) (names []string) {
	for _, p := range b.properties {
		if p.spareAt(zoom) {
			names = append(names, p.Name)
		}
	}
	return names
}

func newPointBuilder(d *dataset.Dataset, o Options) (*pointBuilder, error) {
	properties, err := properties(d)
	return &pointBuilder{sorter: sorter{limit: cmp.Or(o.run, runSize), folder: o.Folder}, dataset: d, properties: properties, stop: o.Stop}, err
}

// pass makes the tiles of some zooms, side by side.
func (b *pointBuilder) pass(zooms []*pointZoom) error {
	budget := b.dataset.Tiles().Budget
	byZoom := map[uint8]*pointZoom{}
	p := newPress(b.stop, func(t geo.Tile, gzipped []byte) error {
		z := byZoom[t.Z]
		if len(gzipped) > budget && z.over.Where == "" {
			z.heavy.Store(true)
			z.over = LeftOut{Where: t.String(), Bytes: int64(len(gzipped))}
		}
		return z.spool.add(t, gzipped)
	})
	for _, z := range zooms {
		if err := z.spool.empty(); err != nil {
			return cmp.Or(err, p.close())
		}
		z.heavy.Store(false)
		z.untried = LeftOut{}
		z.merger = newMerger(b.dataset, b.properties, z.Zoom.Zoom, z.cell, func(t geo.Tile, l *layer) error { return p.add(t, l) })
		z.merger.bare = z.bare
		byZoom[uint8(z.Zoom.Zoom)] = z
	}
	err := b.merge(zooms, tooHeavy*budget)
	if err = cmp.Or(err, p.close()); err != nil {
		return err
	}
	for _, z := range zooms {
		b.account(z)
	}
	return nil
}

// merge passes the points to the zooms; a zoom that has a tile that cannot be kept is left.
func (b *pointBuilder) merge(zooms []*pointZoom, most int) error {
	for r, err := range b.sorted() {
		if err = cmp.Or(err, b.stop()); err != nil {
			return err
		}
		for _, z := range zooms {
			if z.heavy.Load() {
				continue
			}
			if err := z.merger.add(r); err != nil {
				return err
			}
			if size := z.layer.size(); size > most {
				z.untried = LeftOut{Where: z.merger.tile().String(), Bytes: int64(size)}
				z.heavy.Store(true)
			}
		}
	}
	for _, z := range zooms {
		if z.heavy.Load() {
			continue
		}
		if err := z.finish(true); err != nil {
			return err
		}
	}
	return nil
}

// account says what became of a zoom, of which all tiles have come.
func (b *pointBuilder) account(z *pointZoom) {
	if z.held = !z.heavy.Load(); !z.held {
		if z.over.Where == "" {
			z.over = z.untried
		}
		return
	}
	z.Kept, z.Merged, z.Points, z.Cell = z.tally.kept, z.tally.merged, z.tally.points, z.cell
	if z.bare {
		z.Without = b.spare(z.Zoom.Zoom)
	}
}
