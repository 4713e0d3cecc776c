package pmtiles

import (
	"cmp"
	"slices"

	"maille/internal/geo"
)

// heartZoom is the zoom at which an archive is seen in parts: a tile is some 400 km wide in France, so that a country is one
// part, and its islands overseas are others.
const heartZoom = 6

// heart is the box of the heaviest part of an archive, within the box of all: parts are tiles of one zoom that touch each
// other. The middle of all may be where nothing is, as that of a country which has islands overseas.
func heart(entries []entry, lowest, highest int, all geo.BBox) geo.BBox {
	zoom := min(max(heartZoom, lowest), highest)
	weights := map[[2]int]int64{}
	for _, e := range entries {
		for i := range uint64(e.run) {
			if t, ok := TileOf(e.id + i); ok && int(t.Z) == zoom {
				weights[[2]int{int(t.X), int(t.Y)}] = int64(e.length)
			} else if ok && int(t.Z) > zoom {
				return within(heaviest(weights), zoom, all)
			}
		}
	}
	return within(heaviest(weights), zoom, all)
}

// heaviest is the columns and rows, the last ones included, of the part with most bytes; of equal ones, the first.
func heaviest(weights map[[2]int]int64) (best [2][2]int) {
	tiles := make([][2]int, 0, len(weights))
	for at := range weights {
		tiles = append(tiles, at)
	}
	slices.SortFunc(tiles, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	most := int64(-1)
	for _, at := range tiles {
		if _, left := weights[at]; !left {
			continue
		}
		if part, weight := take(weights, at); weight > most {
			best, most = part, weight
		}
	}
	return best
}

// take takes out the tiles that touch one, and those that touch these.
func take(weights map[[2]int]int64, first [2]int) (part [2][2]int, weight int64) {
	part = [2][2]int{first, first}
	todo := [][2]int{first}
	weight = weights[first]
	delete(weights, first)
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for axis := range 2 {
			part[0][axis], part[1][axis] = min(part[0][axis], at[axis]), max(part[1][axis], at[axis])
		}
		for i := range 9 {
			beside := [2]int{at[0] + i%3 - 1, at[1] + i/3 - 1}
			if w, there := weights[beside]; there {
				weight += w
				delete(weights, beside)
				todo = append(todo, beside)
			}
		}
	}
	return part, weight
}

// within is the box of tiles, as far as it lies in another. Where it does not, the other stands: tiles have buffers.
func within(part [2][2]int, zoom int, all geo.BBox) geo.BBox {
	first, last := geo.Tile{Z: uint8(zoom), X: uint32(part[0][0]), Y: uint32(part[0][1])}, geo.Tile{Z: uint8(zoom), X: uint32(part[1][0]), Y: uint32(part[1][1])}
	north, south := first.Bounds(), last.Bounds()
	b := geo.BBox{West: max(north.West, all.West), South: max(south.South, all.South), East: min(south.East, all.East), North: min(north.North, all.North)}
	if b.West > b.East || b.South > b.North {
		return all
	}
	return b
}
