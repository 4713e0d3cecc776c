package indicator

import (
	"context"
	_ "embed"
	"math"

	"maille/internal/balance"
	"maille/internal/fault"
	"maille/internal/geo"
)

// Scenario is where more places would bring most people within a radius, one after the other. It is neither a forecast nor advice.
type Scenario struct {
	Reach      *Reach // before
	Candidates Departure
	Asked      int // places to add
	Steps      []ScenarioStep
	communes   *table
}

// ScenarioStep is a place that the scenario adds.
type ScenarioStep struct {
	commune int // position among the communes
	point   balance.Point
	Gained  int64 // people who have a place within the radius, and had none
	Total   int64 // who have one: those before, and all that were gained
}

// MostSteps is how many places a scenario may add.
const MostSteps = 20

// Scenario adds at most n places, each at the representative point of a commune of the territory, or at its town hall.
func (s *Source) Scenario(ctx context.Context, t Territory, trip Trip, radius float64, candidates Departure, n int) (_ *Scenario, err error) {
	defer fault.Wrap(&err, "indicator.Scenario")
	before, err := s.Reach(ctx, t, trip, radius)
	if err != nil {
		return nil, err
	}
	sc := &Scenario{Reach: before, Candidates: candidates, Asked: n, communes: before.facts.communes}
	sc.cover()
	return sc, nil
}

// cover chooses the places: only the people of the territory count.
func (sc *Scenario) cover() {
	r := sc.Reach
	g, detour := r.ground, 1.0
	if !r.Trip.Straight {
		detour = g.p.Detour
	}
	var people []float64
	var from, to []balance.Point
	var communes []int
	ours := r.facts.codes()
	for i := range g.communes {
		c := &g.communes[i]
		at, is := ours[c.code]
		if !is {
			continue
		}
		if p := c.candidate(sc.Candidates); !math.IsNaN(p.Lon) {
			to, communes = append(to, p), append(communes, at)
		}
		row := &r.rows[at]
		weight := float64(row.counts().far) / row.beyond // those who have no place are as many as the answer before counts
		for o := c.from; o < c.to; o++ {
			if math.IsNaN(row.beyond) || r.unsaid[o] || r.lengths[o].length(r.Trip.Straight) <= r.Radius {
				continue // they have a place, or may have one
			}
			from, people = append(from, g.points[o]), append(people, weight*g.people[o])
		}
	}
	total, gained := r.People, 0.0
	for _, gain := range balance.Cover(balance.Straight(from, to, detour), people, make([]bool, len(from)), r.Radius, sc.Asked) {
		if whole(gain.Gained) < FewPeople {
			break // those after it gain no more
		}
		gained += gain.Gained
		before := total
		total = r.People + whole(gained)
		sc.Steps = append(sc.Steps, ScenarioStep{communes[gain.Place], to[gain.Place], total - before, total})
	}
}

// candidate is where a place may be in a commune.
func (c *accessCommune) candidate(at Departure) balance.Point {
	if at == FromTownHall {
		return c.hall
	}
	return c.point
}

//go:embed scenario.schema.json
var scenarioSchema []byte

// Answer is a row for each place, in the order in which the scenario adds them.
func (sc *Scenario) Answer() *Answer {
	a := answered("scenario", "rang", "Point", scenarioSchema)
	for k, step := range sc.Steps {
		r := a.add()
		r.number("rang", float64(k+1), 0)
		r.commune(sc.communes, step.commune)
		r.number("gain", float64(step.Gained), 0)
		if !sc.Reach.secret() {
			r.number("cumul", float64(step.Total), 0)
		}
		r.number("longitude", step.point.Lon, 7)
		r.number("latitude", step.point.Lat, 7)
		r.f.GeoJSON = geo.AppendPointJSON(nil, step.point.Lon, step.point.Lat)
	}
	return a
}
