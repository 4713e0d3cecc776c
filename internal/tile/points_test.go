package tile_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/tile"
)

const pointSchema = `{"fields": [{"name": "id", "type": "string"}, {"name": "locaux", "type": "integer"}, {"name": "debit", "type": "number"},
	{"name": "ouvert", "type": "boolean"}, {"name": "vu", "type": "date"}, {"name": "services", "type": "list", "delimiter": ";"}, {"name": "autre", "type": "string"}]}`

// pointsOf is a dataset of points whose tiles are so.
func pointsOf(t testing.TB, tiles string) *dataset.Dataset {
	t.Helper()
	return restore(t, `{"name": "lieux", "title": "Lieux", "publication": {"key": ["id"], "geometry": {"type": "Point"}, "tiles": {`+tiles+`}}}`, pointSchema)
}

const everything = `"minzoom": 0, "maxzoom": 9, "properties": ["id", "locaux", "debit", "ouvert", "vu", "services"], "from": {"vu": 4}, "sums": ["locaux", "debit"]`

// somewhere are n points: in crowds, alone, on each other, on the edges of tiles, at the ends of the world; every ninth
// nowhere.
func somewhere(n int, seed uint64) (all []*dataset.Feature) {
	r := rand.New(rand.NewPCG(seed, 2))
	odd := [][2]float64{{180, 0}, {-180, 0}, {0, 0}, {0, 90}, {0, -90}, {180, 90}, {-180, -90}, {90, 0}, {-45, 85.06}, {11.25, 0}, {2.8125, 48.92249926375825}}
	longitude, latitude := 0.0, 0.0
	for i := range n {
		switch r.IntN(8) {
		case 0:
			longitude, latitude = r.Float64()*360-180, r.Float64()*180-90
		case 1:
			at := odd[r.IntN(len(odd))]
			longitude, latitude = at[0], at[1]
		case 2: // where the one before is
		default:
			longitude, latitude = 2+r.NormFloat64(), 48+r.NormFloat64()
		}
		f := &dataset.Feature{Ord: int64(i + 1), Values: values(r, i)}
		if i%9 > 0 {
			f.WKB = geo.AppendPoint(nil, longitude, latitude)
		}
		all = append(all, f)
	}
	return all
}

// values are of every type; numbers are fourths, whose sums are exact.
func values(r *rand.Rand, i int) []schema.Value {
	all := []schema.Value{schema.Text(fmt.Sprint("n°", i)), schema.Int(r.Int64N(200) - 100), schema.Float(float64(r.IntN(400)) / 4), schema.Bool(r.IntN(2) == 0),
		schema.DateOf(int32(20_000 + r.IntN(10))), schema.Joined("wifi;aide"), schema.Text("non")}
	for k := 1; k < len(all); k++ {
		if r.IntN(5) == 0 {
			all[k] = schema.Value{}
		}
	}
	return all
}

