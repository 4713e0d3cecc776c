package indicator

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"maille/internal/balance"
)

// measured is what a commune's people have. NaN is what is not known, -1 no place.
type measured struct {
	straight, cost, median float64
	place                  int32     // the one that is nearest for most people, by ground.places
	beyond, beyondStraight []float64 // people, by radius
	places                 []float64 // within each radius
	services, hours        float64   // within the middle one
	outside, outsidePlaces float64
	beyondOutside          float64 // people without a place that opens outside office hours within the middle radius
	score                  float64
	beside                 bool // a place beyond the limit is in the catchment of someone
}

// way is how an origin goes to its nearest place, by its number on the land.
type way struct {
	place          int32
	straight, cost float64
}

// measure works out access land by land.
func (g *ground) measure(ctx context.Context) ([]measured, error) {
	found := make([]measured, len(g.communes))
	for _, l := range g.lands {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := g.measureLand(ctx, l, found[l.communes[0]:l.communes[1]]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (g *ground) measureLand(ctx context.Context, l land, found []measured) error {
	costs := g.costs(l)
	access, err := g.catchment(l, costs, g.p.decay(1))
	if err != nil {
		return err
	}
	nearest := g.nearest(l, costs, nil)
	outside := g.nearest(l, costs, g.opensOutside)
	return onCores(ctx, len(found), func(i int) {
		c := &g.communes[l.communes[0]+i]
		r := &reach{g: g, l: l, costs: costs, counts: make([]mean, len(g.p.Radii))}
		m := &found[i]
		m.beyond, m.beyondStraight = make([]float64, len(g.p.Radii)), make([]float64, len(g.p.Radii))
		m.ways(g, c, nearest[c.from-l.origins[0]:c.to-l.origins[0]])
		var score, out mean
		for o := c.from; o < c.to; o++ {
			k := o - l.origins[0]
			score.add(access.Score[k], g.people[o])
			out.add(orUnjoined(outside[k].cost), g.people[o])
			r.from(k, g.people[o])
		}
		m.score, m.outside = score.value()*g.p.Per, out.value()
		for _, counted := range r.counts {
			m.places = append(m.places, counted.value())
		}
		m.beside = r.beside
		m.beyondOutside = r.beyondOutside
		m.services, m.hours, m.outsidePlaces = r.services.value(), r.hours.value(), math.NaN()
		if r.opens {
			m.outsidePlaces = r.outside.value()
		}
	})
}

// catchment is the access of the places of a land, one each. Those beyond the limit have no part in it: who lives about them is not known, so
// that all of each would go to the people of the instance.
func (g *ground) catchment(l land, costs balance.Costs, w balance.Decay) (balance.Access, error) {
	supply := make([]float64, l.places[1]-l.places[0])
	for i := range supply {
		if !g.places[l.places[0]+i].beyond {
			supply[i] = 1
		}
	}
	return balance.Catchment(costs, g.people[l.origins[0]:l.origins[1]], supply, w)
}

func (g *ground) opensOutside(p *accessPlace) bool {
	open, told := p.week()
	return told && open.outside >= g.p.Outside
}

// nearest finds for each origin of a land the nearest of some places, nil for all.
func (g *ground) nearest(l land, costs balance.Costs, which func(*accessPlace) bool) []way {
	points, at := g.pointsOf(l, which)
	origins := g.points[l.origins[0]:l.origins[1]]
	found, metres := balance.NewIndex(points).NearestOf(origins)
	ways := make([]way, len(origins))
	for i := range ways {
		ways[i] = way{-1, metres[i], metres[i] * g.p.Detour}
		if found[i] >= 0 {
			ways[i].place = at[found[i]]
		}
		if g.matrix != nil && g.matrix.of[l.origins[0]+i] >= 0 {
			ways[i].place, ways[i].cost = cheapest(costs, i, at)
		}
	}
	return ways
}

// cheapest is Costs.Cheapest among some places, by rising number.
func cheapest(costs balance.Costs, origin int, among []int32) (place int32, cost float64) {
	place, cost = -1, math.Inf(1)
	costs.From(origin, math.Inf(1), func(to int, c float64) {
		if _, is := slices.BinarySearch(among, int32(to)); is && c < cost {
			place, cost = int32(to), c
		}
	})
	return place, cost
}

// orUnjoined is a cost; NaN for what cannot be gone.
func orUnjoined(cost float64) float64 {
	if math.IsInf(cost, 0) {
		return math.NaN()
	}
	return cost
}

// ways sums up how the people of a commune go to the nearest place. Who has none is beyond all radii, unless nobody has.
func (m *measured) ways(g *ground, c *accessCommune, ways []way) {
	var straight, cost mean
	people := g.people[c.from:c.to]
	costs := make([]float64, len(ways))
	by := map[int32]float64{}
	for i, w := range ways {
		straight.add(orUnjoined(w.straight), people[i])
		cost.add(orUnjoined(w.cost), people[i])
		costs[i] = orUnjoined(w.cost)
		by[w.place] += people[i]
		for k, radius := range g.p.Radii {
			if w.cost > radius {
				m.beyond[k] += people[i]
			}
			if w.straight > radius {
				m.beyondStraight[k] += people[i]
			}
		}
	}
	m.straight, m.cost = straight.value(), cost.value()
	m.median = balance.Quantiles(costs, people, 0.5)[0]
	m.place = mostChosen(by)
}

// mostChosen is the place that is nearest for most people; of several the first.
func mostChosen(by map[int32]float64) int32 {
	chosen := int32(-1)
	for place, people := range by {
		if place >= 0 && (chosen < 0 || cmp.Or(cmp.Compare(by[chosen], people), cmp.Compare(place, chosen)) < 0) {
			chosen = place
		}
	}
	return chosen
}

// reach counts what is within radii of the origins of a commune.
type reach struct {
	g                        *ground
	l                        land
	costs                    balance.Costs
	counts                   []mean
	services, hours, outside mean
	beyondOutside            float64
	opens                    bool // some origin knows when a place opens, or has none
	beside                   bool
}

// from counts what an origin reaches. Places that say nothing are unknown: when all that are near say nothing, so is the sum. Those that open
// outside office hours are a part of all places, of the same people: where none says its hours they are none, as long as one does elsewhere.
func (r *reach) from(origin int, people float64) {
	near := make([]int, len(r.counts))
	var told, said, outside int
	var services uint64
	var minutes float64
	radii, catchment := r.g.p.Radii, r.g.p.Steps[len(r.g.p.Steps)-1].Upto
	r.costs.From(origin, r.g.p.farthest(), func(place int, cost float64) {
		for k := range radii {
			if cost <= radii[k] {
				near[k]++
			}
		}
		p := &r.g.places[r.l.places[0]+place]
		r.beside = r.beside || p.beyond && cost <= catchment
		if cost > radii[mid] {
			return
		}
		if p.says[0] {
			said++
			services |= p.offers
		}
		if open, known := p.week(); known {
			told++
			minutes += open.minutes
		}
		if r.g.opensOutside(p) {
			outside++
		}
	})
	for k := range near {
		r.counts[k].add(float64(near[k]), people)
	}
	if said > 0 || near[mid] == 0 {
		r.services.add(float64(bits.OnesCount64(services&r.g.ofFamily(0))), people)
	}
	if told > 0 || near[mid] == 0 {
		r.hours.add(minutes/60, people)
		r.opens = true
	}
	r.outside.add(float64(outside), people)
	if outside == 0 {
		r.beyondOutside += people
	}
}

// onCores does some work for each number below n, a few at a time on each core. What it makes goes in its place.
func onCores(ctx context.Context, n int, work func(i int)) error {
	const block = 32
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 1+n/block) {
		all.Go(func() {
			for ctx.Err() == nil {
				low := int(next.Add(block)) - block
				if low >= n {
					return
				}
				for i := low; i < min(low+block, n); i++ {
					work(i)
				}
			}
		})
	}
	all.Wait()
	return ctx.Err()
}
