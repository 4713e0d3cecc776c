package indicator

import (
	"context"
	"math"

	"maille/internal/fault"
)

// Reach is how many people of a territory have a place within a radius.
type Reach struct {
	Territory Territory
	Trip      Trip
	Radius    float64 // m, that distance included
	All       Count
	Within    Count // communes of which all people have a place
	Beyond    Count // communes of which nobody has
	People    int64 // who have a place
	Far       int64 // who have none
	Unknown   Count // communes whose point or population is not known
	Uncertain int64 // of Far, those nearer to the limit of what the instance knows than the radius
	Partial   Count // communes where only the list of France services is known
	Places    int   // in the territory
	Around    int   // outside, that are the nearest of somebody and within the radius
	Published []Published
	Origin    string // carreaux, point, mairie, limite
	Used      []string
	facts     *facts
	rows      []reached
	ground    *ground // nil where tables say it
	lengths   []way   // of the ground's origins
}

// Published is how many people tables count beyond a radius.
type Published struct {
	Radius float64
	Beyond int64
}

// reached is a commune: its people, those who have a place within the radius, and the nearest place. NaN is null.
type reached struct {
	people, within, metres float64
	place, title, flag     string
	uncertain              bool
}

// MostCommunes is how many communes a computation that is made when asked may be about: more than a département has, less than France.
const MostCommunes = 2000

// Farthest is the greatest radius, in metres. Around is how far beyond a territory places are looked for at least.
const (
	Farthest = 50_000
	around   = 20_000
)

// Reach counts people within a radius, for a territory of at most MostCommunes communes.
func (s *Source) Reach(ctx context.Context, t Territory, trip Trip, radius float64) (_ *Reach, err error) {
	defer fault.Wrap(&err, "indicator.Reach")
	q := &Question{Territory: t, Trip: trip}
	if err := q.Check(); err != nil {
		return nil, err
	}
	r := &Reach{Territory: t, Trip: trip, Radius: radius, facts: &facts{}}
	f := r.facts
	if f.communes, err = s.few(ctx, t); err != nil {
		return nil, err
	}
	f.used = []string{"communes"}
	if f.points, err = f.join(ctx, s, q, pointsOf, true, nil, pointColumns...); err != nil {
		return nil, err
	}
	if f.access, err = f.join(ctx, s, q, accessOf, true, nil, accessColumns()...); err != nil {
		return nil, err
	}
	if trip.From == FromLimit {
		r.fromLimit()
	} else if err := r.fromOrigins(ctx, s); err != nil {
		return nil, err
	}
	r.count()
	r.published()
	r.Used = f.used
	return r, nil
}

// few reads the communes of a territory that has not too many.
func (s *Source) few(ctx context.Context, t Territory) (*table, error) {
	communes, err := s.members(ctx, t, "nom", "nom_epci", "population")
	if err != nil {
		return nil, err
	}
	if n := len(communes.rows); n > MostCommunes {
		return nil, fault.New(fault.Invalid, "territoire: it has %d communes, and this is computed for at most %d: ask for a département", n, MostCommunes).About("territoire")
	}
	return communes, nil
}

// fromLimit reads distances from boundaries, which are of the whole commune.
func (r *Reach) fromLimit() {
	r.Origin = string(FromLimit)
	for i := range r.facts.communes.rows {
		row := reached{people: r.facts.population(i), metres: r.facts.access.number(i, "distance_limite"), within: math.NaN(), flag: "non_renseigne"}
		switch {
		case row.people == 0:
			row.within, row.flag = 0, "population_nulle"
		case math.IsNaN(row.metres) || math.IsNaN(row.people):
		case row.metres <= r.Radius:
			row.within, row.flag = row.people, "ok"
		default:
			row.within, row.flag = 0, "ok"
		}
		r.rows = append(r.rows, row)
	}
}

// fromOrigins looks for the places that are near where people live, or town halls.
func (r *Reach) fromOrigins(ctx context.Context, s *Source) error {
	p, err := s.accessAsked()
	if err != nil {
		return err
	}
	box := r.facts.around(max(r.Radius, around))
	read := s.ground
	if r.Origin = "point"; r.Trip.From == FromTownHall {
		read, r.Origin = s.halls, string(FromTownHall)
	}
	if r.ground, err = read(ctx, p, box); err != nil {
		return err
	}
	r.facts.used = append(r.facts.used, r.ground.used()...)
	r.lengths = r.ground.ways(r.Trip.Offer)
	for i := range r.facts.communes.rows {
		r.rows = append(r.rows, r.commune(i))
	}
	r.Places, r.Around = r.near()
	return nil
}

