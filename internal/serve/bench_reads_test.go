package serve_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/schema"
)

// BenchmarkReadsCold asks what no one asked before, against psql running the same selection with ST_AsGeoJSON,
// alternated. The metric cold/psql is our time, HTTP and JSON included, over psql's.
func BenchmarkReadsCold(b *testing.B) {
	psql := needsPsql(b)
	url := pgtest.URL(b)
	server, table := benchServer(b, url)
	for name, c := range map[string]struct{ path, sql func(i int) string }{
		"limit=10": {
			func(i int) string { return fmt.Sprintf("items?limit=10&after=%d", i) },
			func(i int) string { return fmt.Sprintf("where _ord > %d order by _ord limit 10", i) },
		},
		"bbox of a département": {
			func(i int) string { return "items?limit=1000&bbox=" + departement(i).String() },
			func(i int) string {
				box := departement(i)
				return fmt.Sprintf("where ST_Intersects(geometry, ST_MakeEnvelope(%v, %v, %v, %v, 4326)) order by _ord limit 1000", box.West, box.South, box.East, box.North)
			},
		},
		"by id": {
			func(i int) string { return fmt.Sprintf("items/%05d", i) },
			func(i int) string {
				code := fmt.Sprintf("'%05d'", i)
				return "where hashtextextended(code_insee, 0) = hashtextextended(" + code + ", 0) and code_insee = " + code
			},
		},
		"filter on an attribute": {
			func(i int) string { return fmt.Sprintf("items?limit=1000&filter=taux%%3D%.1f", float64(i%1000)/10) },
			func(i int) string {
				return fmt.Sprintf("where taux = %.1f order by _ord limit 1000", float64(i%1000)/10)
			},
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var ours, theirs []time.Duration
				for range 30 {
					i := rand.IntN(benchPolygons - 1000)
					theirs = append(theirs, psqlTime(b, psql, url, "select "+benchColumns+" from "+table+" "+c.sql(i)))
					ours = append(ours, fetch(b, server.URL+"/collections/polygones/"+c.path(i)))
				}
				report(b, ours, theirs)
			}
		})
	}
}

// departement is a box of about the size of one, that moves with i so that no answer is known.
func departement(i int) geo.BBox {
	x, y := float64(i%7000)/1000, float64(i%4000)/1000
	return geo.BBox{West: -3 + x, South: 43 + y, East: -2 + x, North: 43.5 + y}
}

const deepPoints = 5_000_000

// BenchmarkDeepPage asks the page that follows row 1 000 000 of five million points, and the first one, alternated. The metric
// deep/first is the time of one over the other's.
func BenchmarkDeepPage(b *testing.B) {
	server, _ := benchServing(b, pgtest.URL(b), benchPointsDataset(b), benchPoints(deepPoints))
	at := server.URL + "/collections/points/items?limit=1000&after="
	for b.Loop() {
		var first, deep []time.Duration
		for i := range 30 {
			first = append(first, fetch(b, at+strconv.Itoa(i)))
			deep = append(deep, fetch(b, at+strconv.Itoa(1_000_000+i)))
		}
		b.ReportMetric(median(first).Seconds()*1e3, "first-ms")
		b.ReportMetric(median(deep).Seconds()*1e3, "deep-ms")
		b.ReportMetric(median(deep).Seconds()/median(first).Seconds(), "deep/first")
	}
}

func report(b *testing.B, ours, theirs []time.Duration) {
	b.ReportMetric(median(theirs).Seconds()*1e3, "psql-ms")
	b.ReportMetric(median(ours).Seconds()*1e3, "cold-ms")
	b.ReportMetric(median(ours).Seconds()/median(theirs).Seconds(), "cold/psql")
}

func needsPsql(b *testing.B) string {
	psql, err := exec.LookPath("psql")
	if err != nil {
		b.Skip("psql is not installed")
	}
	return psql
}

// psqlTime is psql's own time of a statement, connection and planner's first look at the table apart.
func psqlTime(b *testing.B, psql, url, sql string) time.Duration {
	cmd := exec.CommandContext(b.Context(), psql, "-X", "-q", "-A", "-t", url)
	cmd.Stdin = strings.NewReader("\\o /dev/null\nselect ST_AsGeoJSON(ST_Point(1, 2));\n\\timing on\n" + sql + ";\n")
	out, err := cmd.CombinedOutput()
	found := timing.FindSubmatch(out)
	if err != nil || found == nil {
		b.Fatalf("%v: %s", err, out)
	}
	ms, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(ms * float64(time.Millisecond))
}

func benchPointsDataset(b *testing.B) *dataset.Dataset {
	d, err := dataset.Restore([]byte(`{"name":"points","title":"Points","publication":{"key":["id"],"geometry":{"type":"Point"}}}`),
		[]byte(`{"fields":[{"name":"id","type":"string","constraints":{"required":true}},{"name":"nom","type":"string"},
		{"name":"population","type":"integer"},{"name":"taux","type":"number"}]}`))
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// benchPoints generates points over France, the same at each run.
func benchPoints(n int) func(func(*dataset.Feature, error) bool) {
	return func(yield func(*dataset.Feature, error) bool) {
		chance := rand.New(rand.NewPCG(1, 2))
		f := dataset.Feature{Values: make([]schema.Value, 4)}
		for i := range n {
			lon, lat := geo.Snap(-4.5+12*chance.Float64(), 1e-7), geo.Snap(42.5+8*chance.Float64(), 1e-7)
			f.Line, f.WKB = int64(i), geo.AppendPoint(f.WKB[:0], lon, lat)
			f.Values[0], f.Values[1] = schema.Text(fmt.Sprintf("lieu-%07d", i)), schema.Text("Médiathèque")
			f.Values[2], f.Values[3] = schema.Int(int64(i)), schema.Float(float64(chance.IntN(1000))/10)
			if !yield(&f, nil) {
				return
			}
		}
	}
}
