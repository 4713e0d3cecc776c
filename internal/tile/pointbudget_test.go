package tile_test

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
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

// TestBudgetThatNothingMeets: a dataset that has shapes is not said to have none, and the feature to look at is named.
func TestBudgetThatNothingMeets(t *testing.T) {
	all := somewhere(300, 5)
	all[7].Values[0] = schema.Text(strings.Repeat("7", 200))
	for _, c := range []struct {
		dataset  *dataset.Dataset
		features tile.Features
		key      string
	}{
		{pointsOf(t, everything+`, "budget": 20`), each(all), "id=77777"},
		{shapesDataset(t, 4, 10, 100), heavy(squares(20), 7, 2000), "code=00007"},
	} {
		_, err := tile.Build(c.dataset, c.features, tile.Options{Folder: t.TempDir()}, nil)
		var why *fault.Error
		if !errors.As(err, &why) || why.Kind != fault.Refused || why.Subject != c.dataset.Name || !strings.Contains(why.Message, c.key) || len(why.Message) > 350 {
			t.Errorf("%s: %v", c.dataset.Name, err)
		}
	}
}

// TestZoomsAreLeftOutWhole: those that are over the budget, and the others are there.
func TestZoomsAreLeftOutWhole(t *testing.T) {
	d := pointsOf(t, `"minzoom": 0, "maxzoom": 9, "properties": ["id", "locaux"], "from": {"id": 6}, "budget": 4000`)
	all := somewhere(300, 5)
	place := geo.Tile{Z: 6, X: 10, Y: 39}
	all[7].WKB, all[7].Values[0] = geo.AppendPoint(nil, -120, -40), noise(30_000)
	tiles, report := build(t, d, each(all), tile.Options{Folder: t.TempDir()})
	if len(report.Zooms) != 6 || report.Zooms[0].Zoom != 0 || report.Zooms[5].Zoom != 5 || len(report.LeftOut) != 4 {
		t.Fatalf("%+v", report)
	}
	if l := report.LeftOut[0]; l.Zoom != 6 || l.Where != place.String() || l.Bytes <= 4000 {
		t.Errorf("%+v", report.LeftOut)
	}
	for at := range tiles {
		if at.Z > 5 {
			t.Fatalf("%v", at)
		}
	}
}

// TestPointsWithoutWhatTheySay: what is neither of the key, nor shown, nor summed goes before a zoom does.
func TestPointsWithoutWhatTheySay(t *testing.T) {
	d := pointsOf(t, `"minzoom": 0, "maxzoom": 9, "properties": ["id", "locaux", "autre", "ouvert"], "from": {"autre": 6, "ouvert": 6}, "sums": ["locaux"], "budget": 4000`)
	all := somewhere(300, 5)
	all[7].WKB, all[7].Values[6] = geo.AppendPoint(nil, -120, -40), noise(30_000)
	tiles, report := build(t, d, each(all), tile.Options{Folder: t.TempDir()})
	if len(report.Zooms) != 10 || len(report.LeftOut) > 0 {
		t.Fatalf("%+v", report)
	}
	for _, z := range report.Zooms {
		if without := slices.Equal(z.Without, []string{"autre", "ouvert"}); without != (z.Zoom >= 6) || !without && len(z.Without) > 0 || z.Heaviest > 4000 {
			t.Errorf("%+v", z)
		}
		if count, locaux := totals(t, tiles, z.Zoom); count != float64(z.Kept+z.Merged) || locaux != sum(all) {
			t.Errorf("zoom %d has %v features and %v locaux", z.Zoom, count, locaux)
		}
	}
}

// noise is a text that does not compress.
func noise(n int) schema.Value {
	r := rand.New(rand.NewPCG(uint64(n), 9))
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('!' + r.IntN(90))
	}
	return schema.Text(string(text))
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

// TestSumsThatOverflow: a sum that 64 bits do not hold is a number, one that comes back to them is exact, whatever the order;
// and there is none of immense numbers.
func TestSumsThatOverflow(t *testing.T) {
	d := pointsOf(t, everything)
	for _, c := range []struct {
		locaux []int64
		debit  []float64
		want   [2]any
	}{
		{[]int64{math.MaxInt64, 1}, []float64{1, 2}, [2]any{0x1p63, 3.0}},
		{[]int64{math.MaxInt64, math.MaxInt64, -1, math.MinInt64}, nil, [2]any{int64(math.MaxInt64 - 2), nil}},
		{[]int64{math.MinInt64, math.MinInt64, -4096}, nil, [2]any{-0x1p64 - 4096, nil}},
		{[]int64{math.MinInt64, math.MaxInt64, 0}, []float64{math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64}, [2]any{int64(-1), nil}},
	} {
		all := somewhere(len(c.locaux), 1)
		for i, f := range all {
			f.WKB, f.Values[1], f.Values[2] = geo.AppendPoint(nil, 2, 48), schema.Int(c.locaux[i]), schema.Value{}
			if i < len(c.debit) {
				f.Values[2] = schema.Float(c.debit[i])
			}
		}
		for range len(all) {
			all = append(all[1:], all[0])
			data, err := tile.Points(d, geo.Tile{}, 64, each(all))
			if err != nil {
				t.Fatal(err)
			}
			if p := decode(t, data)[0].Features[0].Properties; p["locaux"] != c.want[0] || p["debit"] != c.want[1] {
				t.Errorf("%v and %v: %v", c.locaux, c.debit, p)
			}
		}
	}
}
