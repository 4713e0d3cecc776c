package tile

import (
	"maille/internal/dataset"
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
	return PointsWithin(d, t, Bound{Cell: cell}, features)
}
