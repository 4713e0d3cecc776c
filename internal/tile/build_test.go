package tile_test

import (
	"errors"
	"math"
	"os"
	"reflect"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/tile"
)

var errAway, errAny = errors.New("away"), errors.New("any")

// TestBuildEnds: an error of whom it reads from or gives to ends it, with that error, and nothing stays behind.
func TestBuildEnds(t *testing.T) {
	d := pointsOf(t, everything)
	all := somewhere(300, 1)
	broken := func(yield func(*dataset.Feature, error) bool) {
		for f, err := range each(all) {
			if !yield(f, err) {
				return
			}
		}
		yield(nil, errAway)
	}
	line := *all[1]
	line.WKB = []byte{1, 2, 0, 0, 0, 0, 0, 0, 0}
	fine := func(geo.Tile, []byte) error { return nil }
	before, files := runtime.NumGoroutine(), openFiles()
	for _, c := range []struct {
		name     string
		features tile.Features
		sink     tile.Sink
		err      error
	}{
		{"nothing is wrong", each(all), fine, nil},
		{"features break", broken, fine, errAway},
		{"the sink is full", each(all), func(at geo.Tile, _ []byte) error {
			if at.Z == 7 {
				return errAway
			}
			return nil
		}, errAway},
		{"a line among points", each([]*dataset.Feature{&line}), fine, errAny},
	} {
		folder := t.TempDir()
		report, err := tile.Build(d, c.features, tile.Options{Folder: folder}.InRuns(4000), c.sink)
		if (err == nil) != (c.err == nil) || c.err == errAway && !errors.Is(err, errAway) || (report == nil) != (err != nil) {
			t.Errorf("%s: %+v, %v", c.name, report, err)
		}
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("%s: %v stays", c.name, left)
		}
	}
	if _, err := tile.Build(d, each(all), tile.Options{Folder: "/nowhere"}, fine); err == nil {
		t.Error("a folder that is not there passes")
	}
	left(t, before, files)
}

// left says what is still there of a build.
func left(t *testing.T, before, files int) {
	t.Helper()
	if open := openFiles(); open > files {
		t.Errorf("%d files stay open", open-files)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines stay", runtime.NumGoroutine()-before)
}

// openFiles is how many the process has, where the system says.
func openFiles() int {
	open, _ := os.ReadDir("/proc/self/fd")
	return len(open)
}

// TestPress: tiles come out in the order they went in, and one that cannot be delivered ends it.
func TestPress(t *testing.T) {
	var got []geo.Tile
	deliver := func(at geo.Tile, _ []byte) error {
		if got = append(got, at); len(got) == 500 {
			return errAway
		}
		return nil
	}
	l := tile.NewLayer("a", "n")
	l.Point(1, 2, 3, schema.Int(4))
	if err := tile.Press(l, 499, deliver); err != nil || len(got) != 499 {
		t.Fatalf("%d tiles (%v)", len(got), err)
	}
	for i, at := range got {
		if at.X != uint32(i) {
			t.Fatalf("%v comes at %d", at, i)
		}
	}
	if err := tile.Press(l, 5000, deliver); err != errAway || len(got) != 500 {
		t.Errorf("%d tiles (%v)", len(got), err)
	}
}

// TestPolygonBuildEnds: so does that of polygons.
func TestPolygonBuildEnds(t *testing.T) {
	shapes := raster(random(5, 30, 20, 12), 0.45, 5)
	d := shapesDataset(t, 4, 10, 0)
	broken := func(yield func(*dataset.Feature, error) bool) {
		for f := range featuresOf(shapes[:4]) {
			if !yield(f, nil) {
				return
			}
		}
		yield(nil, errAway)
	}
	point := dataset.Feature{Ord: 1, WKB: geo.AppendPoint(nil, 2, 48), Values: []schema.Value{schema.Text("a"), schema.Text("b")}}
	full := func(at geo.Tile, _ []byte) error {
		if at.Z == 7 {
			return errAway
		}
		return nil
	}
	fine := func(geo.Tile, []byte) error { return nil }
	before, files := runtime.NumGoroutine(), openFiles()
	for _, c := range []struct {
		name     string
		features tile.Features
		sink     tile.Sink
		folder   string
		err      error
	}{
		{"features break", broken, fine, t.TempDir(), errAway},
		{"the sink is full", featuresOf(shapes), full, t.TempDir(), errAway},
		{"a point among polygons", each([]*dataset.Feature{&point}), fine, t.TempDir(), errAny},
		{"no folder", featuresOf(shapes), fine, "/nowhere", errAny},
	} {
		report, err := tile.Build(d, c.features, tile.Options{Folder: c.folder}, c.sink)
		if err == nil || report != nil || c.err == errAway && !errors.Is(err, errAway) {
			t.Errorf("%s: %+v, %v", c.name, report, err)
		}
		if stays, _ := os.ReadDir(c.folder); len(stays) > 0 {
			t.Errorf("%s: %v stays", c.name, stays)
		}
	}
	left(t, before, files)
}

// TestBuildOnAnyCores: the bytes are those of one core.
func TestBuildOnAnyCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	shapes := raster(random(5, 30, 20, 12), 0.45, 5)
	var one built
	var points map[geo.Tile][]byte
	for _, cores := range []int{1, 7} {
		runtime.GOMAXPROCS(cores)
		b := buildTiles(t, shapesDataset(t, 4, 10, 0), featuresOf(shapes))
		p, _ := build(t, pointsOf(t, everything), each(somewhere(300, 1)), tile.Options{Folder: t.TempDir()}.InRuns(4000))
		if cores == 1 {
			one, points = b, p
		} else if !reflect.DeepEqual(one.raw, b.raw) || !reflect.DeepEqual(points, p) || !reflect.DeepEqual(one.report, b.report) {
			t.Errorf("%d cores make others", cores)
		}
	}
}

