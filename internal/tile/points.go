package tile

import (
	"iter"
	"slices"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// firstCell is the width in units of the cells in which points are merged below the last zoom, unless the budget asks for
// more: 8 pixels of 512.
const firstCell = 64

// Cell is the width in units of the cells in which a zoom merges points when no budget asks for more; 0 does not merge.
func Cell(d *dataset.Dataset, zoom int) int {
	if zoom >= d.Tiles().MaxZoom {
		return 0
	}
	return firstCell
}

// Points makes one tile of points, as Build would: from all the features that lie in it, and perhaps others, merged in cells
// of so many units; 0 does not merge. It is MVT, not compressed, and nil when empty. It holds a feature for each cell, or all
// those of the tile where none is merged.
func Points(d *dataset.Dataset, t geo.Tile, cell int, features Features) (mvt []byte, err error) {
	defer fault.Wrap(&err, "tile.Points %s %v", d.Name, t)
	if !t.Valid() {
		return nil, fault.New(fault.Internal, "there is no such tile")
	}
	properties, err := properties(d)
	if err != nil {
		return nil, err
	}
	m := newMerger(d, properties, int(t.Z), cell, nil)
	cells, err := m.gather(t, records(features, properties))
	if err != nil {
		return nil, err
	}
	for _, c := range cells {
		m.draw(c)
	}
	return m.layer.appendTo(nil), nil
}

// gather is the cells of a tile, in the order of Hilbert's curve.
func (m *merger) gather(t geo.Tile, records iter.Seq2[*record, error]) (cells []*cluster, err error) {
	known := map[uint64]*cluster{}
	side := 32 - t.Z
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		if uint64(r.x)>>side != uint64(t.X) || uint64(r.y)>>side != uint64(t.Y) {
			continue
		}
		if c := known[m.cellOf(r)]; c != nil && !m.apart {
			if err := c.join(r, m.columns); err != nil {
				return nil, err
			}
			continue
		}
		c := &cluster{}
		c.start(r)
		cells = append(cells, c)
		known[m.cellOf(r)] = c
	}
	slices.SortFunc(cells, func(a, b *cluster) int { return a.compare(&b.record) })
	return cells, nil
}
