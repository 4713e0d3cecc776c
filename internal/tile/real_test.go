package tile_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"maille/internal/tile"
)

// TestEssonne: the 194 communes of the bundled sample.
func TestEssonne(t *testing.T) {
	f, err := os.Open("../../datasets/echantillon/communes-100m.geojson.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	before := collection(t, z)
	if len(before) != 194 {
		t.Fatalf("%d communes", len(before))
	}
	c := tile.NewCoverage(before)
	for _, level := range []struct{ tolerance, most float64 }{{0.001, 0.8}, {0.004, 0.35}, {0.016, 0.2}} {
		after := c.Generalise(level.tolerance)
		check(t, before, after, level.tolerance > 0.001)
		if share := float64(vertices(after)) / float64(vertices(before)); share > level.most {
			t.Errorf("%g degree keeps %.0f %% of the vertices", level.tolerance, 100*share)
		}
	}
}

// TestFrance: the 35 357 communes of 2018, overseas included; it says what it took.
func TestFrance(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("reads all of France, in one goroutine")
	}
	before := france(t)
	if len(before) != 35357 {
		t.Fatalf("%d communes", len(before))
	}
	start := time.Now()
	c := tile.NewCoverage(before)
	t.Logf("%d vertices, %d arcs of %d vertices: %.1f s", vertices(before), c.Arcs(), c.Vertices(), time.Since(start).Seconds())
	for _, tolerance := range []float64{0.001, 0.004, 0.016} {
		start := time.Now()
		after := c.Generalise(tolerance)
		took := time.Since(start)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%g degree: %d vertices, %.1f s, heap %d MB", tolerance, vertices(after), took.Seconds(), m.HeapAlloc>>20)
		check(t, before, after, false)
		if got, want := shared(after), shared(before); got == 0 || got > want {
			t.Errorf("%d shared edges of %d", got, want)
		}
	}
}

func shared(shapes []orb.MultiPolygon) (n int) {
	all := edges(shapes)
	for e := range all {
		n += min(all[edge{e[1], e[0]}], 1)
	}
	return n / 2
}

// france reads a file per département out of an archive.
func france(t testing.TB) (shapes []orb.MultiPolygon) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "france", "communes-2018-par-departement.tar.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the contours of France are not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(z)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			return shapes
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(h.Name, "/communes-") {
			shapes = append(shapes, collection(t, archive)...)
		}
	}
}

// collection reads the geometries of a FeatureCollection, on the grid of a ten-millionth of a degree; holes turn the other
// way, as RFC 7946 §3.1.6 has it.
func collection(t testing.TB, r io.Reader) (shapes []orb.MultiPolygon) {
	t.Helper()
	var all struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.NewDecoder(r).Decode(&all); err != nil {
		t.Fatal(err)
	}
	for _, f := range all.Features {
		text := string(f.Geometry.Coordinates)
		if f.Geometry.Type == "Polygon" {
			text = "[" + text + "]"
		}
		var shape orb.MultiPolygon
		if err := json.Unmarshal([]byte(text), &shape); err != nil {
			t.Fatal(err)
		}
		for _, polygon := range shape {
			for i, ring := range polygon {
				for k, p := range ring {
					ring[k] = orb.Point{math.Round(p[0]*1e7) / 1e7, math.Round(p[1]*1e7) / 1e7}
				}
				if (ring.Orientation() == orb.CCW) != (i == 0) {
					ring.Reverse()
				}
			}
		}
		shapes = append(shapes, shape)
	}
	return shapes
}
