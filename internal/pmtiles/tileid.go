package pmtiles

import (
	"math/bits"

	"maille/internal/geo"
)

// ID is the number of a tile (§4.1): its rank on the Hilbert curve of its zoom, after all the tiles of lower zooms.
func ID(t geo.Tile) uint64 {
	above := 32 - t.Z
	return firstOf(t.Z) + geo.Hilbert(t.X<<above, t.Y<<above)>>(2*above)
}

// TileOf is the tile of a number; false beyond the deepest zoom.
func TileOf(id uint64) (geo.Tile, bool) {
	if id >= firstOf(geo.MaxZoom+1) {
		return geo.Tile{}, false
	}
	t := geo.Tile{Z: uint8(bits.Len64(3*id+1)-1) / 2}
	rank := id - firstOf(t.Z)
	for side := uint32(1); side < 1<<t.Z; side *= 2 {
		right, down := rank&2 > 0, rank&1 > 0
		down = right != down
		t.X, t.Y = turned(t.X, t.Y, side, right, down)
		if right {
			t.X += side
		}
		if down {
			t.Y += side
		}
		rank /= 4
	}
	return t, true
}

// firstOf is the number of the first tile of a zoom.
func firstOf(zoom uint8) uint64 { return (uint64(1)<<(2*zoom) - 1) / 3 }

// turned is a position in a quarter of the curve, which is turned in the upper quarters so that its ends meet.
func turned(x, y, side uint32, right, down bool) (uint32, uint32) {
	switch {
	case down:
		return x, y
	case right:
		return side - 1 - y, side - 1 - x
	}
	return y, x
}
