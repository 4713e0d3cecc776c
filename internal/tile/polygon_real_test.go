package tile_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"maille/internal/geo"
	"maille/internal/tile"
)

// TestFranceTiles: all communes at all zooms, within the budget; it says what it took.
func TestFranceTiles(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("makes the tiles of a country, for which make test has a run without the race detector")
	}
	shapes := france(t)
	features := featuresOf(shapes)
	runtime.GC()
	var peak uint64
	stop := watch(&peak)
	start, cpu := time.Now(), cpuTime()
	r, err := tile.Build(shapesDataset(t, 0, 12, 0), features, tile.Options{Folder: t.TempDir()}, func(geo.Tile, []byte) error { return nil })
	took := time.Since(start)
	stop()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f s, of a core %.1f s, heap at most %d MB", took.Seconds(), cpuTime()-cpu, peak>>20)
	if peak > 400<<20 {
		t.Errorf("%d MB of heap", peak>>20)
	}
	if len(r.Zooms) != 13 {
		t.Errorf("%d zooms", len(r.Zooms))
	}
	for _, z := range r.Zooms {
		t.Logf("%+v", z)
		if z.Kept+z.Reduced != int64(len(shapes)) || z.Heaviest > 500_000 {
			t.Errorf("%d communes: %+v", len(shapes), z)
		}
	}
}

// cpuTime is in seconds, of all cores.
func cpuTime() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
