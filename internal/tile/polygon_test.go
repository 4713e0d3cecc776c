package tile_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/planar"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/tile"
)

const shapesDescriptor = `{"name": "communes", "title": "Communes", "publication": {"key": ["code"], "title": "nom", "geometry": {"type": "MultiPolygon"},
	"tiles": {"minzoom": %d, "maxzoom": %d, "properties": ["code", "nom"], "from": {"nom": 8}, "budget": %d}}}`

const shapesSchema = `{"fields": [{"name": "code", "type": "string"}, {"name": "nom", "type": "string"}]}`

func shapesDataset(t testing.TB, minzoom, maxzoom, budget int) *dataset.Dataset {
	t.Helper()
	return restore(t, fmt.Sprintf(shapesDescriptor, minzoom, maxzoom, budget), shapesSchema)
}

// featuresOf are shapes with a code and a name.
func featuresOf(shapes []orb.MultiPolygon) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		for i, shape := range shapes {
			f := dataset.Feature{Ord: int64(i) + 1, WKB: ewkb.MustMarshal(shape, 4326),
				Values: []schema.Value{schema.Text(fmt.Sprintf("%05d", i)), schema.Text(fmt.Sprintf("Commune %d", i*i%9973))}}
			if !yield(&f, nil) {
				return
			}
		}
	}
}

// world is where a map is: its middle in the middle of the world, where the corners of tiles of all zooms meet, moved by a
// part of its side; a cell is so wide a part of the world.
type world struct {
	cell, width, height, dx, dy float64
}

func (w world) position(p orb.Point) (x, y float64) {
	return 0.5 + (p[0]-w.width/2+w.dx)*w.cell, 0.5 + (p[1]-w.height/2+w.dy)*w.cell
}

func (w world) back(x, y float64) orb.Point {
	return orb.Point{(x-0.5)/w.cell + w.width/2 - w.dx, (y-0.5)/w.cell + w.height/2 - w.dy}
}

// place moves shapes to where the map is, in CRS84.
func (w world) place(shapes []orb.MultiPolygon) (moved []orb.MultiPolygon) {
	for _, shape := range shapes {
		shape = shape.Clone()
		for _, polygon := range shape {
			for _, r := range polygon {
				for i, p := range r {
					x, y := w.position(p)
					r[i] = orb.Point{x*360 - 180, 90 - 360*math.Atan(math.Exp((2*y-1)*math.Pi))/math.Pi}
				}
			}
		}
		moved = append(moved, shape)
	}
	return moved
}

type built struct {
	report *tile.Report
	raw    map[geo.Tile][]byte
	tiles  map[geo.Tile][]*decodedLayer
}

