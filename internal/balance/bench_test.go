package balance_test

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/balance"
	"maille/internal/pgtest"
)

// A country of made-up communes, their people in cells and places where people are.
const communes, cells, places = 35_000, 300_000, 15_000

var e2sfca = balance.Steps{{Upto: 5000, Weight: 1}, {Upto: 10_000, Weight: 0.68}, {Upto: 15_000, Weight: 0.22}}

type country struct {
	cells, places []balance.Point
	people        []float64
	ones          []float64 // a supply of 1 for each place
}

// found makes communes around agglomerations, their sizes by Zipf's law, and spreads cells and places over them by their size.
func found(cells, places int) country {
	draw := rand.New(rand.NewPCG(1, 1))
	centres := make([]balance.Point, communes)
	for i := range centres {
		centres[i] = balance.Point{Lon: -1 + 8*draw.Float64(), Lat: 43.5 + 6*draw.Float64()}
		if i > 500 && i%2 == 0 { // half of them gather around the 250 largest
			town := centres[draw.IntN(250)]
			centres[i] = balance.Point{Lon: town.Lon + 0.3*draw.NormFloat64(), Lat: town.Lat + 0.2*draw.NormFloat64()}
		}
	}
	spread := func(n int, degrees float64) []balance.Point {
		points := make([]balance.Point, n)
		for i := range points {
			commune := int(math.Pow(float64(communes), math.Pow(draw.Float64(), 0.6))) - 1
			c := centres[min(commune, communes-1)]
			points[i] = balance.Point{Lon: c.Lon + 1.45*degrees*draw.NormFloat64(), Lat: c.Lat + degrees*draw.NormFloat64()}
		}
		return points
	}
	c := country{cells: spread(cells, 0.05), places: spread(places, 0.04), people: make([]float64, cells), ones: make([]float64, places)}
	for i := range c.people {
		c.people[i] = float64(draw.IntN(400))
	}
	for j := range c.ones {
		c.ones[j] = 1
	}
	return c
}

func (c country) nearest() { balance.NewIndex(c.places).NearestOf(c.cells) }

func (c country) catch(b *testing.B) balance.Access {
	a, err := balance.Catchment(balance.Straight(c.cells, c.places, 1), c.people, c.ones, e2sfca)
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// BenchmarkNearest finds the place nearest to each cell, the index included, against PostGIS' KNN over one cell in ten, by
// geography and by geometry in Lambert 93, whichever is faster; the time of a third of these says that it is proportional.
func BenchmarkNearest(b *testing.B) {
	c := found(cells, places)
	db := store(b, c)
	knn := func(each int, by string) time.Duration {
		return query(b, db, `select count(d) from (select * from cells where id % $1 = 0) c cross join lateral
			(select ST_Distance(p.geog, c.geog) d from places p order by p.`+by+` <-> c.`+by+` limit 1) n`, each)
	}
	for b.Loop() {
		var ours, sql, third []time.Duration
		by := "geog"
		if knn(30, "plane") < knn(30, "geog") {
			by = "plane"
		}
		for range 3 {
			ours = append(ours, clock(c.nearest))
			sql = append(sql, knn(10, by))
			third = append(third, knn(30, by))
		}
		b.ReportMetric(cells/median(ours).Seconds(), "cells/s")
		b.ReportMetric(10*ratio(sql, ours), "knn/nearest")
		b.ReportMetric(ratio(sql, third)/3, "knn-growth")
		reportCores(b, c.nearest)
	}
}

// BenchmarkCatchment is E2SFCA at 15 km, indexes included, against the same in SQL: pairs kept with their weight, then two
// sums. SQL measures in Lambert 93, which costs it less than geography does.
func BenchmarkCatchment(b *testing.B) {
	c := found(cells, places)
	db := store(b, c)
	for b.Loop() {
		var ours []time.Duration
		for range 3 {
			ours = append(ours, clock(func() { c.catch(b) }))
		}
		sql := inSQL(b, db)
		pairs := count(b, db, "select count(*) from pairs")
		b.ReportMetric(pairs/1e6, "Mpairs")
		b.ReportMetric(2*pairs/median(ours).Seconds()/1e6, "Mpairs/s")
		b.ReportMetric(sql.Seconds()/median(ours).Seconds(), "sql/catchment")
		b.ReportMetric(count(b, db, "select sum(c.people * s.score) from cells c join scores s using (id)")/c.catch(b).Served, "sql-served/served")
		reportCores(b, func() { c.catch(b) })
	}
}

// inSQL is what it takes PostgreSQL.
func inSQL(b *testing.B, db *pgx.Conn) time.Duration {
	return clock(func() {
		run(b, db, "drop table if exists pairs, ratios, scores")
		run(b, db, `create unlogged table pairs as select cell, place, people,
				case when d <= 5000 then 1 when d <= 10000 then 0.68 else 0.22 end::double precision weight
			from (select c.id cell, p.id place, c.people, ST_Distance(c.plane, p.plane) d
				from cells c join places p on ST_DWithin(c.plane, p.plane, 15000)) near`)
		run(b, db, "create unlogged table ratios as select place, 1 / sum(people * weight) ratio from pairs group by place having sum(people * weight) > 0")
		run(b, db, "create unlogged table scores as select cell id, sum(ratio * weight) score from pairs join ratios using (place) group by cell")
	})
}

// BenchmarkGrowth takes 3 and 10 times as many cells: time a pair, or a cell, of what it was, and memory had from the system.
func BenchmarkGrowth(b *testing.B) {
	for b.Loop() {
		var near, catch float64
		for _, times := range []int{1, 3, 10} {
			c := found(times*cells, places)
			n := clock(c.nearest).Seconds() / float64(times)
			k := clock(func() { c.catch(b) }).Seconds() / float64(times)
			if times == 1 {
				near, catch = n, k
			}
			name := map[int]string{1: "1x", 3: "3x", 10: "10x"}[times]
			b.ReportMetric(n/near, "nearest-"+name)
			b.ReportMetric(k/catch, "catchment-"+name)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-"+name)
		}
	}
}

// BenchmarkCover takes the 20 best of 35 000 places for 300 000 cells, within 10 km.
func BenchmarkCover(b *testing.B) {
	c := found(cells, communes)
	for b.Loop() {
		balance.Cover(balance.Straight(c.cells, c.places, 1.3), c.people, nil, 10_000, 20)
	}
}

// BenchmarkFisherJenks cuts into five classes as many values as there are communes, 3 and 10 times as many: time over n log n, of what
// it was.
func BenchmarkFisherJenks(b *testing.B) {
	draw := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, 10*communes)
	for i := range x {
		x[i] = draw.ExpFloat64()
	}
	each := func(n int, took []time.Duration) float64 {
		return median(took).Seconds() / (float64(n) * math.Log(float64(n)))
	}
	for b.Loop() {
		took := map[int][]time.Duration{}
		for range 5 {
			for _, n := range []int{communes, 3 * communes, 10 * communes} {
				took[n] = append(took[n], clock(func() { balance.FisherJenks(x[:n], 5) }))
			}
		}
		first := each(communes, took[communes])
		b.ReportMetric(median(took[communes]).Seconds()*1e3, "ms-1x")
		b.ReportMetric(each(3*communes, took[3*communes])/first, "growth-3x")
		b.ReportMetric(each(10*communes, took[10*communes])/first, "growth-10x")
	}
}

