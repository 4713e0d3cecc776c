package tile

import (
	"math"
	"math/bits"
	"slices"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
)

// merger makes the tiles of one zoom of records that come in order: those of a cell are one point, those of a tile follow
// each other.
type merger struct {
	zoom      int
	tileShift int // of a code, to that of its tile
	cellShift int // to that of its cell
	apart     bool
	bare      bool // without properties that may go
	columns   []column
	layer     *layer
	emit      func(t geo.Tile, l *layer) error

	open  cluster // the cell that records go into; of none before the first
	tally tally
	value []byte
}

// tally is what became of the features.
type tally struct{ kept, merged, points int64 }

// newMerger makes the merger of a zoom, in cells of so many units; 0 does not merge.
func newMerger(d *dataset.Dataset, properties []property, zoom, cell int, emit func(t geo.Tile, l *layer) error) *merger {
	names := make([]string, 0, len(properties)+1)
	columns := make([]column, len(properties))
	for i, p := range properties {
		names = append(names, p.Name)
		columns[i] = column{property: p, shown: zoom >= p.from, summed: slices.Contains(d.Tiles().Sums, p.Name) && (p.Type == schema.Integer || p.Type == schema.Number)}
	}
	deepest := 32
	if cell > 0 {
		deepest = min(deepest, zoom+bits.Len(Extent/uint(cell))-1)
	}
	return &merger{zoom: zoom, tileShift: 2 * (32 - zoom), cellShift: 2 * (32 - deepest), apart: cell == 0, columns: columns,
		layer: newLayer(d.Name, append(names, Count)), emit: emit}
}

// add takes the next record.
func (m *merger) add(r *record) error {
	if m.open.count > 0 && !m.apart && m.cellOf(&m.open.record) == m.cellOf(r) {
		m.open.join(r, m.columns)
		return nil
	}
	over := m.open.count == 0 || m.open.code>>m.tileShift != r.code>>m.tileShift
	if err := m.finish(over); err != nil {
		return err
	}
	m.open.start(r)
	return nil
}

// cellOf is the code of the record's cell.
func (m *merger) cellOf(r *record) uint64 { return r.code >> m.cellShift }

// finish draws the cell, and emits the tile when it is over.
func (m *merger) finish(over bool) error {
	if m.open.count > 0 {
		m.draw(&m.open)
	}
	if !over || m.layer.count == 0 {
		return nil
	}
	err := m.emit(m.tile(), m.layer)
	m.layer.reset()
	return err
}

// tile is that of the open cell.
func (m *merger) tile() geo.Tile {
	side := 32 - m.zoom
	return geo.Tile{Z: uint8(m.zoom), X: uint32(uint64(m.open.x) >> side), Y: uint32(uint64(m.open.y) >> side)}
}

// draw puts a cell into the layer: its feature, or one that stands for all of them.
func (m *merger) draw(c *cluster) {
	if c.count == 1 {
		m.layer.begin(uint64(c.ord), mvtPoint)
		m.tally.kept++
	} else {
		m.layer.begin(0, mvtPoint)
		m.tally.merged += int64(c.count)
		m.tally.points++
	}
	m.tags(c)
	m.value = appendInt(m.value[:0], int64(c.count))
	m.layer.tag(len(m.columns), m.value)
	m.layer.point(m.units(c.meanOf(c.sumX)), m.units(c.meanOf(c.sumY)))
	m.layer.end()
}

// tags are all the properties of a feature, or the sums of several.
func (m *merger) tags(c *cluster) {
	values := c.values
	for i := range m.columns {
		value, rest := cut(values)
		values = rest
		if c.count > 1 {
			m.value = c.sums[i].append(m.value[:0], &m.columns[i])
			value = m.value
		}
		if m.columns[i].shown && !(m.bare && m.columns[i].spare) {
			m.layer.tag(i, value)
		}
	}
}

// units is a place in units of the tile: the nearest, within the tile.
func (m *merger) units(place uint64) int32 {
	within := place & (1<<(32-m.zoom) - 1)
	unit := math.Exp2(float64(32-m.zoom)) / Extent
	return min(int32(math.Round(float64(within)/unit)), Extent-1)
}
