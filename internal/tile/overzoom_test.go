package tile_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/tile"
)

// below are the tiles so many zooms deeper that a tile holds.
func below(at geo.Tile, deeper int) (all []geo.Tile) {
	for y := range uint32(1) << deeper {
		for x := range uint32(1) << deeper {
			all = append(all, geo.Tile{Z: at.Z + uint8(deeper), X: at.X<<deeper + x, Y: at.Y<<deeper + y})
		}
	}
	return all
}

// checkOverzoom holds all tiles below one to the promises of tiles, and to what that one shows.
func checkOverzoom(t testing.TB, at geo.Tile, mvt []byte, deeper int) {
	t.Helper()
	whole, found := map[string]*decodedFeature{}, map[string]int{}
	for _, l := range decode(t, mvt) {
		for _, f := range l.Features {
			whole[fmt.Sprint(l.Name, f.ID)] = f
		}
	}
	for _, to := range below(at, deeper) {
		made, err := tile.Overzoom(mvt, at, to)
		if err != nil {
			t.Fatalf("%v of %v: %v", to, at, err)
		}
		for _, l := range decode(t, made) {
			checkPolygons(t, to, &decodedLayer{Name: l.Name, Features: polygonsAmong(l)})
			for _, f := range l.Features {
				key := fmt.Sprint(l.Name, f.ID)
				found[key]++
				if was := whole[key]; was == nil || fmt.Sprint(was.Properties) != fmt.Sprint(f.Properties) {
					t.Fatalf("%v: %s has %v, not as %v", to, key, f.Properties, was)
				}
				if p, ok := f.Geometry.(orb.Point); ok {
					was, side := whole[key].Geometry.(orb.Point), math.Exp2(float64(deeper))
					want := orb.Point{was[0]*side - tile.Extent*float64(to.X-at.X<<deeper), was[1]*side - tile.Extent*float64(to.Y-at.Y<<deeper)}
					if p != want || p[0] < 0 || p[1] < 0 || p[0] >= tile.Extent || p[1] >= tile.Extent || found[key] > 1 {
						t.Errorf("%v: the point %s is at %v, not %v, %d times", to, key, p, want, found[key])
					}
				}
			}
		}
		checkSamePlaces(t, at, to, whole, made)
	}
	for key, f := range whole {
		if found[key] == 0 && !inBuffer(f.Geometry) {
			t.Errorf("%v, %d zooms deeper: %s is nowhere", at, deeper, key)
		}
	}
}

// inBuffer says whether a geometry lies beyond the tile.
func inBuffer(g orb.Geometry) bool {
	b := g.Bound()
	return b.Max[0] <= 0 || b.Max[1] <= 0 || b.Min[0] >= tile.Extent || b.Min[1] >= tile.Extent
}

func polygonsAmong(l *decodedLayer) (all []*decodedFeature) {
	for _, f := range l.Features {
		if polygonsOf(f.Geometry) != nil {
			all = append(all, f)
		}
	}
	return all
}

// checkSamePlaces: at any place, a tile shows what the one above does, unless a border is within a unit.
func checkSamePlaces(t testing.TB, at, to geo.Tile, whole map[string]*decodedFeature, made []byte) {
	t.Helper()
	got := map[string]*decodedFeature{}
	for _, l := range decode(t, made) {
		for _, f := range l.Features {
			got[fmt.Sprint(l.Name, f.ID)] = f
		}
	}
	deeper := to.Z - at.Z
	side := math.Exp2(float64(deeper))
	r := rand.New(rand.NewPCG(uint64(to.X), uint64(to.Y)))
	for range 12 {
		p := orb.Point{r.Float64()*(tile.Extent+2*tile.Buffer) - tile.Buffer, r.Float64()*(tile.Extent+2*tile.Buffer) - tile.Buffer}
		above := orb.Point{(p[0] + tile.Extent*float64(to.X-at.X<<deeper)) / side, (p[1] + tile.Extent*float64(to.Y-at.Y<<deeper)) / side}
		for key, f := range whole {
			shape := polygonsOf(f.Geometry)
			if shape == nil || planar.DistanceFrom(shape, above) < 1/side {
				continue
			}
			now := got[key]
			has := now != nil && planar.MultiPolygonContains(polygonsOf(now.Geometry), p)
			if want := planar.MultiPolygonContains(shape, above); want != has {
				t.Fatalf("%v of %v: at %v, %s is there: %v, and was: %v", to, at, p, key, has, want)
			}
		}
	}
}

// TestOverzoom: tiles beyond the last zoom are as valid, and show the same.
func TestOverzoom(t *testing.T) {
	for name, rows := range maps {
		for i, jitter := range []float64{0, 0.49} {
			t.Run(fmt.Sprint(name, jitter), func(t *testing.T) {
				w := world{cell: math.Exp2(-18) * (1 + jitter), width: float64(len(rows[0])), height: float64(len(rows)), dx: jitter, dy: 2 * jitter}
				b := buildTiles(t, shapesDataset(t, 9, 9, 0), featuresOf(w.place(raster(rows, jitter, 7))))
				for at, mvt := range b.raw {
					checkOverzoom(t, at, mvt, 1+i*2)
				}
			})
		}
	}
}

