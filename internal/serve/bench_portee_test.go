package serve_test

import (
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
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

const benchPlaces = 15_000

// BenchmarkReach asks a radius that no one asked before of a département, in an instance of the size of France (35 000 communes, 15 000
// places), and pages of 1 000 communes that no one asked before, alternated. The metric reach/items is the time of one over the
// other's.
func BenchmarkReach(b *testing.B) {
	server := reachServer(b)
	for b.Loop() {
		var items, reach, scenario []time.Duration
		for i := range 20 {
			turn := rand.IntN(benchPolygons - 1000)
			departement := 10 + i%80
			items = append(items, fetch(b, fmt.Sprintf("%s/collections/communes/items?limit=1000&after=%d", server, turn)))
			reach = append(reach, fetch(b, fmt.Sprintf("%s/portee?territoire=%d&rayon=%d", server, departement, 5000+turn)))
			scenario = append(scenario, fetch(b, fmt.Sprintf("%s/scenario?territoire=%d&rayon=%d", server, departement, 5000+turn)))
		}
		b.ReportMetric(median(items).Seconds()*1e3, "items-ms")
		b.ReportMetric(median(reach).Seconds()*1e3, "reach-ms")
		b.ReportMetric(median(reach).Seconds()/median(items).Seconds(), "reach/items")
		b.ReportMetric(median(scenario).Seconds()/median(items).Seconds(), "scenario/items")
	}
}

// reachServer serves what questions are asked of, generated on a grid over France, 438 communes a département.
func reachServer(b *testing.B) string {
	ctx := b.Context()
	db, err := store.Open(ctx, pgtest.URL(b), store.Options{})
	must(b, err)
	b.Cleanup(db.Close)
	m := &release.Manifest{Release: "2026-11-22.1", Published: time.Now()}
	described := map[string]*dataset.Dataset{}
	for name, n := range map[string]int{"communes": benchPolygons, "communes-points": benchPolygons, "acces-mediation": benchPolygons, "departements": 80, "lieux-mediation": benchPlaces} {
		d := describedAs(b, name)
		draft, err := db.Begin(ctx, d, "bench", time.Now())
		must(b, err)
		_, err = draft.Load(ctx, reachRows(d, n))
		must(b, err)
		load := draft.Record()
		v, err := draft.Seal(ctx, &dataset.Report{}, time.Now)
		must(b, err)
		m.Datasets = append(m.Datasets, release.Entry{Version: v, Load: load.ID, Since: m.Release, SinceTime: time.Now()})
		described[name] = d
	}
	must(b, db.Publish(ctx, m, described, nil))
	blobs, err := blob.Open(b.TempDir())
	must(b, err)
	s, err := serve.New(serve.Options{DB: db, Blobs: blobs, Title: "bench", Build: "bench", Log: slog.New(slog.DiscardHandler)})
	must(b, err)
	must(b, s.Refresh(ctx))
	server := httptest.NewServer(s)
	b.Cleanup(server.Close)
	return server.URL
}

// describedAs is a dataset as the project describes it.
func describedAs(b *testing.B, name string) *dataset.Dataset {
	descriptor, err := os.ReadFile("../../datasets/" + name + ".json")
	must(b, err)
	columns, err := os.ReadFile("../../schemas/" + name + ".json")
	must(b, err)
	d, err := dataset.Restore(descriptor, columns)
	must(b, err)
	return d
}

// reachRows are rows of a dataset, with what a question reads.
func reachRows(d *dataset.Dataset, n int) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		for i := range n {
			f := &dataset.Feature{Line: int64(i), Values: make([]schema.Value, len(d.Schema.Columns))}
			reachRow(d, f, i, r)
			if !yield(f, nil) {
				return
			}
		}
	}
}

func reachRow(d *dataset.Dataset, f *dataset.Feature, i int, r *rand.Rand) {
	x, y := -4+float64(i%200)*0.05, 42.5+float64(i/200)*0.045
	departement := 10 + i/438
	switch d.Name {
	case "departements":
		departement = 10 + i
	case "lieux-mediation":
		x, y = geo.Snap(-4+r.Float64()*10, 1e-7), geo.Snap(42.5+r.Float64()*7.8, 1e-7)
		f.WKB = geo.AppendPoint(nil, x, y)
	case "communes-points":
		f.WKB = geo.AppendPoint(nil, x, y)
	}
	if g := d.Publication.Geometry; g != nil && g.Type == "MultiPolygon" {
		f.WKB = square(x, y)
	}
	for name, v := range map[string]schema.Value{
		"code_insee": schema.Text(fmt.Sprintf("%02d%03d", departement, i%438)), "nom": schema.Text(fmt.Sprintf("Saint-Rémy %d", i)), "code_departement": schema.Text(fmt.Sprint(departement)),
		"population": schema.Int(int64(50 + i%3000)), "domaine": schema.Text("metropole"), "longitude": schema.Float(x), "latitude": schema.Float(y), "mairie_drapeau": schema.Text("absente"),
		"drapeau": schema.Text("ok"), "id": schema.Text(fmt.Sprintf("lieu-%05d", i)), "pivot": schema.Text("00000000000000"), "commune": schema.Text("Saint-Rémy"), "code_postal": schema.Text("91000"),
		"adresse": schema.Text("1 rue"), "date_maj": schema.DateOf(20000), "horaires": schema.Text("Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00"), "code_region": schema.Text("11"),
		"services": schema.Joined("Aide aux démarches administratives|Insertion professionnelle via le numérique"), "pop_au_dela_10km": schema.Int(int64(i % 50)),
	} {
		if at := d.Schema.Index(name); at >= 0 {
			f.Values[at] = v
		}
	}
}

// square is a polygon with benchVertices vertices or so.
func square(x, y float64) []byte {
	ring := orb.Ring{}
	for side := range 4 {
		for k := range benchVertices / 4 {
			along := 0.04 * float64(k) / (benchVertices / 4)
			corner := [4]orb.Point{{x - 0.02 + along, y - 0.02}, {x + 0.02, y - 0.02 + along}, {x + 0.02 - along, y + 0.02}, {x - 0.02, y + 0.02 - along}}[side]
			ring = append(ring, orb.Point{geo.Snap(corner[0], 1e-7), geo.Snap(corner[1], 1e-7)})
		}
	}
	return ewkb.MustMarshal(orb.MultiPolygon{{append(ring, ring[0])}}, geo.SRID)
}