func each(all []*dataset.Feature) tile.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		for _, f := range all {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// build is every tile, not compressed.
func build(t testing.TB, d *dataset.Dataset, features tile.Features, o tile.Options) (map[geo.Tile][]byte, *tile.Report) {
	t.Helper()
	tiles, zooms := map[geo.Tile][]byte{}, map[int]tile.Zoom{}
	last := -1
	report, err := tile.Build(d, features, o, func(at geo.Tile, gzipped []byte) error {
		if tiles[at] != nil || int(at.Z) < last {
			t.Errorf("%v comes again, or after zoom %d", at, last)
		}
		last = int(at.Z)
		tiles[at] = gunzip(t, gzipped)
		z := zooms[last]
		zooms[last] = tile.Zoom{Tiles: z.Tiles + 1, Bytes: z.Bytes + int64(len(gzipped)), Heaviest: max(z.Heaviest, int64(len(gzipped)))}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, z := range report.Zooms {
		if got := zooms[z.Zoom]; got.Tiles != z.Tiles || got.Bytes != z.Bytes || got.Heaviest != z.Heaviest {
			t.Errorf("%+v, of the tiles that come %+v", z, got)
		}
	}
	return tiles, report
}

// TestPoints compares every tile, as another decoder reads it, with the points merged in the plainest way.
func TestPoints(t *testing.T) {
	d := pointsOf(t, everything)
	all := somewhere(1500, 1)
	tiles, report := build(t, d, each(all), tile.Options{Folder: t.TempDir()})
	if report.Features != 1500 || report.Unlocated != 167 || len(report.Zooms) != 10 {
		t.Errorf("%+v", report)
	}
	for _, z := range report.Zooms {
		want := merged(d, all, z.Zoom, z.Cell)
		got, n := 0, int64(0)
		for at, data := range tiles {
			if int(at.Z) != z.Zoom {
				continue
			}
			n++
			for _, f := range decode(t, data)[0].Features {
				got++
				checkPoint(t, at, z.Cell, f, want)
			}
		}
		if got != len(want) || n != z.Tiles {
			t.Errorf("zoom %d: %d features in %d tiles, want %d in %d", z.Zoom, got, n, len(want), z.Tiles)
		}
		if z.Kept+z.Merged != 1500-167 || z.Kept+z.Points != int64(got) || (z.Cell == 0) != (z.Zoom == 9) {
			t.Errorf("%+v", z)
		}
	}
}

// group is what a feature should be.
type group struct {
	x, y    float64 // sums, in units of the world at the zoom
	members []*dataset.Feature
}

// place is a cell of the world, or a feature.
type place struct {
	x, y int
	ord  int64
}

func merged(d *dataset.Dataset, all []*dataset.Feature, zoom, cell int) map[place]*group {
	groups := map[place]*group{}
	for _, f := range all {
		longitude, latitude, ok := geo.PointOf(f.WKB)
		if !ok {
			continue
		}
		x, y := geo.WorldPosition(longitude, latitude)
		side := math.Exp2(float64(zoom)) * tile.Extent
		x, y = min(x, 1-1e-10)*side, min(y, 1-1e-10)*side
		at := place{ord: f.Ord}
		if cell > 0 {
			at = place{x: int(x) / cell, y: int(y) / cell}
		}
		if groups[at] == nil {
			groups[at] = &group{}
		}
		groups[at].x += x
		groups[at].y += y
		groups[at].members = append(groups[at].members, f)
	}
	return groups
}

// checkPoint finds the group of a feature, takes it out of the wanted ones and compares them.
func checkPoint(t *testing.T, at geo.Tile, cell int, f *decodedFeature, want map[place]*group) {
	t.Helper()
	p := f.Geometry.(orb.Point)
	if p[0] < 0 || p[0] >= tile.Extent || p[1] < 0 || p[1] >= tile.Extent {
		t.Fatalf("%v: %v is outside of its tile", at, p)
	}
	x, y := p[0]+float64(at.X)*tile.Extent, p[1]+float64(at.Y)*tile.Extent
	var g *group
	if cell == 0 {
		g = want[place{ord: int64(f.ID)}]
	} else {
		for _, dx := range []float64{0, -1} { // a mean is rounded, perhaps to the edge of the next cell
			for _, dy := range []float64{0, -1} {
				c := want[place{x: int(x+dx) / cell, y: int(y+dy) / cell}]
				if c != nil && math.Abs(c.x/float64(len(c.members))-x) < 1.01 && math.Abs(c.y/float64(len(c.members))-y) < 1.01 {
					g = c
				}
			}
		}
	}
	if g == nil {
		t.Fatalf("%v: %v is the place of no feature", at, p)
	}
	n := float64(len(g.members))
	if math.Abs(g.x/n-x) > 1.01 || math.Abs(g.y/n-y) > 1.01 {
		t.Errorf("%v: %v %v, want %v %v", at, x, y, g.x/n, g.y/n)
	}
	if got, want := fmt.Sprint(f.Properties), fmt.Sprint(wanted(g, int(at.Z))); got != want {
		t.Errorf("%v: %s\nwant %s", at, got, want)
	}
	if single := len(g.members) == 1; single != (f.ID != 0) || single && int64(f.ID) != g.members[0].Ord {
		t.Errorf("%v: id %d of %d features", at, f.ID, len(g.members))
	}
}

// wanted are the properties of a group, as a decoder gives them.
func wanted(g *group, zoom int) map[string]any {
	all := map[string]any{"_nombre": int64(len(g.members))}
	if len(g.members) > 1 {
		for _, f := range g.members {
			if v := f.Values[1]; !v.IsNull() {
				sum, _ := all["locaux"].(int64)
				all["locaux"] = sum + v.Int()
			}
			if v := f.Values[2]; !v.IsNull() {
				sum, _ := all["debit"].(float64)
				all["debit"] = sum + v.Float()
			}
		}
		return all
	}
	for k, name := range []string{"id", "locaux", "debit", "ouvert", "vu", "services"} {
		v := g.members[0].Values[k]
		switch {
		case v.IsNull() || name == "vu" && zoom < 4:
		case name == "locaux":
			all[name] = v.Int()
		case name == "debit":
			all[name] = v.Float()
		case name == "ouvert":
			all[name] = v.Bool()
		case name == "services":
			all[name] = "wifi|aide"
		default:
			all[name] = v.String()
		}
	}
	return all
}

// TestLivePoints: a tile made by itself has the bytes that Build gives it, in whatever cells.
func TestLivePoints(t *testing.T) {
	for seed := range uint64(3) {
		d := pointsOf(t, everything)
		all := somewhere(800, seed)
		tiles, report := build(t, d, each(all), tile.Options{Folder: t.TempDir()})
		r := rand.New(rand.NewPCG(seed, 9))
		shuffle(r, all)
		n := 0
		for at, want := range tiles {
			if r.IntN(4) > 0 && at.Z > 4 {
				continue
			}
			n++
			if got, err := tile.Points(d, at, report.Zooms[at.Z].Cell, each(all)); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%v: %d bytes, Build %d (%v)", at, len(got), len(want), err)
			}
		}
		if n < 100 {
			t.Errorf("%d tiles", n)
		}
		if got, err := tile.Points(d, geo.Tile{Z: 9, X: 3, Y: 300}, 0, each(nil)); got != nil || err != nil {
			t.Errorf("an empty tile is %v (%v)", got, err)
		}
		if got, err := tile.Points(d, geo.Tile{Z: 40}, 0, each(all)); err == nil {
			t.Errorf("a tile that cannot be is %v", got)
		}
	}
}

func shuffle(r *rand.Rand, all []*dataset.Feature) {
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// TestOrderOfPointsDoesNotMatter: nor in how many runs points are sorted.
func TestOrderOfPointsDoesNotMatter(t *testing.T) {
	d := pointsOf(t, everything)
	all := somewhere(800, 3)
	want, report := build(t, d, each(all), tile.Options{Folder: t.TempDir()})
	r := rand.New(rand.NewPCG(1, 1))
	for _, run := range []int{1, 5000, 50_000} {
		shuffle(r, all)
		got, again := build(t, d, each(all), tile.Options{Folder: t.TempDir()}.InRuns(run))
		if fmt.Sprint(again) != fmt.Sprint(report) || len(got) != len(want) {
			t.Fatalf("runs of %d: %+v, want %+v", run, again, report)
		}
		for at := range want {
			if !bytes.Equal(got[at], want[at]) {
				t.Fatalf("runs of %d: %v is another", run, at)
			}
		}
	}
}
