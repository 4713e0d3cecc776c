package indicator

import (
	"context"
	"math"
	"math/bits"
	"strings"

	"maille/internal/schema"
)

// explainDistance is for how far the nearest place is: the mean over where people are.
func explainDistance(ctx context.Context, e *explaining) (float64, error) {
	if e.at.Level != Commune {
		return explainRatio(ctx, e)
	}
	w, err := e.walk(ctx)
	if err != nil || w == nil {
		return math.NaN(), err
	}
	w.origin()
	s := e.step("nearest", "detour", written(w.p.Detour))
	var far mean
	trips, cost := w.nearest(), map[string]float64{}
	for _, r := range trips {
		far.add(r.cost, r.from.people)
		cost[r.from.id] = r.cost
	}
	if w.c.cells {
		w.listPlaces(s, trips, nil, nil)
		w.listMeans(s, w.squares(math.Inf(1)), valueIn(cost), computed("distance", "m"))
	} else {
		w.listTrips(s, trips, nil, nil)
	}
	value := math.Round(far.value()*1e3) / 1e3
	s.result(e.def.Code, value, e.def.Unit, "")
	return value, nil
}

// explainBeyond is for how many people are farther than a radius from any place.
func explainBeyond(radius float64) explainer {
	return func(ctx context.Context, e *explaining) (float64, error) {
		if e.at.Level != Commune {
			return explainSum(ctx, e)
		}
		people, _, err := e.beyond(ctx, radius)
		return people, err
	}
}

// explainWithin is for the share of people who are not.
func explainWithin(radius float64) explainer {
	return func(ctx context.Context, e *explaining) (float64, error) {
		if e.at.Level != Commune {
			return explainRatio(ctx, e)
		}
		beyond, all, err := e.beyond(ctx, radius)
		if err != nil || math.IsNaN(beyond) {
			return math.NaN(), err
		}
		value := e.scaled() * (all - beyond) / all
		s := e.step("within", "beyond", written(beyond), "all", written(all))
		e.x.Formula = e.division(all-beyond, all, value)
		s.result(e.def.Code, value, e.def.Unit, e.x.Formula)
		return value, nil
	}
}

// beyond counts the people of the commune who are beyond a radius, and all of them.
func (e *explaining) beyond(ctx context.Context, radius float64) (people, all float64, err error) {
	w, err := e.walk(ctx)
	if err != nil || w == nil || w.l.places[0] == w.l.places[1] {
		return math.NaN(), math.NaN(), err
	}
	w.origin()
	s := e.step("beyond", "radius", written(radius))
	s.parameter("radius", radius, "m")
	trips := w.nearest()
	all, people = w.inhabitants(), w.inhabitants()
	for _, r := range trips {
		if r.cost <= radius {
			people -= r.from.people
		}
	}
	n, told := w.told(w.c, people)
	e.few = !told
	if w.c.cells {
		w.listBeyond(s, w.squares(radius), n, told)
	} else {
		w.listTrips(s, trips, []Heading{computed("au_dela", "")}, func(r trip) []schema.Value { return []schema.Value{schema.Bool(r.cost > radius)} })
	}
	if !told {
		return math.NaN(), all, nil
	}
	s.result("au_dela", float64(n), "habitants", "")
	return float64(n), all, nil
}

// listBeyond shows how many people of each square are beyond a radius; of all in one row, what is told of the commune.
func (w *walk) listBeyond(s *Step, squares []square, n int64, told bool) {
	w.listSquares(s, squares, []Heading{computed("au_dela", "habitants")}, func(q *square) []schema.Value {
		switch {
		case len(squares) > 1:
			return []schema.Value{schema.Float(q.far)}
		case told:
			return []schema.Value{schema.Int(n)}
		}
		return []schema.Value{{}}
	})
	if t := s.Tables[len(s.Tables)-1]; !told {
		id := "few"
		if !IsFew(n) {
			id = "within"
		}
		t.Few, t.Rows[0].few = "cell."+id, []string{"au_dela"}
		s.Note = explained.Say("note."+id, "few", w.p.Secret, "most", w.p.Secret-1)
	}
}

// explainServices is for how many of the services of the standard are within the middle radius.
func explainServices(ctx context.Context, e *explaining) (float64, error) {
	w, err := e.walk(ctx)
	if err != nil || w == nil || w.l.places[0] == w.l.places[1] {
		return math.NaN(), err
	}
	w.origin()
	s := e.step("services")
	s.parameter("radius", w.p.Radii[mid], "m")
	if e.withheld(s, w.beyondAll(w.p.Radii[mid], nil)) {
		return math.NaN(), nil
	}
	near := w.trips(w.p.Radii[mid])
	column, said := []Heading{computed("services", "")}, func(r trip) []schema.Value { return []schema.Value{w.services(r.place)} }
	var all mean
	of := map[string]float64{}
	for _, o := range w.starts {
		of[o.id] = w.servicesOf(near, o.id)
		all.add(of[o.id], o.people)
	}
	if w.c.cells {
		w.listPlaces(s, near, column, said)
		w.listMeans(s, w.squares(w.p.Radii[mid]), valueIn(of), computed("services", "services"))
	} else {
		w.listTrips(s, near, column, said)
	}
	value := math.Round(all.value()*fine) / fine
	s.result(e.def.Code, value, e.def.Unit, "")
	return value, nil
}