// BenchmarkSimulate ranks communes a thousand times by four dimensions, each among those of seven classes of density.
func BenchmarkSimulate(b *testing.B) {
	draw := rand.New(rand.NewPCG(1, 1))
	raw, group := make([][]float64, communes), make([]int, communes)
	for i := range raw {
		raw[i], group[i] = []float64{100 * draw.Float64(), 20 * draw.ExpFloat64(), 50 * float64(draw.IntN(3)), 40 * draw.Float64()}, i%7
	}
	posts := []balance.Goalpost{{From: 0, To: 100}, {From: 0, To: 20}, {From: 0, To: 100}, {From: 30, To: 0}}
	for b.Loop() {
		reportCores(b, func() {
			balance.Simulate(raw, group, balance.Draws{N: 1000, Seed: 1, Goalposts: posts, Spread: 0.1, Least: 3})
		})
	}
}

// reportCores is how much faster all cores are than one, and how much faster they were in the same minutes for loops that share
// nothing: what the machine gave.
func reportCores(b *testing.B, work func()) {
	var one, all, loop, loops []time.Duration
	cores := runtime.GOMAXPROCS(0)
	for range 5 {
		runtime.GOMAXPROCS(1)
		one, loop = append(one, clock(work)), append(loop, clock(func() { spin(1) }))
		runtime.GOMAXPROCS(cores)
		all, loops = append(all, clock(work)), append(loops, clock(func() { spin(cores) }))
	}
	b.ReportMetric(ratio(one, all), "one/cores")
	b.ReportMetric(ratio(loop, loops), "one/cores-of-loops")
}

// spin adds as often, whatever the number of cores.
func spin(cores int) {
	var all sync.WaitGroup
	for range cores {
		all.Go(func() {
			x := 1.0
			for range 400_000_000 / cores {
				x = x/2 + 1
			}
			runtime.KeepAlive(x)
		})
	}
	all.Wait()
}

func store(b *testing.B, c country) *pgx.Conn {
	db, err := pgx.Connect(b.Context(), pgtest.URL(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close(context.Background()) })
	copyPoints(b, db, "cells", c.cells, c.people)
	copyPoints(b, db, "places", c.places, c.ones)
	return db
}

func copyPoints(b *testing.B, db *pgx.Conn, table string, points []balance.Point, amounts []float64) {
	run(b, db, "create table raw_"+table+" (id int, lon float8, lat float8, people float8)")
	_, err := db.CopyFrom(b.Context(), pgx.Identifier{"raw_" + table}, []string{"id", "lon", "lat", "people"},
		pgx.CopyFromSlice(len(points), func(i int) ([]any, error) {
			return []any{i, points[i].Lon, points[i].Lat, amounts[i]}, nil
		}))
	if err != nil {
		b.Fatal(err)
	}
	run(b, db, "create table "+table+` as select id, people, g::geography geog, ST_Transform(g, 2154) plane
		from raw_`+table+`, ST_SetSRID(ST_MakePoint(lon, lat), 4326) g`)
	run(b, db, "create index on "+table+" using gist (geog)")
	run(b, db, "create index on "+table+" using gist (plane)")
	run(b, db, "analyze "+table)
}

func run(b *testing.B, db *pgx.Conn, sql string) {
	b.Helper()
	if _, err := db.Exec(b.Context(), sql); err != nil {
		b.Fatal(err)
	}
}

func query(b *testing.B, db *pgx.Conn, sql string, arguments ...any) time.Duration {
	return clock(func() { count(b, db, sql, arguments...) })
}

func count(b *testing.B, db *pgx.Conn, sql string, arguments ...any) (n float64) {
	b.Helper()
	if err := db.QueryRow(b.Context(), sql, arguments...).Scan(&n); err != nil {
		b.Fatal(err)
	}
	return n
}

func clock(work func()) time.Duration {
	start := time.Now()
	work()
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	slices.SortFunc(all, cmp.Compare)
	return all[len(all)/2]
}

func ratio(a, b []time.Duration) float64 { return median(a).Seconds() / median(b).Seconds() }
