package pmtiles_test

import (
	"math/rand/v2"
	"testing"

	"maille/internal/geo"
	"maille/internal/pmtiles"
)

// TestID: the examples of the specification (§4.1), and numbers that pmtiles.js 4.5 gives.
func TestID(t *testing.T) {
	for _, c := range []struct {
		tile geo.Tile
		id   uint64
	}{
		{geo.Tile{}, 0}, {geo.Tile{Z: 1}, 1}, {geo.Tile{Z: 1, Y: 1}, 2}, {geo.Tile{Z: 1, X: 1, Y: 1}, 3}, {geo.Tile{Z: 1, X: 1}, 4}, {geo.Tile{Z: 2}, 5},
		{geo.Tile{Z: 12, X: 3423, Y: 1763}, 19078479},
		{geo.Tile{Z: 5, X: 16, Y: 11}, 1210},
		{geo.Tile{Z: 8, X: 129, Y: 88}, 77504},
		{geo.Tile{Z: 12, X: 2074, Y: 1408}, 19841345},
		{geo.Tile{Z: 14, X: 8299, Y: 5635}, 317461535},
		{geo.Tile{Z: 14, X: 0, Y: 16383}, 178956970},
		{geo.Tile{Z: 20, X: 530000, Y: 360000}, 1301010020607},
		{geo.Tile{Z: 26, X: 0, Y: 0}, 1501199875790165},
		{geo.Tile{Z: 26, X: 67108863, Y: 0}, 6004799503160660},
		{geo.Tile{Z: 26, X: 33954013, Y: 23082467}, 5326120119893321},
	} {
		if got := pmtiles.ID(c.tile); got != c.id {
			t.Errorf("ID(%v) = %d, want %d", c.tile, got, c.id)
		}
		if got, ok := pmtiles.TileOf(c.id); got != c.tile || !ok {
			t.Errorf("TileOf(%d) = %v, want %v", c.id, got, c.tile)
		}
	}
	if got, ok := pmtiles.TileOf((1<<54 - 1) / 3); ok {
		t.Errorf("a tile beyond the last: %v", got)
	}
}

// TestCurve: numbers follow each other from zoom to zoom, each tile has one, and one that follows another lies beside it.
func TestCurve(t *testing.T) {
	var last geo.Tile
	for id := range uint64((1<<16 - 1) / 3) { // zooms 0 to 7
		tile, ok := pmtiles.TileOf(id)
		if !ok || !tile.Valid() || pmtiles.ID(tile) != id {
			t.Fatalf("TileOf(%d) = %v, whose number is %d", id, tile, pmtiles.ID(tile))
		}
		dx, dy := int(tile.X)-int(last.X), int(tile.Y)-int(last.Y)
		if tile.Z == last.Z && dx*dx+dy*dy > 1 || tile.Z < last.Z {
			t.Fatalf("%v follows %v", tile, last)
		}
		last = tile
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		tile := geo.Tile{Z: uint8(r.IntN(geo.MaxZoom + 1))}
		tile.X, tile.Y = r.Uint32()>>1%(1<<tile.Z), r.Uint32()>>1%(1<<tile.Z)
		if got, ok := pmtiles.TileOf(pmtiles.ID(tile)); got != tile || !ok {
			t.Fatalf("%v is %v", tile, got)
		}
	}
}