func buildTiles(t testing.TB, d *dataset.Dataset, features tile.Features) built {
	t.Helper()
	b := built{raw: map[geo.Tile][]byte{}, tiles: map[geo.Tile][]*decodedLayer{}}
	var err error
	b.report, err = tile.Build(d, features, tile.Options{Folder: t.TempDir()}, func(at geo.Tile, gzipped []byte) error {
		z, err := gzip.NewReader(bytes.NewReader(gzipped))
		if err != nil {
			return err
		}
		if b.raw[at] != nil {
			t.Errorf("%v came twice", at)
		}
		b.raw[at], err = io.ReadAll(z)
		b.tiles[at] = decode(t, b.raw[at])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkTiles holds tiles to their promises. before are the shapes on the map.
func checkTiles(t testing.TB, b built, w world, before []orb.MultiPolygon) {
	t.Helper()
	seen := map[int]map[uint64]string{} // by zoom and feature: the type of its geometry
	labels := map[int]map[uint64]bool{}
	for at, layers := range b.tiles {
		z := int(at.Z)
		if seen[z] == nil {
			seen[z], labels[z] = map[uint64]string{}, map[uint64]bool{}
		}
		for _, l := range layers {
			if l.Name == "communes-etiquettes" {
				checkLabels(t, at, l, w, before, labels[z])
				continue
			}
			checkPolygons(t, at, l)
			for i, f := range l.Features {
				if i > 0 && f.ID <= l.Features[i-1].ID {
					t.Errorf("%v: feature %d after %d", at, f.ID, l.Features[i-1].ID)
				}
				kind := f.Geometry.GeoJSONType()
				if kind == "MultiPolygon" {
					kind = "Polygon"
				}
				if was := seen[z][f.ID]; was != "" && (was != kind || kind == "Point") {
					t.Errorf("%v: feature %d is a %s and a %s", at, f.ID, was, kind)
				}
				seen[z][f.ID] = kind
				if reduced, _ := f.Properties[tile.Reduced].(bool); reduced != (kind == "Point") {
					t.Errorf("%v: a %s has %v", at, kind, f.Properties)
				}
			}
		}
	}
	for _, z := range b.report.Zooms {
		kinds := map[string]int64{}
		for _, kind := range seen[z.Zoom] {
			kinds[kind]++
		}
		if kinds["Polygon"] != z.Kept || kinds["Point"] != z.Reduced || z.Kept+z.Reduced != int64(len(before)) {
			t.Errorf("zoom %d: %d shapes are %v, the report says %+v", z.Zoom, len(before), kinds, z)
		}
		for at := range b.tiles {
			if int(at.Z) == z.Zoom {
				checkPlaces(t, at, b.tiles[at], w, before, z)
			}
		}
	}
}

func checkLabels(t testing.TB, at geo.Tile, l *decodedLayer, w world, before []orb.MultiPolygon, seen map[uint64]bool) {
	t.Helper()
	for _, f := range l.Features {
		p := f.Geometry.(orb.Point)
		if seen[f.ID] || p[0] < 0 || p[0] >= tile.Extent || p[1] < 0 || p[1] >= tile.Extent {
			t.Errorf("%v: the label of %d is at %v, twice: %v", at, f.ID, p, seen[f.ID])
		}
		seen[f.ID] = true
		if f.Properties["code"] != fmt.Sprintf("%05d", f.ID-1) || f.Properties["nom"] == nil {
			t.Errorf("%v: the label of %d has %v", at, f.ID, f.Properties)
		}
		if q := w.onMap(at, orb.Point{p[0] + 0.5, p[1] + 0.5}); !planar.MultiPolygonContains(before[f.ID-1], q) {
			t.Errorf("%v: the label of %d is outside of it, at %v", at, f.ID, q)
		}
	}
}

func (w world) onMap(at geo.Tile, p orb.Point) orb.Point {
	side := math.Exp2(-float64(at.Z))
	return w.back((float64(at.X)+p[0]/tile.Extent)*side, (float64(at.Y)+p[1]/tile.Extent)*side)
}

// checkPolygons: rings are simple, turn as they should, and touch each other at single vertices; an edge has one polygon at
// most on each side, and edges of different polygons meet at vertices only.
func checkPolygons(t testing.TB, at geo.Tile, l *decodedLayer) {
	t.Helper()
	uses := map[edge]uint64{}
	for _, f := range l.Features {
		for _, polygon := range polygonsOf(f.Geometry) {
			for i, r := range polygon {
				if a := signed(r); (a > 0) != (i == 0) || a == 0 {
					t.Fatalf("%v: ring %d of feature %d has the area %g", at, i, f.ID, a)
				}
				corners := map[orb.Point]bool{}
				for k := range len(r) - 1 {
					if corners[r[k]] || r[k][0] < -tile.Buffer || r[k][1] < -tile.Buffer || r[k][0] > tile.Extent+tile.Buffer || r[k][1] > tile.Extent+tile.Buffer {
						t.Fatalf("%v: the vertex %v of feature %d is there twice, or beyond the buffer", at, r[k], f.ID)
					}
					corners[r[k]] = true
					e := edge{r[k], r[k+1]}
					if other := uses[e]; other != 0 {
						t.Fatalf("%v: the edge %v is of features %d and %d", at, e, other, f.ID)
					}
					uses[e] = f.ID
				}
				if i > 0 && !within(r, polygon[0]) {
					t.Errorf("%v: feature %d has a hole outside", at, f.ID)
				}
			}
		}
	}
	var all []edge
	for e := range uses {
		if opposite := (edge{e[1], e[0]}); uses[opposite] == uses[e] {
			t.Fatalf("%v: feature %d goes through %v both ways", at, uses[e], e)
		}
		all = append(all, e)
	}
	for i, e := range all {
		for _, f := range all[:i] {
			if f != (edge{e[1], e[0]}) && tile.Clash(e[0], e[1], f[0], f[1]) && !(onRim(e) && onRim(f)) {
				t.Fatalf("%v: %v of feature %d and %v of %d meet", at, e, uses[e], f, uses[f])
			}
		}
	}
}

// onRim: where a tile is cut.
func onRim(e edge) bool {
	const low, high = -tile.Buffer, tile.Extent + tile.Buffer
	return e[0][0] == e[1][0] && (e[0][0] == low || e[0][0] == high) || e[0][1] == e[1][1] && (e[0][1] == low || e[0][1] == high)
}

func signed(r orb.Ring) (twice float64) {
	for i := range len(r) - 1 {
		twice += r[i][0]*r[i+1][1] - r[i+1][0]*r[i][1]
	}
	return twice
}

func polygonsOf(g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		return g
	}
	return nil
}

// checkPlaces: at any place, the tile shows what the map does, unless a border is near.
func checkPlaces(t testing.TB, at geo.Tile, layers []*decodedLayer, w world, before []orb.MultiPolygon, z tile.Zoom) {
	t.Helper()
	near := (3*z.Tolerance + 2*float64(max(z.Cell, 1))) * math.Exp2(-float64(at.Z)) / tile.Extent / w.cell
	r := rand.New(rand.NewPCG(uint64(at.X), uint64(at.Y)))
	for range 60 {
		p := orb.Point{r.Float64()*(tile.Extent+2*tile.Buffer) - tile.Buffer, r.Float64()*(tile.Extent+2*tile.Buffer) - tile.Buffer}
		q := w.onMap(at, p)
		want, sure := uint64(0), true
		for i, shape := range before {
			sure = sure && planar.DistanceFrom(shape, q) > near
			if planar.MultiPolygonContains(shape, q) {
				want = uint64(i + 1)
			}
		}
		if !sure && want == 0 {
			continue
		}
		var got []uint64
		for _, l := range layers {
			for _, f := range l.Features {
				if planar.MultiPolygonContains(polygonsOf(f.Geometry), p) {
					got = append(got, f.ID)
				}
			}
		}
		if len(got) > 1 || sure && (want > 0) != (len(got) == 1) || sure && want > 0 && got[0] != want {
			t.Fatalf("%v: at %v is %v, not %d", at, p, got, want)
		}
	}
}

// TestPolygonTiles: maps with enclaves, islands, spirals and corners that touch, from where a cell is a tile to where the
// whole is a unit.
func TestPolygonTiles(t *testing.T) {
	for name, rows := range maps {
		for _, jitter := range []float64{0, 0.3, 0.49} {
			t.Run(fmt.Sprint(name, jitter), func(t *testing.T) {
				before := raster(rows, jitter, 7)
				w := world{cell: math.Exp2(-22) * (1 + jitter), width: float64(len(rows[0])), height: float64(len(rows)), dx: jitter, dy: 2 * jitter}
				b := buildTiles(t, shapesDataset(t, 5, 12, 0), featuresOf(w.place(before)))
				if len(b.report.Zooms) != 8 {
					t.Fatalf("%+v", b.report)
				}
				checkTiles(t, b, w, before)
			})
		}
	}
}

// TestPolygonsOnTileEdges: cells are whole tiles, so that borders lie on those of tiles; or end where tiles are cut.
func TestPolygonsOnTileEdges(t *testing.T) {
	if raced {
		t.Skip("many maps, in one goroutine each; TestRandomPolygonTiles has others")
	}
	for name, rows := range maps {
		for _, shift := range []float64{0, 0.5, 1.0 / 64, -1.0 / 64} {
			t.Run(fmt.Sprint(name, shift), func(t *testing.T) {
				before := raster(rows, 0, 7)
				w := world{cell: math.Exp2(-9), width: 2 * math.Floor(float64(len(rows[0]))/2), height: 2 * math.Floor(float64(len(rows))/2), dx: shift, dy: shift}
				checkTiles(t, buildTiles(t, shapesDataset(t, 8, 10, 0), featuresOf(w.place(before))), w, before)
			})
		}
	}
}

// TestRandomPolygonTiles: cells are of the size of units, where snapping makes borders fall together, and larger.
func TestRandomPolygonTiles(t *testing.T) {
	for seed := range uint64(40) {
		before := raster(random(seed, 14, 10, 5), 0.45*float64(seed%3)/2, seed)
		w := world{cell: math.Exp2(-20 - float64(seed%5)), width: 14, height: 10, dx: float64(seed % 7), dy: float64(seed%4) / 3}
		placed := w.place(before)
		for i, r := 0, rand.New(rand.NewPCG(seed, 5)); i < len(placed); i++ {
			placed[i] = turned(placed[i], r) // rings may come either way round
		}
		checkTiles(t, buildTiles(t, shapesDataset(t, 6, 11, 0), featuresOf(placed)), w, before)
	}
}

// TestPolygonTilesDoNotDependOnOrder: with the features in another order, a feature has the same rings.
func TestPolygonTilesDoNotDependOnOrder(t *testing.T) {
	for seed := range uint64(8) {
		before := raster(random(seed, 14, 10, 6), 0.4, seed)
		w := world{cell: math.Exp2(-21), width: 14, height: 10}
		placed := w.place(before)
		order := rand.New(rand.NewPCG(seed, 4)).Perm(len(placed))
		var shuffled []orb.MultiPolygon
		for _, from := range order {
			shuffled = append(shuffled, placed[from])
		}
		d := shapesDataset(t, 6, 11, 0)
		one, again, other := buildTiles(t, d, featuresOf(placed)), buildTiles(t, d, featuresOf(placed)), buildTiles(t, d, featuresOf(shuffled))
		if len(one.raw) != len(again.raw) || len(one.raw) != len(other.raw) {
			t.Fatalf("%d, %d and %d tiles", len(one.raw), len(again.raw), len(other.raw))
		}
		for at, raw := range one.raw {
			if !bytes.Equal(raw, again.raw[at]) {
				t.Errorf("%v differs from one time to the next", at)
			}
			shapes := map[uint64]orb.Geometry{}
			for _, f := range one.tiles[at][0].Features {
				shapes[f.ID] = f.Geometry
			}
			for _, f := range other.tiles[at][0].Features {
				if want := shapes[uint64(order[f.ID-1])+1]; !orb.Equal(want, f.Geometry) {
					t.Errorf("%v: feature %d was %v, is %v", at, f.ID, want, f.Geometry)
				}
			}
		}
	}
}

// TestPolygonBudget: a zoom is made coarser until its tiles are light enough.
func TestPolygonBudget(t *testing.T) {
	before := raster(random(5, 60, 40, 26), 0.45, 5)
	w := world{cell: math.Exp2(-20), width: 60, height: 40, dx: 50, dy: 50}
	free := buildTiles(t, shapesDataset(t, 4, 10, 0), featuresOf(w.place(before)))
	at7 := free.report.Zooms[3]
	if at7.Zoom != 7 || at7.Tolerance != 4 {
		t.Fatalf("%+v", free.report)
	}
	budget := int(at7.Heaviest * 3 / 4)
	held := buildTiles(t, shapesDataset(t, 4, 10, budget), featuresOf(w.place(before)))
	checkTiles(t, held, w, before)
	i := slices.IndexFunc(held.report.Zooms, func(z tile.Zoom) bool { return z.Zoom == 7 })
	if i < 0 || held.report.Zooms[i].Cell < 2 {
		t.Fatalf("within %d: %+v", budget, held.report)
	}
	for _, z := range held.report.Zooms {
		if z.Heaviest > int64(budget) {
			t.Errorf("%+v is over %d", z, budget)
		}
	}
}

// TestDonutAroundATile: a hole that is well within a tile, whose corners are all in the shape.
func TestDonutAroundATile(t *testing.T) {
	before := raster([]string{"aaaaa", "aaaaa", "aabaa", "aaaaa", "aaaaa"}, 0.2, 1)
	w := world{cell: math.Exp2(-9), width: 5, height: 5, dx: 1, dy: 1}
	for _, shapes := range [][]orb.MultiPolygon{before, before[:1]} {
		checkTiles(t, buildTiles(t, shapesDataset(t, 7, 10, 0), featuresOf(w.place(shapes))), w, shapes)
	}
}

// TestEnters: a pixel has its western and its northern side, and so the corner between them, and no other.
func TestEnters(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b orb.Point
		want bool
	}{
		{"through", orb.Point{-2, 0.1}, orb.Point{2, -0.2}, true},
		{"beside", orb.Point{-2, 0.6}, orb.Point{2, 0.6}, false},
		{"along the north", orb.Point{-2, -0.5}, orb.Point{2, -0.5}, true},
		{"along the south", orb.Point{-2, 0.5}, orb.Point{2, 0.5}, false},
		{"along the west", orb.Point{-0.5, 2}, orb.Point{-0.5, -2}, true},
		{"along the east", orb.Point{0.5, 2}, orb.Point{0.5, -2}, false},
		{"over the north-western corner", orb.Point{-1.5, 0.5}, orb.Point{0.5, -1.5}, true},
		{"over the south-eastern corner", orb.Point{-0.5, 1.5}, orb.Point{1.5, -0.5}, false},
		{"over the north-eastern corner", orb.Point{-0.5, -1.5}, orb.Point{1.5, 0.5}, false},
		{"over the south-western corner", orb.Point{-1.5, -0.5}, orb.Point{0.5, 1.5}, false},
		{"up to the west", orb.Point{-2, 0}, orb.Point{-0.5, 0}, true},
		{"up to the east", orb.Point{2, 0}, orb.Point{0.5, 0}, false},
		{"short of it", orb.Point{-2, 0}, orb.Point{-0.6, 0}, false},
		{"within", orb.Point{-0.1, 0}, orb.Point{0.1, 0.2}, true},
	} {
		if tile.Enters(c.a, c.b, 0, 0) != c.want || tile.Enters(c.b, c.a, 0, 0) != c.want {
			t.Errorf("%s: not %v", c.name, c.want)
		}
	}
}

// TestPinwheel: the sails of one shape, or its holes, all meet at one vertex.
func TestPinwheel(t *testing.T) {
	for _, sails := range []int{2, 3, 5, 8} {
		var wheel, holes orb.MultiPolygon
		holes = orb.MultiPolygon{{{{-9, -9}, {9, -9}, {9, 9}, {-9, 9}, {-9, -9}}}}
		for i := range sails {
			at := func(turn float64) orb.Point {
				sin, cos := math.Sincos(2 * math.Pi * (float64(i) + turn) / float64(sails))
				return orb.Point{8 * cos, 8 * sin}
			}
			sail := orb.Ring{{0, 0}, at(0.1), at(0.4), {0, 0}}
			wheel = append(wheel, orb.Polygon{sail})
			hole := sail.Clone()
			hole.Reverse()
			holes[0] = append(holes[0], hole)
		}
		w := world{cell: math.Exp2(-19), dx: 0.3, dy: 0.2}
		for _, shapes := range [][]orb.MultiPolygon{{wheel}, {holes}, {holes, wheel}} {
			checkTiles(t, buildTiles(t, shapesDataset(t, 4, 11, 0), featuresOf(w.place(shapes))), w, shapes)
		}
	}
}

// TestBrokenPolygonTiles: shapes that are not valid have valid rings in tiles all the same, and none is lost.
func TestBrokenPolygonTiles(t *testing.T) {
	a, b, c, d := orb.Point{1, 1}, orb.Point{5.3, 1.2}, orb.Point{4.9, 4.8}, orb.Point{1.1, 5}
	e, f, g := orb.Point{3, 0.2}, orb.Point{7.1, 3}, orb.Point{3.1, 7.4}
	w := world{cell: math.Exp2(-20), width: 8, height: 8}
	for name, shape := range map[string]orb.MultiPolygon{
		"a spike":              {{{a, b, c, d, c, a}}},
		"a bow tie":            {{{a, c, b, d, a}}},
		"the same twice":       {{{a, b, c, d, a}}, {{a, b, c, d, a}}},
		"two that overlap":     {{{a, b, c, d, a}}, {{e, f, g, e}}},
		"a line":               {{{a, b, a, b, a}}},
		"a point":              {{{a, a, a, a}}},
		"a hole outside":       {{{a, b, c, a}, {d, g, f, d}}},
		"a hole across a side": {{{a, b, c, d, a}, {e, f, g, e}}},
		"a star":               {{{a, c, {0.5, 3}, {6, 3.1}, d, a}}},
	} {
		t.Run(name, func(t *testing.T) {
			tiles := buildTiles(t, shapesDataset(t, 5, 10, 0), featuresOf(w.place([]orb.MultiPolygon{shape})))
			if len(tiles.report.Zooms) != 6 {
				t.Errorf("%+v", tiles.report)
			}
			for at, layers := range tiles.tiles {
				for _, l := range layers {
					if l.Name == "communes" {
						checkPolygons(t, at, l)
					}
				}
			}
		})
	}
}

// TestNoPolygons: features without polygons are said to be nowhere, and nothing at all has no tiles.
func TestNoPolygons(t *testing.T) {
	tiles := buildTiles(t, shapesDataset(t, 5, 10, 0), featuresOf([]orb.MultiPolygon{{}, {}}))
	if r := tiles.report; r.Features != 2 || r.Unlocated != 2 || len(r.Zooms) != 0 || len(tiles.raw) != 0 {
		t.Errorf("%+v", r)
	}
}

func FuzzPolygonTiles(f *testing.F) {
	f.Add(uint64(1), uint8(12), uint8(9), uint8(4), 0.3, 1.5)
	f.Add(uint64(2), uint8(20), uint8(20), uint8(3), 0.0, 0.0)
	f.Add(uint64(3), uint8(8), uint8(8), uint8(7), 0.49, 8.3)
	f.Fuzz(func(t *testing.T, seed uint64, width, height, areas uint8, jitter, size float64) {
		if !(jitter >= 0 && jitter < 0.5) || !(size >= 0 && size < 12) {
			t.Skip()
		}
		rows := random(seed, 1+int(width%24), 1+int(height%24), 1+int(areas%8))
		before := raster(rows, jitter, seed)
		w := world{cell: math.Exp2(-12 - size), width: float64(len(rows[0])), height: float64(len(rows)), dx: jitter, dy: float64(seed % 5)}
		checkTiles(t, buildTiles(t, shapesDataset(t, 3, 7, 0), featuresOf(w.place(before))), w, before)
	})
}
