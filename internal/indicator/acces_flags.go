package indicator

import "slices"

// Why a row says what it says, and no more.
const (
	flagSound      = "ok"
	flagEdge       = "effet_bord"
	flagOutOfReach = "pas_de_point_a_portee"
	flagNobody     = "population_nulle"
	flagUnknown    = "non_renseigne"
	flagEmptyLand  = "lieux_vides"
	flagFew        = "moins_de_11"
)

// fewColumn lists the columns of a row that are null because of few people, allButColumn those of them that count all people but few.
const (
	fewColumn    = "moins_de_11"
	allButColumn = "presque_tous"
)

// fewOf is what stands in sums for a number of the people of a commune that is not told, and its bounds: from 1 to 10, or all but so many.
func fewOf(all float64, allBut bool) (taken, low, high float64) {
	taken, low, high = min(FewTaken, all), min(1, all), min(FewPeople-1, all)
	if allBut {
		return all - taken, all - high, all - low
	}
	return taken, low, high
}

// flag is the gravest thing to know of a commune. Nothing is that its people have none of what is shared out, beside that some of them
// have a place beyond the limit in reach.
func (g *ground) flag(c *accessCommune, nothing, beside bool) string {
	l := g.landOf(c)
	switch {
	case !g.supplied(l):
		return flagEmptyLand
	case c.from == c.to && (c.population != 0 || c.point != c.point):
		return flagUnknown
	case c.from == c.to:
		return flagNobody
	case nothing && !beside:
		return flagOutOfReach
	case beside || g.atEdge(c):
		return flagEdge
	}
	return flagSound
}

// atEdge says whether the catchment of a commune's people crosses the limit of what is known: as the road goes, or straight where
// roads are those of a matrix, which may be straight.
func (g *ground) atEdge(c *accessCommune) bool {
	straight := g.p.Halo / g.p.Detour
	if g.matrix != nil {
		straight = g.p.Halo
	}
	return c.limit < straight
}

// supplied says whether a land has a place that is shared out: one of the instance.
func (g *ground) supplied(l land) bool {
	return slices.ContainsFunc(g.places[l.places[0]:l.places[1]], func(p accessPlace) bool { return !p.beyond })
}

// landOf is the land of a commune.
func (g *ground) landOf(c *accessCommune) land {
	i := g.at[c.code]
	for _, l := range g.lands {
		if i >= l.communes[0] && i < l.communes[1] {
			return l
		}
	}
	return land{}
}
