package indicator

import (
	"context"
	"math"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/geo"
)

// accessAsked is how access is measured where it is computed for a question: as acces-mediation says, so that both say the same.
func (s *Source) accessAsked() (accessParameters, error) {
	d := s.Dataset(accessOf)
	if d == nil || d.Computed == nil {
		return accessParameters{}, noDataset(accessOf)
	}
	return (&computation{Source: s, d: d}).accessParameters()
}

// hasMatrix says whether the instance has a matrix of costs.
func (s *Source) hasMatrix(ctx context.Context) (bool, error) {
	const name = "matrice-couts"
	if s.Dataset(name) == nil {
		return false, nil
	}
	t, err := s.table(ctx, name, dataset.Query{Limit: 1}, "origine")
	return err == nil && len(t.rows) > 0, err
}

// halls is a ground whose origins are town halls, each with all the people of its commune.
func (s *Source) halls(ctx context.Context, p accessParameters, box *geo.BBox) (*ground, error) {
	g := &ground{p: p, at: map[string]int{}}
	if err := g.readCommunes(ctx, s, box); err != nil {
		return nil, err
	}
	if err := g.readPlaces(ctx, s, box); err != nil {
		return nil, err
	}
	for i := range g.communes {
		c := &g.communes[i]
		if c.from, c.to = len(g.people), len(g.people); !math.IsNaN(c.hall.Lon) {
			g.points, g.people = append(g.points, c.hall), append(g.people, c.population)
			c.to++
		}
	}
	g.divide()
	return g, nil
}

// used are the datasets that the places are of.
func (g *ground) used() []string {
	if g.bordered {
		return []string{places, bordering}
	}
	return []string{places}
}

// offering is whether a place has an offer; nil for all places.
func (g *ground) offering(o Offer) func(*accessPlace) bool {
	if o.Slug == "" {
		return nil
	}
	for i, known := range g.offers {
		if Families[known.family] == o.Family && known.slug == o.Slug {
			return func(p *accessPlace) bool { return p.offers&(1<<i) != 0 }
		}
	}
	return func(*accessPlace) bool { return false }
}

// ways are those of all origins to the nearest place of an offer, as they are numbered in the ground.
func (g *ground) ways(o Offer) []way {
	all := make([]way, 0, len(g.people))
	for _, l := range g.lands {
		for _, w := range g.nearest(l, g.costs(l), g.offering(o)) {
			if w.place >= 0 {
				w.place += int32(l.places[0])
			}
			all = append(all, w)
		}
	}
	return all
}

// length is how long a way is: along the line that is asked.
func (w way) length(straight bool) float64 {
	if straight {
		return w.straight
	}
	return w.cost
}

// fromHalls finds the nearest place of each commune's town hall. It is looked for as far as people may ask, and everywhere where it may be farther.
func (s *Source) fromHalls(ctx context.Context, f *facts, t Trip) ([]reachedPlace, error) {
	p, err := s.accessAsked()
	if err != nil {
		return nil, err
	}
	for box := f.around(Farthest); ; box = nil {
		g, err := s.halls(ctx, p, box)
		if err != nil {
			return nil, err
		}
		if found, sure := f.nearest(g, t, box); sure {
			f.used = append(f.used, g.used()...)
			return found, nil
		}
	}
}

// nearest are the places of a ground that was read in a box, nil for all. It is not sure where some place out of the box may be nearer to a
// town hall.
func (f *facts) nearest(g *ground, t Trip, box *geo.BBox) (found []reachedPlace, sure bool) {
	ways := g.ways(t.Offer)
	found = make([]reachedPlace, len(f.communes.rows))
	for i := range found {
		found[i].metres = math.NaN()
		at, there := g.at[f.communes.text(i, "code_insee")]
		if !there || g.communes[at].from == g.communes[at].to {
			continue
		}
		w := ways[g.communes[at].from]
		if box != nil && (w.place < 0 || !covers(box, widened(stretched(nil, g.communes[at].hall), w.straight))) {
			return nil, false
		}
		if w.place >= 0 {
			found[i] = reachedPlace{metres(w.length(t.Straight)).Float(), g.places[w.place].id, g.places[w.place].name}
		}
	}
	return found, true
}

// around is the box of the points of the communes, and so many metres more; nil where they have none.
func (f *facts) around(metres float64) (box *geo.BBox) {
	for i := range f.communes.rows {
		box = stretched(box, balance.Point{Lon: f.points.number(i, "longitude"), Lat: f.points.number(i, "latitude")})
	}
	return widened(box, metres)
}

// widened is a box and so many metres more; nil for none.
func widened(box *geo.BBox, metres float64) *geo.BBox {
	if box == nil {
		return nil
	}
	north := metres / 110_000 // a degree of latitude has at least 110 567 m
	east := north / math.Cos(min(89, max(math.Abs(box.South), math.Abs(box.North))+north)*math.Pi/180)
	return &geo.BBox{West: max(box.West-east, -180), South: max(box.South-north, -90), East: min(box.East+east, 180), North: min(box.North+north, 90)}
}

func stretched(box *geo.BBox, p balance.Point) *geo.BBox {
	switch {
	case math.IsNaN(p.Lon):
		return box
	case box == nil:
		return &geo.BBox{West: p.Lon, South: p.Lat, East: p.Lon, North: p.Lat}
	}
	return &geo.BBox{West: min(box.West, p.Lon), South: min(box.South, p.Lat), East: max(box.East, p.Lon), North: max(box.North, p.Lat)}
}

// codes are where the communes of a question stand, by code.
func (f *facts) codes() map[string]int {
	at := make(map[string]int, len(f.communes.rows))
	for i := range f.communes.rows {
		at[f.communes.text(i, "code_insee")] = i
	}
	return at
}
