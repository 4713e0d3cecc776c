package tile_test

import (
	"bytes"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/tile"
)

// TestBudget: every tile is within it, every feature accounted for, and a tile made by itself in the cells that are
// reported is the same.
func TestBudget(t *testing.T) {
	d := pointsOf(t, everything+`, "budget": 900`)
	all := somewhere(1200, 5)
	tiles, report := build(t, d, each(all), tile.Options{Folder: t.TempDir()}.InRuns(10_000))
	if len(report.Zooms) != 10 {
		t.Fatalf("%+v", report)
	}
	coarser := 0
	for _, z := range report.Zooms {
		if z.Heaviest > 900 || z.Kept+z.Merged != report.Features-report.Unlocated {
			t.Errorf("%+v", z)
		}
		if z.Cell&(z.Cell-1) != 0 || z.Zoom < 9 && z.Cell < 64 {
			t.Errorf("zoom %d has cells of %d", z.Zoom, z.Cell)
		}
		if z.Cell > 64 || z.Zoom == 9 && z.Cell > 0 {
			coarser++
		}
		if count, locaux := totals(t, tiles, z.Zoom); count != float64(z.Kept+z.Merged) || locaux != sum(all) {
			t.Errorf("zoom %d has %v features and %v locaux", z.Zoom, count, locaux)
		}
	}
	if coarser < 3 || report.Zooms[9].Cell == 0 {
		t.Errorf("%+v", report)
	}
	for _, z := range report.Zooms {
		if finer := z.Cell / 2; z.Cell > tile.Cell(d, z.Zoom) && heaviest(t, d, z.Zoom, finer, tiles, all) <= 900 {
			t.Errorf("zoom %d needs no cells of %d", z.Zoom, z.Cell)
		}
	}
	for at, want := range tiles {
		if at.Z != 9 && at.X%4 > 0 {
			continue
		}
		if got, err := tile.Points(d, at, report.Zooms[at.Z].Cell, each(all)); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v is another (%v)", at, err)
		}
	}
}

// heaviest is the size of the largest tile of a zoom in other cells.
func heaviest(t *testing.T, d *dataset.Dataset, zoom, cell int, tiles map[geo.Tile][]byte, all []*dataset.Feature) (size int) {
	t.Helper()
	for at := range tiles {
		if int(at.Z) == zoom {
			data, err := tile.Points(d, at, cell, each(all))
			if err != nil {
				t.Fatal(err)
			}
			size = max(size, len(tile.Compress(nil, data)))
		}
	}
	return size
}

func totals(t *testing.T, tiles map[geo.Tile][]byte, zoom int) (count, locaux float64) {
	for at, data := range tiles {
		if int(at.Z) == zoom {
			for _, f := range decode(t, data)[0].Features {
				n, _ := f.Properties["_nombre"].(int64)
				l, _ := f.Properties["locaux"].(int64)
				count += float64(n)
				locaux += float64(l)
			}
		}
	}
	return count, locaux
}

func sum(all []*dataset.Feature) (locaux float64) {
	for _, f := range all {
		if f.WKB != nil {
			locaux += float64(f.Values[1].Int())
		}
	}
	return locaux
}

// TestBudgetThatNothingMeets: zooms are left out whole, and the others are there.
func TestBudgetThatNothingMeets(t *testing.T) {
	d := pointsOf(t, everything+`, "budget": 20`)
	tiles, report := build(t, d, each(somewhere(300, 5)), tile.Options{Folder: t.TempDir()})
	if len(tiles) != 0 || len(report.Zooms) != 0 || report.Features != 300 {
		t.Errorf("%d tiles, %+v", len(tiles), report)
	}
}

// TestTilesThatUnpackToMuch: what is small compressed and huge unpacked is over the budget too.
func TestTilesThatUnpackToMuch(t *testing.T) {
	d := pointsOf(t, everything+`, "budget": 4000`)
	all := somewhere(40, 5)
	for _, f := range all {
		f.WKB, f.Values[0] = geo.AppendPoint(nil, 2, 48), schema.Text(strings.Repeat("a", 10_000)+f.Values[0].Text())
	}
	tiles, report := build(t, d, each(all), tile.Options{Folder: t.TempDir()})
	if last := report.Zooms[9]; last.Cell != 1 || last.Points != 1 || len(tiles) != 10 {
		t.Errorf("%+v", last)
	}
}

// TestPrerender: the archive ends there.
func TestPrerender(t *testing.T) {
	d := pointsOf(t, everything+`, "prerender": 6`)
	_, report := build(t, d, each(somewhere(300, 5)), tile.Options{Folder: t.TempDir()})
	if last := report.Zooms[len(report.Zooms)-1]; last.Zoom != 6 || last.Cell != tile.Cell(d, 6) || tile.Cell(d, 8) == 0 || tile.Cell(d, 9) != 0 {
		t.Errorf("%+v", last)
	}
}

// TestSumsAreExact: of numbers as far apart as one likes, rounded once, in whatever order they come.
func TestSumsAreExact(t *testing.T) {
	d := pointsOf(t, everything)
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		all := somewhere(2+r.IntN(30), 1)
		exact := new(big.Float).SetPrec(4000)
		for _, f := range all {
			number := (r.Float64() - 0.5) * math.Exp2(float64(r.IntN(130)-65))
			if r.IntN(3) == 0 {
				number = []float64{1, 1 << 53, -1 << 53, 0.5, 1.5, math.Exp2(-53), math.Exp2(-54)}[r.IntN(7)]
			}
			f.WKB, f.Values[2] = geo.AppendPoint(nil, 2, 48), schema.Float(number)
			exact.Add(exact, new(big.Float).SetFloat64(number))
		}
		want, _ := exact.Float64()
		for range 3 {
			shuffle(r, all)
			data, err := tile.Points(d, geo.Tile{}, 64, each(all))
			if err != nil {
				t.Fatal(err)
			}
			if got := decode(t, data)[0].Features[0].Properties["debit"]; got != want {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	}
}

// TestSumsThatOverflow: a sum that is not what it says is worse than none.
func TestSumsThatOverflow(t *testing.T) {
	d := pointsOf(t, everything)
	all := somewhere(2, 1)
	for _, f := range all {
		f.WKB, f.Values[1] = geo.AppendPoint(nil, 2, 48), schema.Int(math.MaxInt64-1)
	}
	if _, err := tile.Points(d, geo.Tile{}, 64, each(all)); err == nil {
		t.Error("it passes")
	}
	all[0].Values[1] = schema.Int(math.MinInt64)
	if _, err := tile.Points(d, geo.Tile{}, 64, each(all)); err != nil {
		t.Error(err)
	}
	for _, f := range all {
		f.Values[2] = schema.Float(math.MaxFloat64)
	}
	if _, err := tile.Points(d, geo.Tile{}, 64, each(all)); err == nil {
		t.Error("a sum of numbers passes")
	}
}
