package pmtiles_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"maille/internal/geo"
	"maille/internal/pmtiles"
)

const metadata = `{"name":"essai","vector_layers":[{"id":"lieux","fields":{"nom":"Nom"}}]}`

// vector is a tile with a point in it, by name.
func vector(t testing.TB, name string) []byte {
	t.Helper()
	f := geojson.NewFeature(orb.Point{1, 2})
	f.Properties["nom"] = name
	plain, err := mvt.Marshal(mvt.Layers{{Name: "lieux", Version: 2, Extent: 4096, Features: []*geojson.Feature{f}}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(plain); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func written(t testing.TB, tiles map[geo.Tile][]byte, order []geo.Tile, about pmtiles.About) []byte {
	t.Helper()
	folder := t.TempDir()
	w, err := pmtiles.NewWriter(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	lent := []byte{}
	for _, tile := range order {
		lent = append(lent[:0], tiles[tile]...)
		if err := w.Add(tile, lent); err != nil {
			t.Fatal(err)
		}
		for i := range lent {
			lent[i] = 0xff
		}
	}
	var b bytes.Buffer
	if err := w.WriteArchive(&b, about); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%d files with a name (%v)", len(left), err)
	}
	return b.Bytes()
}

func open(t testing.TB, data []byte) *pmtiles.Archive {
	t.Helper()
	a, err := pmtiles.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// country is some tiles of zooms 5 to 12 around France, some of them equal.
func country(t testing.TB) (map[geo.Tile][]byte, []geo.Tile) {
	contents := make([][]byte, 300)
	for i := range contents {
		contents[i] = vector(t, fmt.Sprint(i))
	}
	r := rand.New(rand.NewPCG(1, 2))
	tiles := map[geo.Tile][]byte{}
	var order []geo.Tile
	for z := uint8(5); z <= 12; z++ {
		west, north := geo.WorldPosition(-5, 51)
		east, south := geo.WorldPosition(9, 42)
		side := float64(uint32(1) << z)
		for x := uint32(west * side); x <= uint32(east*side); x++ {
			for y := uint32(north * side); y <= uint32(south*side); y++ {
				if n := r.IntN(400); n < len(contents) {
					tiles[geo.Tile{Z: z, X: x, Y: y}] = contents[n/(1+n%2*100)] // odd ones are among the first few
				}
			}
		}
	}
	for tile := range tiles {
		order = append(order, tile)
	}
	return tiles, order
}

// TestWriter: what went in is read back, tile by tile and by the verifier; whatever the order it came in, the same bytes.
func TestWriter(t *testing.T) {
	tiles, order := country(t)
	box := geo.BBox{West: -5, South: 42, East: 9, North: 51}
	about := pmtiles.About{Bounds: &box, Metadata: []byte(metadata)}
	data := written(t, tiles, order, about)
	slices.SortFunc(order, func(a, b geo.Tile) int { return int(a.Y) - int(b.Y) })
	if again := written(t, tiles, order, about); !bytes.Equal(data, again) {
		t.Error("another order makes other bytes")
	}
	found, err := pmtiles.Verify(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, data).Header
	if h.Addressed != uint64(len(tiles)) || found.Addressed != h.Addressed || h.Contents > 300 || h.Entries >= h.Addressed || h.Leaves.Length == 0 ||
		h.Clustered != 1 || h.MinZoom != 5 || h.MaxZoom != 12 || h.Bounds != box || h.CenterZoom != 5 || h.CenterLongitude != 2 || h.CenterLatitude != 46.5 {
		t.Errorf("%+v", h)
	}
	if root := h.Root; root.Offset != 127 || root.Offset+root.Length > 16384 || h.Data.Offset+h.Data.Length != uint64(len(data)) {
		t.Errorf("%+v", h)
	}
	a := open(t, data)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for tile, want := range tiles {
				if got, err := a.Tile(tile); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%v: %d bytes, want %d (%v)", tile, len(got), len(want), err)
					return
				}
			}
		})
	}
	group.Wait()
	for _, absent := range []geo.Tile{{}, {Z: 4, X: 8, Y: 5}, {Z: 12}, {Z: 12, X: 4095, Y: 4095}, {Z: 13, X: 4150, Y: 2800}, {Z: 40, X: 1}, {Z: 5, X: 32}} {
		if got, err := a.Tile(absent); got != nil || err != nil {
			t.Errorf("%v: %d bytes (%v)", absent, len(got), err)
		}
	}
	if text, err := a.Metadata(); err != nil || string(text) != metadata {
		t.Errorf("%s (%v)", text, err)
	}
}

