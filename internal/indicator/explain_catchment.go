package indicator

import (
	"context"
	"math"
	"slices"

	"maille/internal/balance"
	"maille/internal/schema"
)

// explainCatchment is for the floating catchment of a commune: the places in reach, what each has for one of those who reach it, and who
// these are.
func explainCatchment(ctx context.Context, e *explaining) (float64, error) {
	if e.at.Level != Commune {
		return explainRatio(ctx, e)
	}
	w, err := e.walk(ctx)
	if err != nil || w == nil {
		return math.NaN(), err
	}
	steps := w.p.decay(1)
	w.origin(e.step("origin"))
	trips := slices.DeleteFunc(w.trips(steps.Reach()), func(r trip) bool { return w.at(r.place).beyond })
	offer, family := w.offerOf(e.def.Columns.Offer)
	w.listDemand(steps, trips)
	s := e.step("catchment", "per", written(w.p.Per, -1))
	s.parameter("per", w.p.Per, "habitants")
	for _, p := range w.p.Steps {
		s.parameter("step", p.Weight, explained.Say("upto", "metres", written(p.Upto, -1)))
		s.Parameters[len(s.Parameters)-1].Upto = p.Upto
	}
	score, weight := 0.0, 0.0
	by := map[string]*tally{}
	w.listTrips(s, trips, w.tripColumns(family), func(r trip) []schema.Value {
		p := &w.places[w.l.places[0]+int(r.place)]
		counts := offer < 0 || p.offers&(1<<offer) != 0
		ratio, x := w.ratio[r.place], steps.Weight(r.cost)
		t := by[r.from.id]
		if t == nil {
			t = &tally{}
			by[r.from.id] = t
		}
		t.near, t.says = t.near+1, t.says || offer < 0 || p.says[family]
		part := 0.0
		if counts && !math.IsNaN(ratio) {
			part = ratio * x
		}
		t.score += part
		values := []schema.Value{schema.Float(x), schema.Float(ratio), schema.Float(part)}
		if offer >= 0 {
			values = append(values, schema.Bool(counts), schema.Bool(p.says[family]))
		}
		return values
	})
	for _, o := range w.starts {
		t := by[o.id]
		if offer >= 0 && t != nil && t.near > 0 && !t.says {
			continue // nobody knows
		}
		if t != nil {
			score += t.score * o.people
		}
		weight += o.people
	}
	value := math.Round(score/weight*w.p.Per*fine) / fine
	if weight == 0 || !w.supplied(w.l) || offer >= 0 && w.nobodyOffers(offer) {
		value = math.NaN()
	}
	s.result(e.def.Code, value, e.def.Unit, "")
	return value, nil
}

// tally is what an origin has.
type tally struct {
	score float64
	near  int
	says  bool
}

func (w *walk) tripColumns(family int) []Heading {
	columns := []Heading{computed("poids", ""), computed("rapport", ""), computed("part", "")}
	if w.e.def.Columns.Offer != "" {
		columns = append(columns, computed("offre", ""), computed("dit", ""))
	}
	return columns
}

// offerOf is the bit of an offer and its family; -1 of none.
func (w *walk) offerOf(slug string) (offer, family int) {
	i := slices.IndexFunc(w.offers, func(o offered) bool { return o.slug == slug })
	if i < 0 {
		return -1, 0
	}
	return i, w.offers[i].family
}

// nobodyOffers says whether no place of the land has an offer.
func (w *walk) nobodyOffers(offer int) bool {
	for i := w.l.places[0]; i < w.l.places[1]; i++ {
		if w.places[i].offers&(1<<offer) != 0 {
			return false
		}
	}
	return true
}

// listDemand works out what each place in reach has for one of those who reach it: 1 ÷ Σ people × weight.
func (w *walk) listDemand(steps balance.Steps, trips []trip) {
	s := w.e.step("demand")
	t := &Listing{Columns: []Heading{computed("lieu", ""), computed("origine", ""), computed("longitude", "degrés"), computed("latitude", "degrés"),
		computed("habitants", "habitants"), computed("distance", "m"), computed("poids", ""), computed("demande", "habitants")}}
	back := balance.Reversed(w.costs)
	for _, r := range trips {
		if _, done := w.ratio[r.place]; done {
			continue
		}
		demand := 0.0
		id := w.places[w.l.places[0]+int(r.place)].id
		back.From(int(r.place), steps.Reach(), func(k int, cost float64) {
			o := w.l.origins[0] + k
			x := steps.Weight(cost)
			part := w.people[o] * x
			demand += part
			t.Rows = append(t.Rows, Line{ID: w.all[k], Values: []schema.Value{schema.Text(id), schema.Text(w.all[k]), schema.Float(w.points[o].Lon), schema.Float(w.points[o].Lat),
				schema.Float(w.people[o]), schema.Float(cost), schema.Float(x), schema.Float(part)}})
		})
		w.ratio[r.place] = 1 / demand
	}
	w.describe(t, w.demandIs())
	w.e.list(s, t)
}

// demandIs is the dataset of the origins around: cells where any commune has some.
func (w *walk) demandIs() string {
	if w.cells {
		return cellsTable
	}
	return "communes-points"
}