// commune counts the people of a commune, origin by origin.
func (r *Reach) commune(i int) reached {
	g, row := r.ground, reached{people: r.facts.population(i), within: math.NaN(), metres: math.NaN(), flag: "non_renseigne"}
	if row.people == 0 {
		row.within, row.flag = 0, "population_nulle"
		return row
	}
	at, there := g.at[r.facts.communes.text(i, "code_insee")]
	if !there || g.communes[at].from == g.communes[at].to || math.IsNaN(row.people) {
		return row
	}
	c := &g.communes[at]
	if c.cells && r.Trip.From == FromPeople {
		r.Origin = "carreaux"
	}
	row.within, row.flag = 0, "ok"
	var far mean
	by := map[int32]float64{}
	for o := c.from; o < c.to; o++ {
		length := r.lengths[o].length(r.Trip.Straight)
		if length <= r.Radius {
			row.within += g.people[o]
		}
		far.add(length, g.people[o])
		by[r.lengths[o].place] += g.people[o]
	}
	// Beyond the box some place that was not read may be nearer.
	if row.metres = far.value(); row.metres > max(r.Radius, around) {
		row.metres, row.flag = math.NaN(), "pas_de_point_a_portee"
	} else if place := mostChosen(by); place >= 0 {
		row.place, row.title = g.places[place].id, g.places[place].name
	}
	return row
}

// near counts the places of the territory, and those outside that somebody of it has within the radius, and none nearer.
func (r *Reach) near() (inside, around int) {
	g, offered := r.ground, r.ground.offering(r.Trip.Offer)
	ours, used := r.facts.codes(), map[int32]bool{}
	for i := range g.communes {
		if _, is := ours[g.communes[i].code]; !is {
			continue
		}
		for o := g.communes[i].from; o < g.communes[i].to; o++ {
			if w := r.lengths[o]; w.place >= 0 && w.length(r.Trip.Straight) <= r.Radius {
				used[w.place] = true
			}
		}
	}
	for k := range g.places {
		p := &g.places[k]
		if _, is := ours[p.commune]; is && (offered == nil || offered(p)) {
			inside++
		} else if !is && used[int32(k)] {
			around++
		}
	}
	return inside, around
}

// count sums what rows say.
func (r *Reach) count() {
	for i := range r.rows {
		row := &r.rows[i]
		r.All.add(row.people)
		if r.facts.partial(i) {
			r.Partial.add(row.people)
		}
		if math.IsNaN(row.within) {
			r.Unknown.add(row.people)
			continue
		}
		within, beyond := whole(row.within), whole(row.people-row.within)
		r.People, r.Far = r.People+within, r.Far+beyond
		switch {
		case row.people == 0:
		case beyond == 0:
			r.Within.add(row.people)
		case within == 0:
			r.Beyond.add(row.people)
		}
		limit := r.facts.points.number(i, "distance_limite") * r.detour()
		if row.uncertain = beyond > 0 && limit < r.Radius && !r.facts.bordered(i); row.uncertain {
			r.Uncertain += beyond
		}
	}
}

func (r *Reach) detour() float64 {
	if r.ground == nil || r.Trip.Straight {
		return 1
	}
	return r.ground.p.Detour
}

// published sums what tables count beyond their own radii, of the same places from the same origins.
func (r *Reach) published() {
	if r.Trip.From != FromPeople || !r.Trip.Offer.IsAny() {
		return
	}
	for _, radius := range Radii {
		sum := 0.0
		for i := range r.rows {
			if x := r.facts.access.number(i, beyondColumn(radius, r.Trip.Straight)); !math.IsNaN(x) {
				sum += x
			}
		}
		r.Published = append(r.Published, Published{radius, whole(sum)})
	}
}

// whole is a number of people; 0 of null.
func whole(x float64) int64 {
	if math.IsNaN(x) {
		return 0
	}
	return int64(math.Round(x))
}