// TestCenter: the middle is that of what is heaviest, where what an archive has lies apart, and else that of its bounds.
func TestCenter(t *testing.T) {
	at := func(longitude, latitude float64, zoom uint8) geo.Tile {
		x, y := geo.WorldPosition(longitude, latitude)
		return geo.Tile{Z: zoom, X: uint32(x * float64(uint32(1)<<zoom)), Y: uint32(y * float64(uint32(1)<<zoom))}
	}
	islands := []geo.Tile{at(-61.5, 16.2, 7), at(-61, 14.6, 7), at(-53, 4, 7), at(55.5, -21.1, 7), at(45.1, -12.8, 7)}
	for name, c := range map[string]struct {
		overseas []geo.Tile
		box      geo.BBox
		want     [3]float64 // about
	}{
		"with islands": {islands, geo.BBox{West: -61.81, South: -21.39, East: 55.84, North: 51.09}, [3]float64{2.8, 46, 6}},
		"without":      {nil, geo.BBox{West: -5.14, South: 41.33, East: 9.56, North: 51.09}, [3]float64{2.2, 46.2, 5}},
	} {
		seen := map[geo.Tile][]byte{}
		for longitude := -4.5; longitude < 9; longitude++ {
			for latitude := 42.0; latitude < 51; latitude++ {
				for zoom := uint8(5); zoom <= 7; zoom++ {
					seen[at(longitude, latitude, zoom)] = vector(t, "metropole")
				}
			}
		}
		for _, tile := range c.overseas {
			for ; tile.Z >= 5; tile = tile.Parent() {
				seen[tile] = vector(t, "island")
			}
		}
		h := open(t, written(t, seen, slices.SortedFunc(maps.Keys(seen), func(a, b geo.Tile) int { return int(pmtiles.ID(a)) - int(pmtiles.ID(b)) }),
			pmtiles.About{Bounds: &c.box, Metadata: []byte(metadata)})).Header
		if math.Abs(h.CenterLongitude-c.want[0]) > 1.5 || math.Abs(h.CenterLatitude-c.want[1]) > 1.5 || math.Abs(float64(h.CenterZoom)-c.want[2]) > 1 {
			t.Errorf("%s: %v %v, zoom %d", name, h.CenterLongitude, h.CenterLatitude, h.CenterZoom)
		}
	}
}

// TestBounds: bounds have a width, and none crosses the antimeridian.
func TestBounds(t *testing.T) {
	world := geo.Tile{}.Bounds()
	for _, c := range []struct {
		box  *geo.BBox
		want geo.BBox
		zoom int
	}{
		{nil, world, 3}, // one tile has all
		{&geo.BBox{West: 2.4, South: 48.6, East: 2.4, North: 48.6}, geo.BBox{West: 2.3999999, South: 48.5999999, East: 2.4000001, North: 48.6000001}, 3},
		{&geo.BBox{West: 160, South: -20, East: -170, North: -10}, geo.BBox{West: -180, South: -20, East: 180, North: -10}, 1},
		{&geo.BBox{West: 2, South: 48, East: 60, North: 50}, geo.BBox{West: 2, South: 48, East: 60, North: 50}, 3},
	} {
		tiles := map[geo.Tile][]byte{{Z: 1, X: 1}: vector(t, "a"), {Z: 3, X: 4, Y: 2}: vector(t, "b")}
		h := open(t, written(t, tiles, []geo.Tile{{Z: 3, X: 4, Y: 2}, {Z: 1, X: 1}}, pmtiles.About{Bounds: c.box, Metadata: []byte(metadata)})).Header
		near := func(a, b float64) bool { return a-b < 1.5e-7 && b-a < 1.5e-7 }
		if !near(h.Bounds.West, c.want.West) || !near(h.Bounds.East, c.want.East) || !near(h.Bounds.South, c.want.South) || !near(h.Bounds.North, c.want.North) || h.CenterZoom != c.zoom {
			t.Errorf("%v: %v, zoom %d", c.box, h.Bounds, h.CenterZoom)
		}
		if h.Bounds.West >= h.Bounds.East || h.Bounds.South >= h.Bounds.North {
			t.Errorf("%v: %v", c.box, h.Bounds)
		}
	}
}

var errFull = errors.New("no space left on device")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriterRefuses(t *testing.T) {
	w, err := pmtiles.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.WriteArchive(full{}, pmtiles.About{}); err == nil {
		t.Error("an archive of no tile")
	}
	if w.Add(geo.Tile{}, nil) == nil || w.Add(geo.Tile{Z: 1, X: 2}, []byte("a")) == nil || w.Add(geo.Tile{Z: 27}, []byte("a")) == nil {
		t.Error("tiles that are none are taken")
	}
	if err := errors.Join(w.Add(geo.Tile{}, []byte("a")), w.Add(geo.Tile{Z: 1}, []byte("a"))); err != nil || w.Len() != 2 || w.Size() != 1 {
		t.Errorf("%d tiles in %d bytes (%v)", w.Len(), w.Size(), err)
	}
	if err := w.WriteArchive(full{}, pmtiles.About{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	if err := errors.Join(w.Add(geo.Tile{Z: 1}, []byte("b"))); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteArchive(new(bytes.Buffer), pmtiles.About{}); err == nil {
		t.Error("one tile twice")
	}
	if w, err := pmtiles.NewWriter(t.TempDir() + "/absent"); err == nil {
		w.Close()
		t.Error("a folder that is not there")
	}
}

// TestMemory: a tile costs the writer and the reader what they say.
func TestMemory(t *testing.T) {
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	w, err := pmtiles.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	const n = 100_000
	before := used()
	for id := range uint64(n) {
		tile, _ := pmtiles.TileOf(id)
		if err := w.Add(tile, fmt.Appendf(nil, "%d%0*d", id, id%97, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if each := (used() - before) / n; each > 150 {
		t.Errorf("a tile takes %d bytes of the writer", each)
	}
	var b bytes.Buffer
	if err := w.WriteArchive(&b, pmtiles.About{Metadata: []byte(metadata)}); err != nil {
		t.Fatal(err)
	}
	before = used()
	a := open(t, b.Bytes())
	for id := range uint64(n) {
		tile, _ := pmtiles.TileOf(id)
		if offset, length, ok, err := a.Find(tile); !ok || err != nil || id%1000 == 0 && !bytes.HasPrefix(b.Bytes()[offset:offset+length], fmt.Appendf(nil, "%d", id)) {
			t.Fatalf("%v: %d bytes at %d (%v)", tile, length, offset, err)
		}
	}
	if each := (used() - before) / n; each > 40 {
		t.Errorf("a tile takes %d bytes of the reader", each)
	}
	runtime.KeepAlive(a)
}
