package indicator

import (
	"context"
	"math"
	"slices"

	"maille/internal/balance"
	"maille/internal/geo"
)

// fromOrigins looks for the places that are near where people live, or town halls.
func (r *Reach) fromOrigins(ctx context.Context, s *Source) error {
	p, err := s.accessAsked()
	if err != nil {
		return err
	}
	read := s.ground
	if r.Origin = "point"; r.Trip.From == FromTownHall {
		read, r.Origin = s.halls, string(FromTownHall)
	}
	// People live about the points of their communes, sometimes farther than was thought.
	for box := r.facts.around(r.looked()); ; {
		if r.ground, err = read(ctx, p, box); err != nil {
			return err
		}
		wanted := r.wanted()
		if box == nil || wanted == nil || covers(box, wanted) {
			break
		}
		box = joinedBox(box, wanted)
	}
	r.facts.used = append(r.facts.used, r.ground.used()...)
	if r.ground.matrix != nil {
		r.facts.used = append(r.facts.used, "matrice-couts")
	}
	r.lengths = r.ground.ways(r.Trip.Offer)
	r.unsaid = map[int]bool{}
	quiet := r.silence()
	for i := range r.facts.communes.rows {
		r.rows = append(r.rows, r.commune(i, quiet))
	}
	r.Places, r.Around = r.near()
	return nil
}

// looked is how far around people places are looked for.
func (r *Reach) looked() float64 { return max(r.Radius, around) }

// sprawl is farther than people live from the point of their commune.
const sprawl = 60_000

// wanted is the box that has all that may count: what is around the origins of the territory, once all of them were read.
func (r *Reach) wanted() *geo.BBox {
	var box *geo.BBox
	margin := r.looked() / r.detour()
	for i := range r.facts.communes.rows {
		at, there := r.ground.at[r.facts.communes.text(i, "code_insee")]
		if !there {
			continue
		}
		c := &r.ground.communes[at]
		for o := c.from; o < c.to; o++ {
			box = stretched(box, r.ground.points[o])
		}
		if all := r.facts.access.number(i, "origines"); r.Trip.From == FromPeople && all > float64(c.to-c.from) {
			margin = max(margin, sprawl+r.looked())
		}
	}
	return widened(box, margin)
}

func covers(box, other *geo.BBox) bool {
	return box.West <= other.West && box.South <= other.South && box.East >= other.East && box.North >= other.North
}

func joinedBox(a, b *geo.BBox) *geo.BBox {
	return &geo.BBox{West: min(a.West, b.West), South: min(a.South, b.South), East: max(a.East, b.East), North: max(a.North, b.North)}
}

// commune counts the people of a commune, origin by origin.
func (r *Reach) commune(i int, quiet func(c *accessCommune, origin int) bool) reached {
	g, row := r.ground, reached{people: r.facts.population(i), beyond: math.NaN(), metres: math.NaN(), flag: "non_renseigne"}
	if row.people == 0 {
		row.beyond, row.flag = 0, "population_nulle"
		return row
	}
	at, there := g.at[r.facts.communes.text(i, "code_insee")]
	if !there || g.communes[at].from == g.communes[at].to || math.IsNaN(row.people) {
		return row
	}
	if r.nobodySays(i) {
		row.flag = flagEmptyLand
		return row
	}
	c := &g.communes[at]
	if row.cells = c.cells; c.cells {
		r.Origin = "carreaux"
	} else if r.Trip.From == FromPeople {
		r.Pointed++
	}
	r.people(&row, c, quiet)
	return row
}

// people counts them, and finds the place that is nearest for most.
func (r *Reach) people(row *reached, c *accessCommune, quiet func(c *accessCommune, origin int) bool) {
	g := r.ground
	var far mean
	longest, known := 0.0, false
	by := map[int32]float64{}
	row.beyond, row.flag = 0, flagSound
	for o := c.from; o < c.to; o++ {
		length := r.lengths[o].length(r.Trip.Straight)
		switch {
		case length <= r.Radius:
			known = true
		case quiet(c, o):
			row.unsaid, r.unsaid[o] = row.unsaid+g.people[o], true
		default:
			row.beyond, known = row.beyond+g.people[o], true
		}
		far.add(length, g.people[o])
		longest = max(longest, length)
		by[r.lengths[o].place] += g.people[o]
	}
	switch {
	case !known:
		row.beyond, row.unsaid, row.flag = math.NaN(), 0, flagUnknown
	case row.unsaid > 0:
		row.flag = "partiel"
	}
	// Beyond the box some place that was not read may be nearer.
	if longest > r.looked() {
		if row.flag == flagSound {
			row.flag = flagOutOfReach
		}
	} else if row.metres = far.value(); mostChosen(by) >= 0 {
		place := &g.places[mostChosen(by)]
		row.place, row.title = place.id, place.name
	}
}

// nobodySays says whether no place of a commune's side of the sea is known, or none that has the offer: that is not to be without.
func (r *Reach) nobodySays(i int) bool {
	f := r.facts
	if r.Trip.Offer.Slug != "" {
		flag := f.offers.text(i, "drapeau")
		return flag == "" || flag == flagEmptyLand
	}
	return f.access.text(i, "drapeau") == flagEmptyLand && math.IsNaN(f.access.number(i, "distance"))
}

// silence tells the origins that have places within the radius, of which none says anything of the family of the offer: whether they have
// it is not known, as in acces-mediation-offres.
func (r *Reach) silence() func(c *accessCommune, origin int) bool {
	if r.Trip.Offer.Slug == "" {
		return func(*accessCommune, int) bool { return false }
	}
	g, family := r.ground, slices.Index(Families, r.Trip.Offer.Family)
	costs := make(map[land]balance.Costs, len(g.lands))
	for _, l := range g.lands {
		if costs[l] = g.costs(l); r.Trip.Straight {
			points, _ := g.pointsOf(l, nil)
			costs[l] = balance.Straight(g.points[l.origins[0]:l.origins[1]], points, 1)
		}
	}
	return func(c *accessCommune, origin int) bool {
		l := g.landOf(c)
		var near said
		costs[l].From(origin-l.origins[0], r.Radius, func(place int, _ float64) { near.add(&g.places[l.places[0]+place]) })
		return near.unknown(family)
	}
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
