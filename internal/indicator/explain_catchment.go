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
	w.origin()
	trips := slices.DeleteFunc(w.trips(steps.Reach()), func(r trip) bool { return w.at(r.place).beyond })
	offer, family := w.offerOf(e.def.Columns.Offer)
	w.listDemand(steps, trips)
	s := e.step("catchment", "per", written(w.p.Per))
	s.parameter("per", w.p.Per, "habitants")
	for _, p := range w.p.Steps {
		s.parameter("step", p.Weight, explained.Say("upto", "metres", written(p.Upto)))
		s.Parameters[len(s.Parameters)-1].Upto = p.Upto
	}
	offers := func(r trip) []schema.Value {
		if offer < 0 {
			return nil
		}
		return []schema.Value{schema.Bool(w.offersIt(r.place, offer)), schema.Bool(w.at(r.place).says[family])}
	}
	score, weight := 0.0, 0.0
	by := w.shares(steps, trips, offer, family)
	if w.c.cells {
		w.listPlaces(s, trips, append([]Heading{computed("rapport", "")}, w.offerColumns()...), func(r trip) []schema.Value {
			return append([]schema.Value{schema.Float(w.ratio[r.place])}, offers(r)...)
		})
		w.listMeans(s, w.squares(steps.Reach()), valueIn(by), computed("acces", ""))
	} else {
		w.listTrips(s, trips, append([]Heading{computed("poids", ""), computed("rapport", ""), computed("part", "")}, w.offerColumns()...), func(r trip) []schema.Value {
			x := steps.Weight(r.cost)
			return append([]schema.Value{schema.Float(x), schema.Float(w.ratio[r.place]), schema.Float(w.share(r, x, offer))}, offers(r)...)
		})
	}
	for _, o := range w.starts {
		if part, known := by[o.id]; known {
			score += part * o.people
			weight += o.people
		}
	}
	value := math.Round(score/weight*w.p.Per*fine) / fine
	if weight == 0 || !w.supplied(w.l) || offer >= 0 && w.nobodyOffers(offer) {
		value = math.NaN()
	}
	s.result(e.def.Code, value, e.def.Unit, "")
	return value, nil
}

// shares are what each origin has of the places in its reach; none of one where no place says whether it has the offer.
func (w *walk) shares(steps balance.Steps, trips []trip, offer, family int) map[string]float64 {
	by, near, says := map[string]float64{}, map[string]bool{}, map[string]bool{}
	for _, r := range trips {
		id := r.from.id
		near[id], says[id] = true, says[id] || offer < 0 || w.at(r.place).says[family]
		by[id] += w.share(r, steps.Weight(r.cost), offer)
	}
	for _, o := range w.starts {
		switch {
		case !near[o.id]:
			by[o.id] = 0
		case !says[o.id]:
			delete(by, o.id)
		}
	}
	return by
}

// share is what a place has for one who goes there.
func (w *walk) share(r trip, weight float64, offer int) float64 {
	if ratio := w.ratio[r.place]; w.offersIt(r.place, offer) && !math.IsNaN(ratio) {
		return ratio * weight
	}
	return 0
}

// offersIt says whether a place has an offer; -1 is what all have.
func (w *walk) offersIt(place int32, offer int) bool {
	return offer < 0 || w.at(place).offers&(1<<offer) != 0
}

func (w *walk) offerColumns() []Heading {
	if w.e.def.Columns.Offer == "" {
		return nil
	}
	return []Heading{computed("offre", ""), computed("dit", "")}
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

// listDemand works out what each place in reach has for one of those who reach it: 1 ÷ Σ people × weight. Where some of these are of cells, a place
// is one row.
func (w *walk) listDemand(steps balance.Steps, trips []trip) {
	s := w.e.step("demand")
	t := &Listing{Columns: []Heading{computed("lieu", ""), computed("origine", ""), computed("longitude", "degrés"), computed("latitude", "degrés"),
		computed("habitants", "habitants"), computed("distance", "m"), computed("poids", ""), computed("demande", "habitants")}}
	if w.cells {
		s.Formula, s.Note = explained.Say("formula.demand.cells"), explained.Say("note.demand")
		t = w.placeListing([]Heading{computed("origines", ""), computed("demande", "habitants"), computed("rapport", "")})
	}
	back := balance.Reversed(w.costs)
	for _, r := range trips {
		if _, done := w.ratio[r.place]; done {
			continue
		}
		demand, origins := 0.0, int64(0)
		back.From(int(r.place), steps.Reach(), func(k int, cost float64) {
			x := steps.Weight(cost)
			demand, origins = demand+w.people[w.l.origins[0]+k]*x, origins+1
			if !w.cells {
				t.Rows = append(t.Rows, w.demandLine(r.place, k, cost, x))
			}
		})
		w.ratio[r.place] = 1 / demand
		if w.cells {
			line := w.placeLine(r.place)
			line.Values = append(line.Values, schema.Int(origins), schema.Float(demand), schema.Float(1/demand))
			t.Rows = append(t.Rows, line)
		}
	}
	w.describe(t, map[bool]string{true: places, false: "communes-points"}[w.cells])
	w.e.list(s, t)
}

// demandLine is who goes to a place from a point.
func (w *walk) demandLine(place int32, k int, cost, weight float64) Line {
	o := w.l.origins[0] + k
	return Line{ID: w.all[k], Values: []schema.Value{schema.Text(w.at(place).id), schema.Text(w.all[k]), schema.Float(w.points[o].Lon), schema.Float(w.points[o].Lat),
		schema.Float(w.people[o]), schema.Float(cost), schema.Float(weight), schema.Float(w.people[o] * weight)}}
}
