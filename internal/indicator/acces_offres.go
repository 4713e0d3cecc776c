package indicator

import (
	"context"
	"fmt"
	"math"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/schema"
)

// measuredOffer is what a commune's people have of an offer.
type measuredOffer struct {
	straight, cost float64
	places, score  mean
	beyond         float64 // people who know of none within the middle radius
	near, beside   bool    // some place that offers it is in reach of someone, or one beyond the limit
}

// measureOffers works out the access to each offer that some place says it has; by offer, then commune.
func (g *ground) measureOffers(ctx context.Context) ([][]measuredOffer, error) {
	found := make([][]measuredOffer, len(g.offers))
	for i := range found {
		found[i] = make([]measuredOffer, len(g.communes))
	}
	for _, l := range g.lands {
		costs := g.costs(l)
		access, err := g.catchment(l, costs, g.p.decay(1))
		if err != nil {
			return nil, err
		}
		if err := g.reachOffers(ctx, l, costs, &access, found); err != nil {
			return nil, err
		}
		for i := range g.offers {
			if err := g.nearestOffers(ctx, i, l, costs, found[i]); err != nil {
				return nil, err
			}
			if err := g.balanced(i, l, &access, found[i]); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// nearestOffers finds the nearest place of an offer for the people of a land.
func (g *ground) nearestOffers(ctx context.Context, offer int, l land, costs balance.Costs, found []measuredOffer) error {
	ways := g.nearest(l, costs, func(p *accessPlace) bool { return p.offers&(1<<offer) != 0 })
	return onCores(ctx, l.communes[1]-l.communes[0], func(i int) {
		c, m := &g.communes[l.communes[0]+i], &found[l.communes[0]+i]
		var straight, cost mean
		for o := c.from; o < c.to; o++ {
			w := ways[o-l.origins[0]]
			straight.add(orUnjoined(w.straight), g.people[o])
			cost.add(orUnjoined(w.cost), g.people[o])
		}
		m.straight, m.cost = straight.value(), cost.value()
	})
}

// reachOffers counts the places of each offer within reach of people, and what is theirs of them: the part of each place that the
// catchment of all places gives an inhabitant.
func (g *ground) reachOffers(ctx context.Context, l land, costs balance.Costs, access *balance.Access, found [][]measuredOffer) error {
	w := g.p.decay(1)
	return onCores(ctx, l.communes[1]-l.communes[0], func(i int) {
		c := &g.communes[l.communes[0]+i]
		for o := c.from; o < c.to; o++ {
			near := &nearOffers{g: g, count: make([]float64, len(g.offers)), score: make([]float64, len(g.offers))}
			costs.From(o-l.origins[0], max(g.p.Radii[mid], w.Reach()), func(place int, cost float64) {
				near.add(&g.places[l.places[0]+place], cost, w.Weight(cost), access.Ratio[place])
			})
			for k := range g.offers {
				near.into(k, &found[k][l.communes[0]+i], g.people[o])
			}
		}
	})
}

// nearOffers is what an origin reaches.
type nearOffers struct {
	g            *ground
	count, score []float64 // by offer
	counted      said      // within the middle radius
	weighed      said      // within the catchment
	beside       uint64    // offers of places beyond the limit that are within the catchment
}

// said is how many places are near, and how many of them say what they have, by family.
type said struct {
	all    int
	spoken [3]int
}

func (s *said) add(p *accessPlace) {
	s.all++
	for f, says := range p.says {
		if says {
			s.spoken[f]++
		}
	}
}

// unknown says whether places are near and none of them says anything of a family.
func (s *said) unknown(family int) bool { return s.all > 0 && s.spoken[family] == 0 }

func (n *nearOffers) add(p *accessPlace, cost, weight, ratio float64) {
	within := cost <= n.g.p.Radii[mid]
	if within {
		n.counted.add(p)
	}
	switch {
	case weight > 0 && p.beyond:
		n.beside |= p.offers
	case weight > 0:
		n.weighed.add(p)
	}
	for k := range n.g.offers {
		if p.offers&(1<<k) == 0 {
			continue
		}
		if within {
			n.count[k]++
		}
		if weight > 0 && !math.IsNaN(ratio) {
			n.score[k] += ratio * weight
		}
	}
}

func (n *nearOffers) into(offer int, m *measuredOffer, people float64) {
	family := n.g.offers[offer].family
	if !n.counted.unknown(family) {
		m.places.add(n.count[offer], people)
		if n.count[offer] == 0 {
			m.beyond += people
		}
	}
	m.beside = m.beside || n.beside&(1<<offer) != 0
	if !n.weighed.unknown(family) {
		m.score.add(n.score[offer], people)
		m.near = m.near || n.score[offer] > 0
	}
}

// balanced holds what people have of an offer to the number of its places that someone reaches.
func (g *ground) balanced(offer int, l land, access *balance.Access, found []measuredOffer) error {
	served, supply := 0.0, 0.0
	for i := l.communes[0]; i < l.communes[1]; i++ {
		served += found[i].score.sum
	}
	for i, ratio := range access.Ratio {
		if p := &g.places[l.places[0]+i]; !p.beyond && p.offers&(1<<offer) != 0 && !math.IsNaN(ratio) {
			supply++
		}
	}
	if !(math.Abs(served-supply) <= 1e-9*supply) {
		return fmt.Errorf("the catchment of %s gives %g of a supply of %g", g.offers[offer].slug, served, supply)
	}
	return nil
}

// offerRows gives a row for each commune, in the order of codes, and each offer that some place of the instance says it has.
func (c *computation) offerRows(ctx context.Context, g *ground, found [][]measuredOffer) error {
	var anyone uint64
	for i := range g.places {
		anyone |= g.places[i].offers
	}
	q := dataset.Query{Sort: []dataset.Sort{{Column: "code_insee"}}}
	t, err := c.table(ctx, "communes-points", q, "code_insee", "code_departement", "population")
	if err != nil {
		return err
	}
	for i := range t.rows {
		at := g.at[t.text(i, "code_insee")]
		for k := range g.offers {
			if anyone&(1<<k) == 0 {
				continue
			}
			r := c.row()
			for _, column := range []string{"code_insee", "code_departement", "population"} {
				r.set(column, t.value(i, column))
			}
			g.setOffer(r, k, &g.communes[at], &found[k][at])
			if err := r.send(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *ground) setOffer(r *row, offer int, c *accessCommune, m *measuredOffer) {
	o := g.offers[offer]
	r.set("offre", schema.Text(o.slug))
	r.set("famille", schema.Text(Families[o.family]))
	r.set("libelle", schema.Text(o.label))
	flag := g.flag(c, !m.near, m.beside)
	nobody := math.IsNaN(m.straight) && math.IsNaN(m.cost) // offers it on this land
	switch {
	case c.from == c.to || flag == flagEmptyLand:
	case nobody:
		flag = flagEmptyLand
	case math.IsNaN(m.score.value()):
		flag = flagUnknown
	}
	if c.from < c.to && !nobody {
		r.set("distance_vol", metres(m.straight))
		r.set("distance", metres(m.cost))
		if flag != flagEmptyLand {
			r.set("e2sfca", rounded(m.score.value()*g.p.Per, fine))
		}
		switch n, told := g.toldOf(c, m.beyond, m.places.weight); {
		case m.places.weight == 0: // whoever is near says nothing: that is not without
		case told:
			r.set("lieux_10km", rounded(m.places.value(), fine))
			r.set("pop_au_dela_10km", schema.Int(n))
		default:
			flag = flagFew
		}
	}
	r.set("drapeau", schema.Text(flag))
}
