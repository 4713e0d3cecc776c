package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/serve"
	"maille/internal/store"
)

const (
	benchPolygons = 35_000
	benchVertices = 62 // as the communes of France have on average
)

// BenchmarkItemsCold asks pages of 1 000 polygons that no one asked before, as they are and compressed, against psql
// selecting the same columns and ST_AsGeoJSON of the same rows, alternated. The metric cold/psql is our time over psql's:
// 2 would be twice as long; gzip/psql and zstd/psql are those of the pages that are compressed.
func BenchmarkItemsCold(b *testing.B) {
	psql := needsPsql(b)
	url := pgtest.URL(b)
	server, table := benchServer(b, url)
	for b.Loop() {
		var theirs []time.Duration
		ours := map[string][]time.Duration{}
		for page := range 30 {
			after := page*1000 + int(time.Now().UnixNano()%991) // another page at each run
			theirs = append(theirs, psqlTime(b, psql, url, fmt.Sprintf("select %s from %s where _ord > %d order by _ord limit 1000", benchColumns, table, after)))
			for i, coding := range []string{"identity", "gzip", "zstd"} {
				address := fmt.Sprintf("%s/collections/polygones/items?limit=1000&after=%d", server.URL, after+i)
				ours[coding] = append(ours[coding], fetch(b, address, "Accept-Encoding", coding))
			}
		}
		b.ReportMetric(median(theirs).Seconds()*1e3, "psql-ms")
		b.ReportMetric(median(ours["identity"]).Seconds()*1e3, "cold-ms")
		b.ReportMetric(median(ours["identity"]).Seconds()/median(theirs).Seconds(), "cold/psql")
		for _, coding := range []string{"gzip", "zstd"} {
			b.ReportMetric(median(ours[coding]).Seconds()*1e3, coding+"-ms")
			b.ReportMetric(median(ours[coding]).Seconds()/median(theirs).Seconds(), coding+"/psql")
		}
	}
}

// BenchmarkItemsHot asks one page again and again over 16 connections, against a plain net/http server that sends the
// same bytes under the same headers, alternated. The metric hot/plain is the share of its requests per second.
func BenchmarkItemsHot(b *testing.B) {
	server, _ := benchServer(b, pgtest.URL(b))
	for _, c := range []struct {
		limit  int
		coding string
	}{{10, "identity"}, {1000, "identity"}, {10, "gzip"}, {1000, "zstd"}} {
		b.Run(fmt.Sprintf("limit=%d/%s", c.limit, c.coding), func(b *testing.B) {
			v := visit{fmt.Sprintf("/collections/polygones/items?limit=%d", c.limit), c.coding}
			plain := recorded(b, server, []visit{v})
			for b.Loop() {
				var ours, theirs []float64
				for range 5 {
					theirs = append(theirs, rate(b, plain.URL, v))
					ours = append(ours, rate(b, server.URL, v))
				}
				slices.Sort(ours)
				slices.Sort(theirs)
				b.ReportMetric(theirs[2], "plain-req/s")
				b.ReportMetric(ours[2], "hot-req/s")
				b.ReportMetric(ours[2]/theirs[2], "hot/plain")
			}
		})
	}
}

func benchServer(b *testing.B, url string) (*httptest.Server, string) {
	return benchServing(b, url, benchPolygonsDataset(b), polygons(benchPolygons))
}

