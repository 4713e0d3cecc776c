package serve_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/store"
)

// scattered are points of the Essonne and of the end of the world, as CSV, the same at each run.
func scattered(n int) string {
	chance := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("id,jour,lon,lat\n")
	for i := range n {
		fmt.Fprintf(&b, "p%d,2026-01-%02d,%.6f,%.6f\n", i, 1+i%28, 2+0.6*chance.Float64(), 48.3+0.5*chance.Float64())
	}
	return b.String() + "nord,2026-01-01,-179.9,89\nsud,2026-01-02,179.9,-89\nbord,,0,0\nnulle,,,\n"
}

// tiledWorld publishes datasets of points; tiles says how the tiles of all are.
func tiledWorld(t testing.TB, csv map[string]string, tiles string, readers store.Options) *world {
	t.Helper()
	files := small(csv)
	for name := range csv {
		f := files[name+".json"]
		f.Data = bytes.Replace(f.Data, []byte(`"geometry":`), []byte(`"tiles":`+tiles+`,"geometry":`), 1)
	}
	w := newWorld(t, dataset.Files{Datasets: files, Schemas: smallSchemas(t)}, readers)
	w.publish(t)
	return w
}

const upTo9 = `{"minzoom":5,"maxzoom":12,"prerender":9,"properties":["id","jour","lat"],"sums":["lat"]}`

// packed is the archive of a dataset of the current release.
func packed(t testing.TB, w *world, name string) *pmtiles.Archive {
	t.Helper()
	m := parse[release.Manifest](t, w.address+"/manifest.json")
	_, f := m.File(name + ".pmtiles")
	if f == nil {
		t.Fatalf("%s has no archive", name)
	}
	content, err := w.Blobs.Get(t.Context(), f.SHA256)
	must(t, err)
	t.Cleanup(func() { content.Close() })
	a, err := pmtiles.Open(content.(io.ReaderAt), f.Bytes)
	must(t, err)
	return a
}

// occupied are the tiles of a zoom in which the features of a dataset of points are, and the one beside the first.
func occupied(t testing.TB, w *world, name string, zoom uint8) (all []geo.Tile) {
	t.Helper()
	answer := parse[struct {
		Features []struct {
			Geometry *struct{ Coordinates [2]float64 }
		}
	}](t, w.address+"/collections/"+name+"/items?limit=10000&properties=id")
	seen := map[geo.Tile]bool{}
	for _, f := range answer.Features {
		if f.Geometry == nil {
			continue
		}
		x, y := geo.WorldPosition(f.Geometry.Coordinates[0], f.Geometry.Coordinates[1])
		side := float64(uint32(1) << zoom)
		seen[geo.Tile{Z: zoom, X: uint32(min(x*side, side-1)), Y: uint32(min(y*side, side-1))}] = true
	}
	for at := range seen {
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b geo.Tile) int { return int(pmtiles.ID(a)) - int(pmtiles.ID(b)) })
	return append(all, geo.Tile{Z: zoom, X: 1, Y: 1})
}

// tileOf is the MVT of a tile that must be 200.
func tileOf(t testing.TB, address string, headers ...string) []byte {
	t.Helper()
	a := ask(t, http.MethodGet, address, headers...)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Fatalf("%s: %s %v %.300s", address, a.Status, a.Header, a.body)
	}
	return decoded(t, a)
}

// features are those of a tile, as a decoder that is not ours reads them, by layer.
func decodedTile(t testing.TB, tile []byte) mvt.Layers {
	t.Helper()
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

// standing is how many features the points of a layer stand for.
func standing(t testing.TB, tile []byte, name string) (n int) {
	t.Helper()
	for _, l := range decodedTile(t, tile) {
		if l.Name != name {
			continue
		}
		for _, f := range l.Features {
			n += int(f.Properties["_nombre"].(float64))
		}
	}
	return n
}