// TestOverzoomRandom: borders that come so near each other that cutting them would make them cross, were each cut by itself.
func TestOverzoomRandom(t *testing.T) {
	for seed := range uint64(12) {
		w := world{cell: math.Exp2(-16 - float64(seed%4)), width: 14, height: 10, dx: float64(seed % 7), dy: float64(seed%4) / 3}
		b := buildTiles(t, shapesDataset(t, 6, 6, 0), featuresOf(w.place(raster(random(seed, 14, 10, 5), 0.45*float64(seed%3)/2, seed))))
		for at, mvt := range b.raw {
			checkOverzoom(t, at, mvt, 1+int(seed%4))
		}
	}
}

// fan is a tile of triangles between two corners of it and all places of a line between: sides that are long, and near vertices
// of others.
func fan(n int) []byte {
	l := tile.NewLayer("a", "n")
	for i := range int32(n) {
		l.Polygon(uint64(i)+1, [][][2]int32{{{-64, -64}, {2060 - 3*i, 2035 + 5*i}, {2060 - 3*(i+1), 2035 + 5*(i+1)}}}, schema.Int(int64(i)))
		l.Polygon(uint64(n)+uint64(i)+1, [][][2]int32{{{4160, 4157}, {2060 - 3*(i+1), 2035 + 5*(i+1)}, {2060 - 3*i, 2035 + 5*i}}}, schema.Int(int64(i)))
	}
	return l.Bytes()
}

func TestOverzoomFan(t *testing.T) {
	for deeper := 1; deeper <= tile.MostOverzoom; deeper++ {
		checkOverzoom(t, geo.Tile{Z: 3, X: 5, Y: 2}, fan(40), deeper)
	}
}

// TestOverzoomIsSteady: again the same bytes, and nothing in a tile that has nothing.
func TestOverzoomIsSteady(t *testing.T) {
	at, corner := geo.Tile{Z: 3, X: 5, Y: 2}, geo.Tile{Z: 7, X: 80, Y: 47}
	one, err := tile.Overzoom(fan(20), at, geo.Tile{Z: 4, X: 10, Y: 4})
	again, _ := tile.Overzoom(fan(20), at, geo.Tile{Z: 4, X: 10, Y: 4})
	if err != nil || len(one) == 0 || !bytes.Equal(one, again) {
		t.Errorf("%d bytes, then %d (%v)", len(one), len(again), err)
	}
	if none, err := tile.Overzoom(fan(20), at, corner); none != nil || err != nil {
		t.Errorf("%d bytes in the corner (%v)", len(none), err)
	}
}

func TestOverzoomRefuses(t *testing.T) {
	at := geo.Tile{Z: 3, X: 5, Y: 2}
	for _, to := range []geo.Tile{at, {Z: 2, X: 2, Y: 1}, {Z: 4, X: 12, Y: 4}, {Z: 4, X: 10, Y: 6}, {Z: 8, X: 5 << 5, Y: 2 << 5}} {
		if _, err := tile.Overzoom(fan(2), at, to); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%v: %v", to, err)
		}
	}
	feature := func(kind byte, geometry ...byte) []byte {
		f := append([]byte{0x18, kind, 0x22, byte(len(geometry))}, geometry...)
		return append([]byte{0x1a, byte(5 + len(f)), 0x0a, 1, 'a', 0x12, byte(len(f))}, f...)
	}
	for name, data := range map[string][]byte{
		"half a tile":       fan(2)[:50],
		"two points":        feature(1, 17, 2, 2, 2, 2),
		"half a point":      feature(1, 9, 2),
		"a line":            feature(2, 9, 2, 2, 10, 4, 4),
		"an open ring":      feature(3, 9, 2, 2, 18, 4, 0, 0, 4),
		"a ring far away":   feature(3, 9, 0x80, 0x80, 4, 2, 18, 4, 0, 0, 4, 15),
		"a hole first":      feature(3, 9, 2, 2, 18, 0, 4, 4, 0, 15),
		"a flat ring":       feature(3, 9, 2, 2, 18, 4, 0, 4, 0, 15),
		"millions of lines": feature(3, 9, 2, 2, 0xfa, 0xff, 0xff, 0xff, 0x0f, 0, 0),
	} {
		if made, err := tile.Overzoom(data, at, geo.Tile{Z: 4, X: 10, Y: 4}); err == nil || made != nil {
			t.Errorf("%s passes, as %x", name, made)
		}
	}
	if made, err := tile.Overzoom(feature(3, 9, 2, 2, 18, 4, 0, 0, 4, 15), at, geo.Tile{Z: 4, X: 10, Y: 4}); err != nil || made == nil {
		t.Errorf("a triangle: %v", err)
	}
}

// FuzzOverzoom: whatever the bytes, all tiles below are made or refused.
func FuzzOverzoom(f *testing.F) {
	f.Add(fan(3), uint8(1))
	f.Add(layerOf("a", 1, 2, 3), uint8(4))
	f.Add(apart(f, somewhere(9, 1)), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, deeper uint8) {
		at := geo.Tile{Z: 3, X: 5, Y: 2}
		for _, to := range below(at, 1+int(deeper%2)) {
			made, err := tile.Overzoom(data, at, to)
			if err != nil {
				return
			}
			if _, err := tile.Filter(made, func(uint64) bool { return true }); err != nil {
				t.Errorf("%v: what is made is refused: %v", to, err)
			}
		}
	})
}
