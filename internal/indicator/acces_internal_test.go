package indicator

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"maille/internal/balance"
)

func usual() accessParameters {
	return accessParameters{Detour: 1.3, Radii: []float64{5000, 10000, 20000}, Per: 10000, Halo: 15000, Evening: 18, Outside: 30, Secret: 11,
		Steps: []step{{5000, 1}, {10000, 0.68}, {15000, 0.22}}}
}

func TestAccessParameters(t *testing.T) {
	for name, change := range map[string]func(*accessParameters){
		"radii that fall": func(p *accessParameters) { p.Radii = []float64{5000, 4000} },
		"one radius":      func(p *accessParameters) { p.Radii = p.Radii[:1] },
		"steps that fall": func(p *accessParameters) { p.Steps = []step{{5000, 1}, {5000, 0.5}} },
		"a weight of 2":   func(p *accessParameters) { p.Steps = []step{{5000, 2}} },
		"an endless one":  func(p *accessParameters) { p.Radii[2] = math.Inf(1) },
	} {
		p := usual()
		if change(&p); p.rising() && len(p.Radii) > mid {
			t.Errorf("%s goes", name)
		}
	}
	if p := usual(); !p.rising() {
		t.Error("the usual ones do not")
	}
}

// country is a ground of communes around a lattice, each of so many cells, and places in some of them.
func country(communes, cells, places int) *ground {
	r := rand.New(rand.NewPCG(7, 11))
	g := &ground{p: usual(), at: map[string]int{}}
	side := int(math.Ceil(math.Sqrt(float64(communes))))
	all := make([]cell, 0, communes*cells)
	for i := range communes {
		lon, lat := -4+12*float64(i%side)/float64(side), 42+8*float64(i/side)/float64(side)
		code := fmt.Sprintf("%05d", i)
		g.at[code] = i
		g.communes = append(g.communes, accessCommune{code: code, domain: "metropole", point: pointAt(lon, lat), population: 2000, hall: nowhere, limit: math.Inf(1)})
		for range cells {
			all = append(all, cell{lon + 0.05*r.Float64(), lat + 0.04*r.Float64(), 1 + 40*r.Float64(), int32(i), -1})
		}
	}
	for i := range places {
		c := &g.communes[r.IntN(communes)]
		g.places = append(g.places, accessPlace{id: fmt.Sprintf("%06d", i), domain: "metropole", week: func() (openings, bool) { return openings{1800, 60}, i%2 == 0 },
			point: pointAt(c.point.Lon+0.05*r.Float64(), c.point.Lat+0.04*r.Float64())})
	}
	g.settle(all)
	g.divide()
	return g
}

// TestAccessOfCells holds people on cells to sums over all pairs.
func TestAccessOfCells(t *testing.T) {
	g := country(60, 5, 40)
	found, err := g.measure(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	straight := func(o, p int) float64 { return balance.Distance(g.points[o], g.places[p].point) }
	demand := make([]float64, len(g.places))
	w := g.p.decay(1)
	for p := range g.places {
		for o := range g.points {
			demand[p] += g.people[o] * w.Weight(1.3*straight(o, p))
		}
	}
	for i, c := range g.communes {
		var near, score, distance, beyond float64
		for o := c.from; o < c.to; o++ {
			nearest := math.Inf(1)
			for p := range g.places {
				d := 1.3 * straight(o, p)
				nearest = min(nearest, d)
				if d <= 10000 {
					near += g.people[o]
				}
				if demand[p] > 0 {
					score += g.people[o] * w.Weight(d) / demand[p]
				}
			}
			distance += g.people[o] * nearest
			if nearest > 5000 {
				beyond += g.people[o]
			}
		}
		m := found[i]
		for what, d := range map[string]float64{"places": m.places[mid] - near/2000, "score": m.score/10000 - score/2000, "distance": (m.cost - distance/2000) / 1000, "beyond": m.beyond[0] - beyond} {
			if math.Abs(d) > 1e-6 {
				t.Errorf("%s: %s is %g off", c.code, what, d)
			}
		}
		if c.to-c.from != 5 || !c.cells {
			t.Errorf("%s has %d origins", c.code, c.to-c.from)
		}
	}
}

// BenchmarkAccessOfFrance is a country of 35 000 communes, 2.3 million cells and 15 000 places.
func BenchmarkAccessOfFrance(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		began := time.Now()
		g := country(35000, 66, 15000)
		made := time.Since(began)
		runtime.GC()
		runtime.ReadMemStats(&before)
		found, err := g.measure(context.Background())
		if err != nil || len(found) != 35000 {
			b.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric((time.Since(began) - made).Seconds(), "s")
		b.ReportMetric(float64(before.HeapAlloc)/(1<<20), "MiB-ground")
		b.ReportMetric(float64(after.HeapSys)/(1<<20), "MiB-heap")
	}
}
