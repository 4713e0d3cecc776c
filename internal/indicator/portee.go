package indicator

import (
	"context"
	"math"

	"maille/internal/dataset"
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
	Least     int64 // of Far, and Most: they differ where few people, whose number is not told, count as so many
	Most      int64
	Taken     int   // communes of which a number is not told
	Unknown   Count // communes and people of which it is not known
	Uncertain int64 // of Far, those nearer to the limit of what the instance knows than the radius
	Partial   Count // communes where only the list of France services is known
	Places    int   // in the territory
	Around    int   // outside, that are the nearest of somebody and within the radius
	Published []Published
	Origin    string // carreaux, where any commune has some; point, mairie, limite
	Pointed   int    // communes of which all people are at one point
	Known     *Known // nil without places
	Used      []string
	facts     *facts
	rows      []reached
	ground    *ground      // nil where tables say it
	lengths   []way        // of the ground's origins
	unsaid    map[int]bool // origins of which it is not known
}

// Published is how many people tables count beyond a radius, but for communes of which it is not known. Taken are those of which the
// number is not told, for which the bounds are.
type Published struct {
	Radius        float64
	Beyond        int64
	Least, Most   int64
	Unsaid, Taken int
}

// reached is a commune: its people, those who have no place within the radius, those of whom it is not known, and the nearest place. NaN is
// null: beyond of a commune of which nothing is known.
type reached struct {
	people, beyond, unsaid, metres float64
	place, title, flag             string
	cells, uncertain               bool
}

// near and far are whole numbers of people: with those of whom it is not known, they are all.
func (r *reached) near() int64 { return whole(r.people) - r.far() - whole(r.unsaid) }
func (r *reached) far() int64  { return whole(r.beyond) }

// secret says whether one of the numbers is of too few people to be told, who live in cells: the others would tell it.
func (r *reached) secret() bool {
	return r.cells && (IsFew(r.near()) || IsFew(r.far()) || IsFew(whole(r.unsaid)))
}

// counts is how sums count the people of a commune: those who have a place, who have none, who may have one. least and most are the bounds of far.
type counts struct{ near, far, unsaid, least, most int64 }

// counts are the numbers themselves; where they are not told, what stands for few people, and all others. They are all people.
func (r *reached) counts() counts {
	all, near, far, unsaid := whole(r.people), r.near(), r.far(), whole(r.unsaid)
	if !r.secret() {
		return counts{near, far, unsaid, far, far}
	}
	c := counts{near, far, unsaid, far, far}
	low, high := unsaid, unsaid
	if IsFew(unsaid) {
		c.unsaid, low, high = few(all)
	}
	switch rest := all - c.unsaid; {
	case IsFew(far):
		c.far, c.least, c.most = few(all)
		c.far = min(c.far, rest)
		c.near = rest - c.far
	case IsFew(near):
		taken, least, most := few(all)
		c.near = min(taken, rest)
		c.far, c.least, c.most = rest-c.near, max(0, all-high-most), all-low-least
	case near >= far:
		c.near = rest - far
	default:
		c.far, c.least, c.most = rest-near, all-high-near, all-low-near
	}
	return c
}

// few is what stands for few people of so many, and its bounds.
func few(all int64) (taken, least, most int64) {
	x, low, high := fewOf(float64(all), false)
	return int64(x), int64(low), int64(high)
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
	if f.access, err = f.join(ctx, s, q, accessOf, true, nil, r.columns()...); err != nil {
		return nil, err
	}
	if slug := trip.Offer.Slug; slug != "" {
		if f.offers, err = f.join(ctx, s, q, offersOf, true, []dataset.Equal{{Column: "offre", Value: slug}}, "drapeau"); err != nil {
			return nil, err
		}
	}
	if trip.From == FromLimit {
		r.fromLimit()
	} else if err := r.fromOrigins(ctx, s); err != nil {
		return nil, err
	}
	r.count()
	r.published()
	r.Used = f.used
	if r.Known, err = s.knownPlaces(ctx, f, trip.Offer); err != nil {
		return nil, err
	}
	f.part, err = s.partial(ctx, t)
	return r, err
}

// columns are those of acces-mediation that the answer needs.
func (r *Reach) columns() []string {
	columns := []string{"origines", "distance", "distance_limite", "drapeau", "voisins_connus", "offre_partielle", fewColumn, allButColumn}
	for _, radius := range Radii {
		columns = append(columns, beyondColumn(radius, r.Trip.Straight))
	}
	return columns
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
		row := reached{people: r.facts.population(i), metres: r.facts.access.number(i, "distance_limite"), beyond: math.NaN(), flag: "non_renseigne"}
		switch {
		case row.people == 0:
			row.beyond, row.flag = 0, "population_nulle"
		case math.IsNaN(row.metres) || math.IsNaN(row.people):
		case row.metres <= r.Radius:
			row.beyond, row.flag = 0, "ok"
		default:
			row.beyond, row.flag = row.people, "ok"
		}
		r.rows = append(r.rows, row)
	}
}

// count sums what rows say.
func (r *Reach) count() {
	for i := range r.rows {
		row := &r.rows[i]
		r.All.add(row.people)
		if r.facts.partial(i) {
			r.Partial.add(row.people)
		}
		if math.IsNaN(row.beyond) {
			r.Unknown.add(row.people)
			continue
		}
		c := row.counts()
		if row.unsaid > 0 {
			r.Unknown.add(float64(c.unsaid))
		}
		if row.secret() {
			r.Taken++
		}
		r.People, r.Far, r.Least, r.Most = r.People+c.near, r.Far+c.far, r.Least+c.least, r.Most+c.most
		switch {
		case row.people == 0 || row.unsaid > 0:
		case row.far() == 0:
			r.Within.add(row.people)
		case row.near() == 0:
			r.Beyond.add(row.people)
		}
		limit := r.facts.points.number(i, "distance_limite") * r.detour()
		if row.uncertain = row.far() > 0 && limit < r.Radius && !r.facts.bordered(i); row.uncertain {
			r.Uncertain += c.far
		}
	}
}

// secret says whether one of the sums is of too few people to be told, who live in cells.
func (r *Reach) secret() bool {
	return r.Origin == "carreaux" && (fewIn(r.People, r.Taken) || fewIn(r.Far, r.Taken) || fewIn(r.Unknown.People, r.Taken))
}

// fewIn says whether a sum is of few people, in which so many numbers of few people count: two may be more.
func fewIn(sum int64, taken int) bool { return IsFew(sum) && taken < 2 }

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
		p, column := Published{Radius: radius}, beyondColumn(radius, r.Trip.Straight)
		for i := range r.rows {
			switch x := r.facts.access.number(i, column); {
			case !math.IsNaN(x):
				p.add(x, x, x)
			case r.facts.access.lists(i, fewColumn, column):
				p.add(fewOf(r.rows[i].people, r.facts.access.lists(i, allButColumn, column)))
				p.Taken++
			case r.rows[i].people != 0:
				p.Unsaid++
			}
		}
		r.Published = append(r.Published, p)
	}
}

func (p *Published) add(taken, low, high float64) {
	p.Beyond, p.Least, p.Most = p.Beyond+whole(taken), p.Least+whole(low), p.Most+whole(high)
}

// whole is a number of people; 0 of null.
func whole(x float64) int64 {
	if math.IsNaN(x) {
		return 0
	}
	return int64(math.Round(x))
}
