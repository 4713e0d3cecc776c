package geo_test

import (
	"math"
	"testing"

	"maille/internal/geo"
)

// TestTileBounds: values of OGC 17-083r4 annex D.1 (the square is 20 037 508.342 789 24 m to each side of 0,0) and of the
// tile that holds Évry at zoom 12.
func TestTileBounds(t *testing.T) {
	t.Parallel()
	const top = 85.0511287798066
	for tile, want := range map[geo.Tile]geo.BBox{
		{}:                        {West: -180, South: -top, East: 180, North: top},
		{Z: 1, X: 1, Y: 0}:        {West: 0, South: 0, East: 180, North: top},
		{Z: 2, X: 0, Y: 3}:        {West: -180, South: -top, East: -90, North: -66.51326044311186},
		{Z: 12, X: 2075, Y: 1413}: {West: 2.373046875, South: 48.57478991092886, East: 2.4609375, North: 48.632908955975},
	} {
		if got := tile.Bounds(); !near(got, want) {
			t.Errorf("%s: %v, want %v", tile, got, want)
		}
	}
}

func near(a, b geo.BBox) bool {
	const close = 1e-4
	return math.Abs(a.West-b.West) < close && math.Abs(a.South-b.South) < close && math.Abs(a.East-b.East) < close && math.Abs(a.North-b.North) < close
}

// TestTilesHoldWhatIsInThem: a position is in the tile whose numbers its world position gives, at every zoom.
func TestTilesHoldWhatIsInThem(t *testing.T) {
	t.Parallel()
	for _, p := range [][2]float64{{2.44, 48.62}, {-61.5, 16.2}, {55.5, -21.1}, {-179.99, 85}, {179.99, -85}} {
		x, y := geo.WorldPosition(p[0], p[1])
		for z := range uint8(geo.MaxZoom + 1) {
			tile := geo.Tile{Z: z, X: uint32(math.Ldexp(x, int(z))), Y: uint32(math.Ldexp(y, int(z)))}
			b := tile.Bounds()
			if !tile.Valid() || p[0] < b.West || p[0] > b.East || p[1] < b.South-1e-9 || p[1] > b.North+1e-9 {
				t.Errorf("%v is not in %s: %v", p, tile, b)
			}
			if wide := tile.Padded(0.5); z > 0 && (wide.West > b.West || wide.North < b.North) {
				t.Errorf("%s with what is around it: %v", tile, wide)
			}
			if z > 0 && tile.Parent() != (geo.Tile{Z: z - 1, X: tile.X / 2, Y: tile.Y / 2}) {
				t.Errorf("%s is under %s", tile, tile.Parent())
			}
		}
	}
}

func TestWorldPositionStaysInTheWorld(t *testing.T) {
	t.Parallel()
	for p, want := range map[[2]float64][2]float64{{0, 0}: {0.5, 0.5}, {-180, 90}: {0, 0}, {180, -90}: {1, 1}, {190, 89}: {1, 0}} {
		if x, y := geo.WorldPosition(p[0], p[1]); math.Abs(x-want[0]) > 1e-12 || math.Abs(y-want[1]) > 1e-12 {
			t.Errorf("%v is at %v, %v", p, x, y)
		}
	}
}

func TestTileIsValid(t *testing.T) {
	t.Parallel()
	for tile, want := range map[geo.Tile]bool{
		{}: true, {X: 1}: false, {Y: 1}: false, {Z: 3, X: 7, Y: 7}: true, {Z: 3, X: 8}: false, {Z: 3, Y: 8}: false,
		{Z: geo.MaxZoom}: true, {Z: geo.MaxZoom + 1}: false, {Z: 255}: false, {Z: 26, X: math.MaxUint32}: false,
	} {
		if tile.Valid() != want {
			t.Errorf("%s is valid: %v", tile, !want)
		}
	}
}
