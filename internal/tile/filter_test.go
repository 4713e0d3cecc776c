package tile_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/tile"
)

// apart is a tile in which no point is merged.
func apart(t testing.TB, all []*dataset.Feature) []byte {
	t.Helper()
	data, err := tile.Points(pointsOf(t, everything), geo.Tile{}, 0, each(all))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestFilter: what is kept is what a tile of only that would be, byte for byte.
func TestFilter(t *testing.T) {
	all := somewhere(500, 7)
	whole := apart(t, all)
	r := rand.New(rand.NewPCG(1, 2))
	for _, share := range []int{0, 1, 50, 500} {
		wanted := map[uint64]bool{}
		for range share {
			wanted[uint64(1+r.IntN(500))] = true
		}
		want := apart(t, slices.DeleteFunc(slices.Clone(all), func(f *dataset.Feature) bool { return !wanted[uint64(f.Ord)] }))
		got, err := tile.Filter(whole, func(id uint64) bool { return wanted[id] })
		if err != nil || !bytes.Equal(got, want) || (got == nil) != (share == 0) {
			t.Errorf("of %d features %d bytes stay, want %d (%v)", share, len(got), len(want), err)
		}
	}
	if got, err := tile.Filter(whole, func(uint64) bool { return true }); err != nil || !bytes.Equal(got, whole) {
		t.Errorf("all of them are %d bytes, were %d (%v)", len(got), len(whole), err)
	}
}

// TestFilterOfLayers: each by itself, and one of which nothing stays is gone.
func TestFilterOfLayers(t *testing.T) {
	whole := append(layerOf("a", 1, 2), layerOf("b", 2, 3)...)
	for _, c := range []struct {
		id   uint64
		want []byte
	}{{1, layerOf("a", 1)}, {2, append(layerOf("a", 2), layerOf("b", 2)...)}, {3, layerOf("b", 3)}, {4, nil}} {
		got, err := tile.Filter(whole, func(id uint64) bool { return id == c.id })
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("%d: %x, want %x (%v)", c.id, got, c.want, err)
		}
	}
}

// layerOf is a tile of one layer, of triangles with these ids.
func layerOf(name string, ids ...uint64) []byte {
	l := tile.NewLayer(name, "n")
	for _, id := range ids {
		l.Polygon(id, [][][2]int32{{{0, 0}, {10, 0}, {0, 10}}}, schema.Int(int64(id)))
	}
	return l.Bytes()
}

// TestMergedPointsAreFiltered: a point that stands for several features has no id by which one would know it.
func TestMergedPointsAreFiltered(t *testing.T) {
	merged, err := tile.Points(pointsOf(t, everything), geo.Tile{}, tile.Extent, each(somewhere(50, 1)))
	if err != nil || merged == nil {
		t.Fatal(err)
	}
	if got, err := tile.Filter(merged, func(uint64) bool { return true }); got != nil || err != nil {
		t.Errorf("%d bytes stay (%v)", len(got), err)
	}
}

func TestFilterRefuses(t *testing.T) {
	whole := apart(t, somewhere(3, 7))
	for name, data := range map[string][]byte{
		"half a tile":           whole[:len(whole)/2],
		"a length beyond it":    {0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"one byte beyond it":    {0x1a, 4, 0x0a, 1, 'a'},
		"a group":               {0x1b},
		"an endless varint":     bytes.Repeat([]byte{0xff}, 20),
		"gzip":                  {0x1f, 0x8b, 8, 0},
		"another extent":        {0x1a, 5, 0x0a, 1, 'a', 0x28, 1},
		"a key that is not":     {0x1a, 16, 0x0a, 1, 'a', 0x12, 11, 8, 1, 0x12, 2, 0, 0, 0x18, 1, 0x22, 1, 9},
		"half a property":       {0x1a, 22, 0x0a, 1, 'a', 0x12, 10, 8, 1, 0x12, 1, 0, 0x18, 1, 0x22, 1, 9, 0x1a, 1, 'k', 0x22, 2, 0x28, 1},
		"a geometry of no type": {0x1a, 11, 0x0a, 1, 'a', 0x12, 6, 8, 1, 0x18, 0x81, 0x80, 0x04},
	} {
		if got, err := tile.Filter(data, func(uint64) bool { return true }); err == nil || got != nil {
			t.Errorf("%s passes, as %x", name, got)
		} else if kind := fault.KindOf(err); kind != fault.Internal {
			t.Errorf("%s: %v", name, kind)
		}
	}
}

// FuzzFilter: whatever the bytes, what stays has only features that are wanted, filters to itself and grows by no more than
// the widths of a few numbers.
func FuzzFilter(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(layerOf("a", 1, 2, 3))
	f.Add(apart(f, somewhere(9, 1)))
	f.Add([]byte{0x1a, 13, 0x0a, 1, 'a', 0x12, 8, 8, 1, 0x12, 2, 0, 0, 0x18, 1})
	f.Add([]byte{0x1a, 29, 0x0a, 1, 'a', 0x12, 8, 8, 1, 0x12, 2, 0, 0, 0x18, 1, 0x12, 7, 8, 3, 0x18, 1, 0x22, 1, 9, 0x1a, 1, 'k', 0x22, 2, 0x28, 1}) // one of them without geometry
	f.Fuzz(func(t *testing.T, data []byte) {
		odd := func(id uint64) bool { return id%2 == 1 }
		kept, err := tile.Filter(data, odd)
		if err != nil {
			return
		}
		again, err := tile.Filter(kept, func(id uint64) bool {
			if !odd(id) {
				t.Errorf("feature %d stays", id)
			}
			return true
		})
		if err != nil || !bytes.Equal(again, kept) {
			t.Errorf("%x becomes %x (%v)", kept, again, err)
		}
	})
}