// TestNowhere: what has no position is counted, and in no tile.
func TestNowhere(t *testing.T) {
	all := somewhere(2, 1)
	all[0].WKB, all[1].WKB = nil, geo.AppendPoint(nil, math.NaN(), math.NaN())
	tiles, report := build(t, pointsOf(t, everything), each(all), tile.Options{Folder: t.TempDir()})
	if len(tiles) > 0 || report.Features != 2 || report.Unlocated != 2 || len(report.Zooms) > 0 {
		t.Errorf("%d tiles, %+v", len(tiles), report)
	}
}

func TestWithoutGeometry(t *testing.T) {
	d := restore(t, `{"name": "lieux", "title": "Lieux", "publication": {"key": ["id"]}}`, pointSchema)
	if _, err := tile.Build(d, each(nil), tile.Options{}, nil); err == nil {
		t.Error("it passes")
	}
}

// TestMemoryStaysFlat: four times the points take no more memory than the buffers of the runs on disk and of
// tiles, which are fuller; what is kept of each would be several times as much.
func TestMemoryStaysFlat(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates too")
	}
	d := restore(t, benchDescriptor, benchSchema)
	var peaks [2]uint64
	for i, n := range []int{40_000, 160_000} {
		stop := watch(&peaks[i], runtime.GC)
		_, err := tile.Build(d, towns(n), tile.Options{Folder: t.TempDir()}.InRuns(1<<20), func(geo.Tile, []byte) error { return nil })
		stop()
		if err != nil {
			t.Fatal(err)
		}
	}
	if most := peaks[0] + peaks[0]/2 + 4<<20; peaks[1] > most {
		t.Errorf("%d KiB, then %d KiB", peaks[0]>>10, peaks[1]>>10)
	}
}

// TestBuildStops: who is told to end does so within a tile, wherever it is.
func TestBuildStops(t *testing.T) {
	before, files := runtime.NumGoroutine(), openFiles()
	for _, c := range []struct {
		dataset  *dataset.Dataset
		features tile.Features
	}{{pointsOf(t, everything), each(somewhere(300, 1))}, {shapesDataset(t, 4, 8, 0), featuresOf(raster(random(5, 16, 10, 6), 0.45, 5))}} {
		var asked, tiles atomic.Int64
		count := func(geo.Tile, []byte) error { tiles.Add(1); return nil }
		all := func() error { asked.Add(1); return nil }
		if _, err := tile.Build(c.dataset, c.features, tile.Options{Folder: t.TempDir(), Stop: all}, count); err != nil {
			t.Fatal(err)
		}
		if asked.Load() < tiles.Load() {
			t.Errorf("%d tiles, asked %d times", tiles.Load(), asked.Load())
		}
		whole := asked.Load()
		for _, share := range []int64{0, 5, 40, 80, 99} {
			asked.Store(0)
			after := int64(0)
			stop := func() error {
				if asked.Add(1) > whole*share/100 {
					return errAway
				}
				return nil
			}
			_, err := tile.Build(c.dataset, c.features, tile.Options{Folder: t.TempDir(), Stop: stop}, func(geo.Tile, []byte) error {
				if asked.Load() > whole*share/100 {
					after++
				}
				return nil
			})
			if !errors.Is(err, errAway) || after > 0 {
				t.Errorf("%s, after %d %%: %d tiles more (%v)", c.dataset.Name, share, after, err)
			}
		}
	}
	left(t, before, files)
}

// TestPouredTilesAreLetGo: there are not three copies of them.
func TestPouredTilesAreLetGo(t *testing.T) {
	if openFiles() == 0 {
		t.Skip("the system does not say which files are open")
	}
	for _, c := range []struct {
		dataset  *dataset.Dataset
		features tile.Features
	}{{pointsOf(t, everything), each(somewhere(300, 1))}, {shapesDataset(t, 4, 10, 0), featuresOf(squares(20))}} {
		open := map[uint8]int{}
		_, err := tile.Build(c.dataset, c.features, tile.Options{Folder: t.TempDir()}, func(at geo.Tile, _ []byte) error {
			if open[at.Z] == 0 {
				open[at.Z] = openFiles()
			}
			return nil
		})
		if first, last := open[4], open[9]; err != nil || last != first-5 {
			t.Errorf("%s: %d files are open at zoom 4, %d at zoom 9 (%v)", c.dataset.Name, first, last, err)
		}
	}
}
