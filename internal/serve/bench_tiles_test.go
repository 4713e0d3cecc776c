package serve_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/serve"
)

// BenchmarkTiles asks tiles over 16 connections, against a plain net/http server that sends the same bytes under the same
// headers, alternated. hot/plain is the share of its requests per second where one tile is asked again and again; cold/plain
// that of a server that has just started, and is asked each of some thousands once: nothing but what the system has in memory
// of the file is warm.
func BenchmarkTiles(b *testing.B) {
	server, visits := tileServer(b)
	plain := recorded(b, server, visits)
	for _, c := range []struct {
		name string
		visit
	}{{"hot 8 kB", visits[0]}, {"hot 30 kB", visits[1]}, {"hot 120 kB", visits[2]}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				var ours, theirs []float64
				for range 5 {
					theirs = append(theirs, rate(b, plain.URL, c.visit))
					ours = append(ours, rate(b, server.URL, c.visit))
				}
				slices.Sort(ours)
				slices.Sort(theirs)
				b.ReportMetric(theirs[2], "plain-req/s")
				b.ReportMetric(ours[2], "hot-req/s")
				b.ReportMetric(ours[2]/theirs[2], "hot/plain")
			}
		})
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			var ours, theirs time.Duration
			for range 5 {
				took, _ := tour(b, plain.URL, visits)
				theirs += took
				fresh := again(b, server)
				took, _ = tour(b, fresh.URL, visits)
				ours += took
				fresh.Close()
			}
			b.ReportMetric(float64(5*len(visits))/ours.Seconds(), "cold-req/s")
			b.ReportMetric(float64(5*len(visits))/theirs.Seconds(), "plain-req/s")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "cold/plain")
		}
	})
}

// BenchmarkTileMisses asks what is not there: tiles outside the zooms, outside the grid, of no collection.
func BenchmarkTileMisses(b *testing.B) {
	server, _ := tileServer(b)
	for name, path := range map[string]func(int) string{
		"no zoom":       func(i int) string { return fmt.Sprintf("/tiles/polygones/25/%d/%d.mvt", i, i) },
		"no column":     func(i int) string { return fmt.Sprintf("/tiles/polygones/8/%d/0.mvt", 256+i) },
		"no collection": func(i int) string { return fmt.Sprintf("/tiles/communes%d/8/0/0.mvt", i) },
		"empty":         func(i int) string { return fmt.Sprintf("/tiles/polygones/11/%d/%d.mvt", i%2048, i/2048%1000) },
	} {
		b.Run(name, func(b *testing.B) {
			visits := make([]visit, 20_000)
			for i := range visits {
				visits[i].path = path(i)
			}
			for b.Loop() {
				took, _ := tour(b, server.URL, visits)
				b.ReportMetric(float64(len(visits))/took.Seconds(), "misses/s")
			}
		})
	}
}

// tileServer serves an archive of a thousand million bytes' worth of nothing: what tiles hold is not looked at. It gives some
// thousands of addresses of tiles, as heavy as those of a country.
func tileServer(b *testing.B) (*httptest.Server, []visit) {
	first, _ := benchServing(b, pgtest.URL(b), benchPolygonsDataset(b), polygons(10))
	o := first.Config.Handler.(*serve.Server).Options
	var visits []visit
	archive, err := pmtiles.NewWriter(b.TempDir())
	must(b, err)
	defer archive.Close()
	chance := rand.New(rand.NewPCG(1, 2))
	add := func(t geo.Tile, size int) {
		must(b, archive.Add(t, incompressible(chance, size)))
		visits = append(visits, visit{fmt.Sprintf("/tiles/polygones/%s.mvt", t), "gzip"})
	}
	for i, size := range []int{8 << 10, 30 << 10, 120 << 10} {
		add(geo.Tile{Z: 5, X: uint32(i)}, size)
	}
	for i := range 4000 {
		add(geo.Tile{Z: 11, X: uint32(1000 + i%80), Y: uint32(1500 + i/80)}, 2<<10+chance.IntN(20<<10))
	}
	object, err := o.Blobs.Put(b.Context(), func(w io.Writer) error {
		return archive.WriteArchive(w, pmtiles.About{Metadata: []byte(`{"vector_layers":[]}`)})
	})
	must(b, err)
	m, err := o.DB.Current(b.Context())
	must(b, err)
	m.Previous, m.Release = m.Release, "2026-11-22.2"
	m.Datasets[0].Files = append(m.Datasets[0].Files, release.File{Name: "polygones.pmtiles", MediaType: "application/vnd.pmtiles", SHA256: object.SHA256, Bytes: object.Bytes})
	d, err := o.DB.Described(b.Context(), m.Datasets[0].Load)
	must(b, err)
	must(b, o.DB.Publish(b.Context(), m, map[string]*dataset.Dataset{d.Name: d}, nil))
	s, err := serve.New(o)
	must(b, err)
	must(b, s.Refresh(b.Context()))
	server := httptest.NewServer(s)
	b.Cleanup(server.Close)
	return server, visits
}

// incompressible is gzip of about so many bytes.
func incompressible(chance *rand.Rand, size int) []byte {
	noise := make([]byte, size)
	for i := range noise {
		noise[i] = byte(chance.IntN(256))
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(noise) // to memory
	_ = z.Close()
	return packed.Bytes()
}
