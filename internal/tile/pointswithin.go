package tile

import (
	"slices"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// Bound is what a tile of points that somebody waits for may take. Cells grow until it holds.
type Bound struct {
	Cell  int                   // width in units of the cells to begin with; 0 does not merge
	Most  int                   // points of the tile, each some 400 bytes of memory until it is drawn; 0 for any number
	Holds func(mvt []byte) bool // whether a tile is small enough; nil for any size
}

// PointsWithin makes one tile of points as Points does, in the finest cells that the bound holds. It reads the features once.
func PointsWithin(d *dataset.Dataset, t geo.Tile, b Bound, features Features) (mvt []byte, err error) {
	defer fault.Wrap(&err, "tile.PointsWithin %s %v", d.Name, t)
	if !t.Valid() {
		return nil, fault.New(fault.Internal, "there is no such tile")
	}
	properties, err := properties(d)
	if err != nil {
		return nil, err
	}
	g := &gathering{dataset: d, properties: properties, tile: t}
	g.begin(b.Cell)
	for r, err := range records(features, properties) {
		if err != nil {
			return nil, err
		}
		for g.add(r); b.Most > 0 && len(g.cells) > b.Most && g.cell < Extent; {
			g.coarsen()
		}
	}
	mvt = g.draw()
	for b.Holds != nil && g.cell < Extent && !b.Holds(mvt) {
		g.coarsen()
		mvt = g.draw()
	}
	return mvt, nil
}

// gathering is the points of a tile, in cells that may grow.
type gathering struct {
	dataset    *dataset.Dataset
	properties []property
	tile       geo.Tile
	cell       int
	merger     *merger
	cells      []*cluster
	known      map[uint64]*cluster // by what the merger calls their cell; none where nothing is merged
}

func (g *gathering) begin(cell int) {
	g.cell, g.known = cell, map[uint64]*cluster{}
	g.merger = newMerger(g.dataset, g.properties, int(g.tile.Z), cell, nil)
}

// add takes a record, unless it lies elsewhere.
func (g *gathering) add(r *record) {
	side := 32 - g.tile.Z
	if uint64(r.x)>>side != uint64(g.tile.X) || uint64(r.y)>>side != uint64(g.tile.Y) {
		return
	}
	if c := g.known[g.merger.cellOf(r)]; c != nil {
		c.join(r, g.merger.columns)
		return
	}
	c := &cluster{}
	c.start(r)
	g.put(c)
}

func (g *gathering) put(c *cluster) {
	g.cells = append(g.cells, c)
	if !g.merger.apart {
		g.known[g.merger.cellOf(&c.record)] = c
	}
}

// coarsen makes cells twice as wide.
func (g *gathering) coarsen() {
	finer := g.cells
	g.begin(max(1, 2*g.cell))
	g.cells = finer[:0]
	for _, c := range finer {
		if wider := g.known[g.merger.cellOf(&c.record)]; wider != nil {
			wider.absorb(c, g.merger.columns)
		} else {
			g.put(c)
		}
	}
	clear(finer[len(g.cells):])
}

// draw is the tile, of cells in the order of Hilbert's curve.
func (g *gathering) draw() []byte {
	slices.SortFunc(g.cells, func(a, b *cluster) int { return a.compare(&b.record) })
	for _, c := range g.cells {
		g.merger.draw(c)
	}
	return g.merger.layer.appendTo(nil)
}