// servicesOf counts those that are within reach of an origin; NaN when places are, and none says its own.
func (w *walk) servicesOf(near []trip, origin string) float64 {
	places, said, has := 0, 0, uint64(0)
	for _, r := range near {
		if r.from.id != origin {
			continue
		}
		places++
		if p := w.at(r.place); p.says[0] {
			said++
			has |= p.offers & w.ofFamily(0)
		}
	}
	if said == 0 && places > 0 {
		return math.NaN()
	}
	return float64(bits.OnesCount64(has))
}

// services are those that a place says, as the dump writes them; null where it says nothing.
func (w *walk) services(place int32) schema.Value {
	p := w.at(place)
	if !p.says[0] {
		return schema.Value{}
	}
	var labels []string
	for i, o := range w.offers {
		if o.family == 0 && p.offers&(1<<i) != 0 {
			labels = append(labels, o.label)
		}
	}
	return schema.Text(strings.Join(labels, "|"))
}

// explainOutside is for the share of the places within the middle radius that are open outside office hours.
func explainOutside(ctx context.Context, e *explaining) (float64, error) {
	w, err := e.walk(ctx)
	if err != nil || w == nil || w.l.places[0] == w.l.places[1] {
		return math.NaN(), err
	}
	w.origin()
	s := e.step("outside")
	s.parameter("radius", w.p.Radii[mid], "m")
	s.parameter("evening", w.p.Evening, "h")
	s.parameter("outside", w.p.Outside, "minutes")
	near := w.trips(w.p.Radii[mid])
	if e.withheld(s, w.beyondAll(w.p.Radii[mid], nil)) || e.withheld(s, w.beyondAll(w.p.Radii[mid], w.opensOutside)) {
		return math.NaN(), nil
	}
	column, said := []Heading{computed("hors_bureau", "minutes")}, func(r trip) []schema.Value {
		if open, told := w.at(r.place).week(); told {
			return []schema.Value{schema.Float(open.outside)}
		}
		return []schema.Value{{}}
	}
	if w.c.cells {
		w.listPlaces(s, near, column, said)
		w.listOutside(s, near)
	} else {
		w.listTrips(s, near, column, said)
	}
	open, places := w.outsideOf(near)
	value := e.scaled() * open / places
	if places == 0 {
		value = math.NaN()
	}
	e.x.Formula = e.division(open, places, value)
	s.result(e.def.Code, value, e.def.Unit, e.x.Formula)
	return value, nil
}

// outsideOf are the means, over the people of the commune, of the places that open outside office hours and of all places. The first is not known
// where every origin has places and none of them says its hours.
func (w *walk) outsideOf(near []trip) (open, places float64) {
	var opens, counts mean
	known := false
	for _, o := range w.starts {
		n, told, outside := 0, 0, 0
		for _, r := range near {
			if r.from.id != o.id {
				continue
			}
			n++
			p := w.at(r.place)
			if _, known := p.week(); known {
				told++
				if w.opensOutside(p) {
					outside++
				}
			}
		}
		counts.add(float64(n), o.people)
		opens.add(float64(outside), o.people)
		known = known || told > 0 || n == 0
	}
	if !known {
		return math.NaN(), counts.value()
	}
	return opens.value(), counts.value()
}

// beyondAll is whether the number of people is told who have none of some places within a radius; nil for all.
func (w *walk) beyondAll(radius float64, which func(*accessPlace) bool) (told bool) {
	far := 0.0
	for _, o := range w.starts {
		near := false
		w.costs.From(o.k, radius, func(place int, _ float64) { near = near || which == nil || which(w.at(int32(place))) })
		if !near {
			far += o.people
		}
	}
	_, told = w.told(w.c, far)
	return told
}

// withheld says of a mean that it would tell of few people, and that it is not given.
func (e *explaining) withheld(s *Step, told bool) bool {
	if !told {
		e.few, s.Note = true, explained.Say("note.withheld", "few", FewPeople)
	}
	return !told
}

// listOutside shows how many places people have, square by square, and how many of these open outside office hours.
func (w *walk) listOutside(s *Step, near []trip) {
	all, open := map[string]float64{}, map[string]float64{}
	for _, o := range w.starts {
		all[o.id], open[o.id] = 0, 0
	}
	for _, r := range near {
		all[r.from.id]++
		if w.opensOutside(w.at(r.place)) {
			open[r.from.id]++
		}
	}
	w.listSquares(s, w.squares(w.p.Radii[mid]), []Heading{computed("ouverts", "lieux"), computed("lieux", "lieux")}, func(q *square) []schema.Value {
		return []schema.Value{schema.Float(q.meanOf(valueIn(open)).value()), schema.Float(q.meanOf(valueIn(all)).value())}
	})
}

// valueIn is what an origin has; NaN of one that has nothing.
func valueIn(of map[string]float64) func(start) float64 {
	return func(o start) float64 {
		if x, known := of[o.id]; known {
			return x
		}
		return math.NaN()
	}
}

// at is a place of the land.
func (w *walk) at(place int32) *accessPlace { return &w.places[w.l.places[0]+int(place)] }
