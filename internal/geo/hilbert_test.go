package geo_test

import (
	"math/rand/v2"
	"testing"

	"maille/internal/geo"
)

// code is that of a tile.
func code(z int, x, y uint32) uint64 {
	side := 32 - z
	return geo.Hilbert(uint32(uint64(x)<<side), uint32(uint64(y)<<side)) >> (2 * side)
}

// TestHilbertIsThatOfPMTiles: the numbers of its specification, less those of the zooms above.
func TestHilbertIsThatOfPMTiles(t *testing.T) {
	for _, c := range []struct {
		z    int
		x, y uint32
		id   uint64
	}{{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {12, 3423, 1763, 19078479}} {
		above := (uint64(1)<<(2*c.z) - 1) / 3
		if got := above + code(c.z, c.x, c.y); got != c.id {
			t.Errorf("%d/%d/%d is tile %d, want %d", c.z, c.x, c.y, got, c.id)
		}
	}
}

// TestHilbertIsACurve: each of the 1024 tiles of zoom 5 once, from one to a neighbour.
func TestHilbertIsACurve(t *testing.T) {
	const z = 5
	places := map[uint64][2]int{}
	for x := range 1 << z {
		for y := range 1 << z {
			places[code(z, uint32(x), uint32(y))] = [2]int{x, y}
		}
	}
	for i := range uint64(1<<(2*z) - 1) {
		a, b := places[i], places[i+1]
		if dx, dy := a[0]-b[0], a[1]-b[1]; dx*dx+dy*dy != 1 {
			t.Fatalf("from %v the curve jumps to %v", a, b)
		}
	}
	if len(places) != 1<<(2*z) {
		t.Errorf("%d places", len(places))
	}
}

// TestHilbertNests: the code of a tile's parent is the fourth of its own.
func TestHilbertNests(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		x, y, z := r.Uint32(), r.Uint32(), 1+r.IntN(32)
		side := 32 - z
		child := code(z, uint32(uint64(x)>>side), uint32(uint64(y)>>side))
		if parent := code(z-1, uint32(uint64(x)>>(side+1)), uint32(uint64(y)>>(side+1))); parent != child/4 {
			t.Fatalf("%d/%d/%d: %d, its parent %d", z, x>>side, y>>side, child, parent)
		}
		if own := geo.Hilbert(x, y) >> (2 * side); own != child {
			t.Fatalf("a place in %d/%d/%d has code %d, its tile %d", z, x>>side, y>>side, own, child)
		}
	}
}
