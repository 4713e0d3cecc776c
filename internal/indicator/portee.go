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
	Unknown   Count // communes and people of which it is not known
	Uncertain int64 // of Far, those nearer to the limit of what the instance knows than the radius
	Partial   Count // communes where only the list of France services is known
	Places    int   // in the territory
	Around    int   // outside, that are the nearest of somebody and within the radius
	Published []Published
	Origin    string // carreaux, where any commune has some; point, mairie, limite
	Pointed   int    // communes of which all people are at one point
	Used      []string
	facts     *facts
	rows      []reached
	ground    *ground      // nil where tables say it
	lengths   []way        // of the ground's origins
	unsaid    map[int]bool // origins of which it is not known
}

// Published is how many people tables count beyond a radius, but for communes of which they do not say it.
type Published struct {
	Radius float64
	Beyond int64
	Unsaid int
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
	return r, nil
}

// columns are those of acces-mediation that the answer needs.
func (r *Reach) columns() []string {
	columns := []string{"origines", "distance", "distance_limite", "drapeau", "voisins_connus", "offre_partielle"}
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
		if row.unsaid > 0 {
			r.Unknown.add(row.unsaid)
		}
		within, beyond := row.near(), row.far()
		r.People, r.Far = r.People+within, r.Far+beyond
		switch {
		case row.people == 0 || row.unsaid > 0:
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

// secret says whether one of the sums is of too few people to be told, who live in cells.
func (r *Reach) secret() bool {
	return r.Origin == "carreaux" && (IsFew(r.People) || IsFew(r.Far) || IsFew(r.Unknown.People))
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
		sum, unsaid := 0.0, 0
		for i := range r.rows {
			if x := r.facts.access.number(i, beyondColumn(radius, r.Trip.Straight)); !math.IsNaN(x) {
				sum += x
			} else if r.rows[i].people != 0 {
				unsaid++
			}
		}
		r.Published = append(r.Published, Published{radius, whole(sum), unsaid})
	}
}

// whole is a number of people; 0 of null.
func whole(x float64) int64 {
	if math.IsNaN(x) {
		return 0
	}
	return int64(math.Round(x))
}
