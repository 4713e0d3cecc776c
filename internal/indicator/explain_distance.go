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
	w.origin(e.step("origin"))
	s := e.step("nearest", "detour", written(w.p.Detour, -1))
	var far mean
	trips := w.nearest()
	w.listTrips(s, trips, nil, nil)
	for _, r := range trips {
		far.add(r.cost, r.from.people)
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
		s := e.step("within", "beyond", written(beyond, -1), "all", written(all, -1))
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
	w.origin(e.step("origin"))
	s := e.step("beyond", "radius", written(radius, -1))
	s.parameter("radius", radius, "m")
	trips := w.nearest()
	w.listTrips(s, trips, []Heading{computed("au_dela", "")}, func(r trip) []schema.Value { return []schema.Value{schema.Bool(r.cost > radius)} })
	all = w.inhabitants()
	people = all
	for _, r := range trips {
		if r.cost <= radius {
			people -= r.from.people
		}
	}
	n, told := w.told(w.c, people)
	if !told {
		return math.NaN(), all, nil
	}
	s.result("au_dela", float64(n), "habitants", "")
	return float64(n), all, nil
}

// explainServices is for how many of the services of the standard are within the middle radius.
func explainServices(ctx context.Context, e *explaining) (float64, error) {
	w, err := e.walk(ctx)
	if err != nil || w == nil || w.l.places[0] == w.l.places[1] {
		return math.NaN(), err
	}
	w.origin(e.step("origin"))
	s := e.step("services")
	s.parameter("radius", w.p.Radii[mid], "m")
	near := w.trips(w.p.Radii[mid])
	w.listTrips(s, near, []Heading{computed("services", "")}, func(r trip) []schema.Value { return []schema.Value{w.services(r.place)} })
	var all mean
	for _, o := range w.starts {
		all.add(w.servicesOf(near, o.id), o.people)
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
	w.origin(e.step("origin"))
	s := e.step("outside")
	s.parameter("radius", w.p.Radii[mid], "m")
	s.parameter("evening", w.p.Evening, "h")
	s.parameter("outside", w.p.Outside, "minutes")
	near := w.trips(w.p.Radii[mid])
	w.listTrips(s, near, []Heading{computed("hors_bureau", "minutes")}, func(r trip) []schema.Value {
		if p := w.at(r.place); p.told {
			return []schema.Value{schema.Float(p.open.outside)}
		}
		return []schema.Value{{}}
	})
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
			if p := w.at(r.place); p.told {
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

// at is a place of the land.
func (w *walk) at(place int32) *accessPlace { return &w.places[w.l.places[0]+int(place)] }
