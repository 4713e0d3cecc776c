package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/geo"
)

// ground is who goes and where to: people at origins, places, and the lands that they are on.
type ground struct {
	p        accessParameters
	offers   []offered
	communes []accessCommune // by land, then code
	at       map[string]int  // by code, where a commune stands
	places   []accessPlace   // by land, then id
	bordered bool            // places beyond the limit are known
	points   []balance.Point // of origins, by commune
	people   []float64       // at each origin, all above 0
	matrix   *roads          // nil where there is none
	lands    []land
}

// accessCommune is what is known of a commune. NaN is what is not.
type accessCommune struct {
	code, departement, domain string
	population                float64
	point, hall               balance.Point
	limit                     float64 // metres, straight, from the point to that of what is known; +Inf for far
	from, to                  int     // its origins
	cells                     bool
}

// accessPlace is a place that has a point.
type accessPlace struct {
	id, name, domain string
	commune          string // "" where it is not known
	point            balance.Point
	week             func() (openings, bool) // read when it is first asked; false where its hours are not understood
	offers           uint64                  // bits of ground.offers
	says             [3]bool
	beyond           bool // the limit: who else may go there is not known
}

// land is a domain: there is no way to another, across a sea.
type land struct {
	communes, origins, places [2]int // from, to
}

var nowhere = balance.Point{Lon: math.NaN(), Lat: math.NaN()}

// ground reads what a source has, in a box of points where there is one. Whatever the order of rows, it is the same.
func (s *Source) ground(ctx context.Context, p accessParameters, box *geo.BBox) (g *ground, err error) {
	g = &ground{p: p, at: map[string]int{}}
	if err := g.readCommunes(ctx, s, box); err != nil {
		return nil, err
	}
	if err := g.readPlaces(ctx, s, box); err != nil {
		return nil, err
	}
	if g.matrix, err = s.roads(ctx, g); err != nil {
		return nil, err
	}
	cells, err := g.readCells(ctx, s, box)
	if err != nil {
		return nil, err
	}
	g.settle(cells)
	g.divide()
	return g, nil
}

func (g *ground) readCommunes(ctx context.Context, s *Source, box *geo.BBox) error {
	t, err := s.table(ctx, "communes-points", dataset.Query{BBox: box}, "code_insee", "code_departement", "population", "domaine",
		"longitude", "latitude", "mairie_longitude", "mairie_latitude", "distance_limite")
	if err != nil {
		return err
	}
	for i := range t.rows {
		c := accessCommune{code: t.text(i, "code_insee"), departement: t.text(i, "code_departement"), domain: t.text(i, "domaine"),
			point: t.point(i, "longitude", "latitude"), hall: t.point(i, "mairie_longitude", "mairie_latitude"),
			population: t.orNaN(i, "population"), limit: math.Inf(1)}
		if metres, near := t.number(i, "distance_limite"); near {
			c.limit = metres
		}
		g.communes = append(g.communes, c)
	}
	slices.SortFunc(g.communes, func(a, b accessCommune) int {
		return cmp.Or(cmp.Compare(a.domain, b.domain), cmp.Compare(a.code, b.code))
	})
	for i := range g.communes {
		g.at[g.communes[i].code] = i
	}
	return nil
}

// orNaN is a cell as a number; NaN where it is null.
func (t *table) orNaN(row int, column string) float64 {
	if x, ok := t.number(row, column); ok {
		return x
	}
	return math.NaN()
}

// point is two cells as a point; nowhere when one is null.
func (t *table) point(row int, longitude, latitude string) balance.Point {
	p := balance.Point{Lon: t.orNaN(row, longitude), Lat: t.orNaN(row, latitude)}
	if p.Lon+p.Lat != p.Lon+p.Lat {
		return nowhere
	}
	return p
}

// divide finds where each land begins and ends.
func (g *ground) divide() {
	for from := 0; from < len(g.communes); {
		domain, to := g.communes[from].domain, from
		for to < len(g.communes) && g.communes[to].domain == domain {
			to++
		}
		first, _ := slices.BinarySearchFunc(g.places, domain, func(p accessPlace, d string) int { return cmp.Compare(p.domain, d) })
		last := first
		for last < len(g.places) && g.places[last].domain == domain {
			last++
		}
		g.lands = append(g.lands, land{[2]int{from, to}, [2]int{g.communes[from].from, g.communes[to-1].to}, [2]int{first, last}})
		from = to
	}
}

// pointsOf are the points of some places of a land.
func (g *ground) pointsOf(l land, which func(*accessPlace) bool) (points []balance.Point, at []int32) {
	for i := l.places[0]; i < l.places[1]; i++ {
		if which == nil || which(&g.places[i]) {
			points, at = append(points, g.places[i].point), append(at, int32(i-l.places[0]))
		}
	}
	return points, at
}
