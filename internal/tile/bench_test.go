package tile_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/tile"
)

const benchDescriptor = `{"name": "lieux", "title": "Lieux", "publication": {"key": ["id"], "geometry": {"type": "Point"},
	"tiles": {"minzoom": 5, "maxzoom": 14, "properties": ["id", "etat", "locaux"], "from": {"id": 12}, "sums": ["locaux"]}}}`

const benchSchema = `{"fields": [{"name": "id", "type": "string"}, {"name": "etat", "type": "string"}, {"name": "locaux", "type": "integer"}]}`

// BenchmarkPoints makes the tiles of z5 to z14 of 1 and of 5 million points, which stand about towns as premises do and come
// in no order. The metric time/feature-5M/1M is 1 where the work is linear; gzip/build is the share of the time that
// compressing the same tiles at the same level takes on the same cores, below which no builder goes; read/build that of
// making the features.
func BenchmarkPoints(b *testing.B) {
	d := restore(b, benchDescriptor, benchSchema)
	for b.Loop() {
		var each []float64
		for _, n := range []int{1_000_000, 5_000_000} {
			name := fmt.Sprintf("-%dM", n/1_000_000)
			read := timed(func() {
				for range towns(n) {
				}
			})
			var tiles [][]byte
			var report *tile.Report
			var peak uint64
			build := timed(func() {
				stop := watch(&peak)
				defer stop()
				var err error
				report, err = tile.Build(d, towns(n), tile.Options{Folder: b.TempDir()}, func(_ geo.Tile, gzipped []byte) error {
					tiles = append(tiles, gzipped)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			})
			limit := pressAgain(b, tiles)
			each = append(each, build.Seconds()/float64(n))
			bytes := 0
			for _, gzipped := range tiles {
				bytes += len(gzipped)
			}
			b.ReportMetric(float64(n)/build.Seconds(), "features/s"+name)
			b.ReportMetric(limit.Seconds()/build.Seconds(), "gzip/build"+name)
			b.ReportMetric(read.Seconds()/build.Seconds(), "read/build"+name)
			b.ReportMetric(float64(peak-uint64(bytes))/(1<<20), "MiB"+name)
			for _, z := range report.Zooms {
				b.Logf("%+v", z)
			}
		}
		b.ReportMetric(each[1]/each[0], "time/feature-5M/1M")
	}
}

func timed(do func()) time.Duration {
	runtime.GC()
	start := time.Now()
	do()
	return time.Since(start)
}

// watch keeps the most memory that the heap takes until it is stopped, after what is done before each look.
func watch(peak *uint64, before ...func()) (stop func()) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			var m runtime.MemStats
			for _, do := range before {
				do()
			}
			runtime.ReadMemStats(&m)
			*peak = max(*peak, m.HeapAlloc)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-over }
}

// pressAgain is how long it takes to compress the tiles, and nothing else, on all cores.
func pressAgain(b *testing.B, tiles [][]byte) time.Duration {
	var next atomic.Int64
	var group sync.WaitGroup
	mvts := make([][]byte, len(tiles))
	for i, gzipped := range tiles {
		mvts[i] = gunzip(b, gzipped)
	}
	return timed(func() {
		for range runtime.GOMAXPROCS(0) {
			group.Go(func() {
				var out []byte
				for i := int(next.Add(1)); i <= len(mvts); i = int(next.Add(1)) {
					out = tile.Compress(out[:0], mvts[i-1])
				}
			})
		}
		group.Wait()
	})
}

// BenchmarkLevels is why the level of gzip is what it is: time and bytes of the tiles of a million points at each.
func BenchmarkLevels(b *testing.B) {
	d := restore(b, benchDescriptor, benchSchema)
	var mvts [][]byte
	if _, err := tile.Build(d, towns(1_000_000), tile.Options{Folder: b.TempDir()}, func(_ geo.Tile, gzipped []byte) error {
		mvts = append(mvts, gunzip(b, gzipped))
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	for level := 1; level <= 9; level++ {
		b.Run(fmt.Sprint(level), func(b *testing.B) {
			var out bytes.Buffer
			w, err := gzip.NewWriterLevel(&out, level)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				size, plain := 0, 0
				for _, mvt := range mvts {
					out.Reset()
					w.Reset(&out)
					if _, err := w.Write(mvt); err != nil {
						b.Fatal(err)
					}
					if err := w.Close(); err != nil {
						b.Fatal(err)
					}
					size += out.Len()
					plain += len(mvt)
				}
				b.ReportMetric(float64(size)/float64(plain), "bytes/byte")
			}
		})
	}
}

func gunzip(t testing.TB, gzipped []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(gzipped))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func restore(t testing.TB, descriptor, fields string) *dataset.Dataset {
	t.Helper()
	d, err := dataset.Restore([]byte(descriptor), []byte(fields))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// towns are points about 3000 towns, the largest with a twentieth of them, in no order.
func towns(n int) tile.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		r := rand.New(rand.NewPCG(1, 2))
		weights, places, total := []float64{}, [][2]float64{}, 0.0
		for i := range 3000 {
			total += 1 / float64(i+5)
			weights = append(weights, total)
			places = append(places, [2]float64{-4.5 + 12*r.Float64(), 42.5 + 8.5*r.Float64()})
		}
		states := []string{"deploye", "deploye", "deploye", "cible", "en cours de deploiement"}
		f := dataset.Feature{Values: make([]schema.Value, 3)}
		id := []byte("IMB/91228/C/")
		for i := range n {
			town, _ := slices.BinarySearch(weights, r.Float64()*total)
			spread := 0.3 / math.Sqrt(float64(town+5))
			longitude, latitude := places[town][0]+spread*r.NormFloat64(), places[town][1]+spread*r.NormFloat64()/1.5
			f.Ord = int64(i + 1)
			f.WKB = geo.AppendPoint(f.WKB[:0], longitude, latitude)
			f.Values[0] = schema.Text(string(fmt.Appendf(id, "%07d", i)))
			f.Values[1], f.Values[2] = schema.Text(states[r.IntN(len(states))]), schema.Int(r.Int64N(12))
			if !yield(&f, nil) {
				return
			}
		}
	}
}
