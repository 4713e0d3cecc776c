package serve

import (
	"math"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/tile"
)

// tileLimits are the first and last tile of a zoom that may hold something of a dataset: north-west and south-east.
type tileLimits struct{ first, last geo.Tile }

// limitsOf are those of a dataset whose features lie in a box; false where there is none. A polygon is also in the tiles
// whose buffer it reaches, and what is put on the grid of a tile may move by a unit.
func limitsOf(d *dataset.Dataset, box *geo.BBox, z uint8) (l tileLimits, ok bool) {
	if box == nil || d.Publication.Geometry == nil || z > geo.MaxZoom {
		return l, false
	}
	reach := 1.0 / tile.Extent
	if d.Publication.Geometry.Type != "Point" {
		reach += float64(tile.Buffer) / tile.Extent
	}
	west, north := geo.WorldPosition(box.West, box.North)
	east, south := geo.WorldPosition(box.East, box.South)
	return tileLimits{geo.Tile{Z: z, X: column(west, -reach, z), Y: column(north, -reach, z)},
		geo.Tile{Z: z, X: column(east, reach, z), Y: column(south, reach, z)}}, true
}

// column is that of the tile, or the row, at a part of the world and so many tiles' widths further.
func column(part, further float64, z uint8) uint32 {
	n := math.Exp2(float64(z))
	return uint32(min(max(math.Floor(part*n+further), 0), n-1))
}

// holds says whether a tile of the zoom is within.
func (l tileLimits) holds(t geo.Tile) bool {
	return l.first.X <= t.X && t.X <= l.last.X && l.first.Y <= t.Y && t.Y <= l.last.Y
}

// union is the least that holds both.
func (l tileLimits) union(o tileLimits) tileLimits {
	l.first.X, l.first.Y = min(l.first.X, o.first.X), min(l.first.Y, o.first.Y)
	l.last.X, l.last.Y = max(l.last.X, o.last.X), max(l.last.Y, o.last.Y)
	return l
}

// within are those of a zoom for the layers that it has; false where it has none, or none that holds anything.
func (t *tileset) within(z uint8) (all tileLimits, ok bool) {
	for i := range t.layers {
		l := &t.layers[i]
		one, some := limitsOf(l.Dataset, l.Extent, z)
		switch {
		case !some || int(z) < l.first || int(z) > l.last:
		case ok:
			all = all.union(one)
		default:
			all, ok = one, true
		}
	}
	return all, ok
}

// extent is the least box that holds all layers; nil when they are empty.
func (t *tileset) extent() *geo.BBox {
	var all *geo.BBox
	for i := range t.layers {
		switch b := t.layers[i].Extent; {
		case b == nil:
		case all == nil:
			box := *b
			all = &box
		default:
			all.West, all.South = min(all.West, b.West), min(all.South, b.South)
			all.East, all.North = max(all.East, b.East), max(all.North, b.North)
		}
	}
	return all
}

// zooms are the first and the last that have tiles.
func (t *tileset) zooms() (first, last int) {
	for i := range t.layers {
		l := &t.layers[i]
		if i == 0 {
			first = l.first
		}
		first, last = min(first, l.first), max(last, l.last)
	}
	return first, last
}

// center is where to look first: where the archive of the first layer that has something says.
func (t *tileset) center() (longitude, latitude float64, zoom int) {
	first, last := t.zooms()
	for i := range t.layers {
		if h := t.layers[i].archive; h != nil {
			return h.CenterLongitude, h.CenterLatitude, min(max(h.CenterZoom, first), last)
		}
	}
	return 0, 0, first
}

// outside refuses a tile beyond the limits that the tileset's metadata states (OGC 20-057 /req/core/tc-error).
func (m *mosaic) outside() error {
	var all tileLimits
	ok := false
	for _, l := range m.layers {
		one, some := limitsOf(l.d, l.entry.Extent, m.Z)
		if some && ok {
			one = all.union(one)
		}
		if some {
			all, ok = one, true
		}
	}
	if ok && all.holds(m.Tile) {
		return nil
	}
	return fault.New(fault.NotFound, "tile %s lies outside the limits of the tileset", m.Tile).About("tileMatrix")
}