// benchServing is a server of one dataset, and the table of its version.
func benchServing(b *testing.B, url string, d *dataset.Dataset, features iter.Seq2[*dataset.Feature, error]) (*httptest.Server, string) {
	ctx := b.Context()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	blobs, err := blob.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	draft, err := db.Begin(ctx, d, "bench", time.Now())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := draft.Load(ctx, features); err != nil {
		b.Fatal(err)
	}
	load := draft.Record()
	v, err := draft.Seal(ctx, &dataset.Report{}, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	m := &release.Manifest{Release: "2026-11-22.1", Published: time.Now(), Datasets: []release.Entry{{
		Version: v, Load: load.ID, Since: "2026-11-22.1", SinceTime: time.Now()}}}
	if err := db.Publish(ctx, m, map[string]*dataset.Dataset{d.Name: d}, nil); err != nil {
		b.Fatal(err)
	}
	s, err := serve.New(serve.Options{DB: db, Blobs: blobs, Title: "bench", Build: "bench", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Refresh(ctx); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(s)
	b.Cleanup(server.Close)
	return server, `data."` + v.String() + `"`
}

func benchPolygonsDataset(b *testing.B) *dataset.Dataset {
	d, err := dataset.Restore([]byte(`{"name":"polygones","title":"Polygones","publication":{"key":["code_insee"],"geometry":{"type":"MultiPolygon"}}}`),
		[]byte(`{"fields":[{"name":"code_insee","type":"string","constraints":{"required":true}},{"name":"nom","type":"string"},
		{"name":"population","type":"integer"},{"name":"taux","type":"number"}]}`))
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// polygons generates circles with benchVertices vertices each, on a grid over France.
func polygons(n int) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		for i := range n {
			x, y := -4+float64(i%200)*0.05, 42.5+float64(i/200)*0.045
			ring := make(orb.Ring, 0, benchVertices+1)
			for v := range benchVertices {
				angle := 2 * math.Pi * float64(v) / benchVertices
				ring = append(ring, orb.Point{geo.Snap(x+0.02*math.Cos(angle), 1e-7), geo.Snap(y+0.02*math.Sin(angle), 1e-7)})
			}
			f := dataset.Feature{Line: int64(i), WKB: ewkb.MustMarshal(orb.MultiPolygon{{append(ring, ring[0])}}, geo.SRID), Values: []schema.Value{
				schema.Text(fmt.Sprintf("%05d", i)), schema.Text("Saint-Rémy-lès-Chevreuse"), schema.Int(int64(i)), schema.Float(float64(i%1000) / 10)}}
			if !yield(&f, nil) {
				return
			}
		}
	}
}

// fetch is how long an answer takes, read whole; headers are name, value…
func fetch(b *testing.B, address string, headers ...string) time.Duration {
	start := time.Now()
	if a := ask(b, http.MethodGet, address, headers...); a.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", address, a.Status)
	}
	return time.Since(start)
}

// benchColumns are what a page holds, as psql reads it.
const benchColumns = "_ord, code_insee, nom, population, taux, ST_AsGeoJSON(geometry)"

var timing = regexp.MustCompile(`Time: ([0-9.]+) ms`)

// rate is requests per second over 16 connections for a second, with a client that does nothing but read.
func rate(b *testing.B, address string, v visit) float64 {
	const connections = 16
	ctx, cancel := context.WithTimeout(b.Context(), time.Second)
	defer cancel()
	var requests atomic.Int64
	var clients sync.WaitGroup
	start := time.Now()
	for range connections {
		clients.Go(func() {
			if err := repeat(ctx, address, v, &requests); err != nil {
				b.Error(err)
			}
		})
	}
	clients.Wait()
	return float64(requests.Load()) / time.Since(start).Seconds()
}

func repeat(ctx context.Context, address string, v visit, requests *atomic.Int64) error {
	host := strings.TrimPrefix(address, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return err
	}
	defer conn.Close()
	request := []byte("GET " + v.path + " HTTP/1.1\r\nHost: " + host + "\r\nAccept-Encoding: " + v.coding + "\r\n\r\n")
	r := bufio.NewReaderSize(conn, 64<<10)
	for ctx.Err() == nil {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		if err := skipAnswer(r); err != nil {
			return err
		}
		requests.Add(1)
	}
	return nil
}

func skipAnswer(r *bufio.Reader) error {
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			break
		}
	}
	_, err := r.Discard(length)
	return err
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
