package indicator

import (
	"context"
	"math"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// shared are the columns that a row has from the communes.
var shared = []string{"code_insee", "nom", "code_epci", "nom_epci", "code_departement", "code_region", "population"}

// accessRows gives a row for each commune, in the order of codes, whose contours are read one at a time.
func (c *computation) accessRows(ctx context.Context, g *ground, found []measured) error {
	communes := c.Dataset("communes")
	columns := make([]int, len(shared))
	for i, name := range shared {
		columns[i] = communes.Schema.Index(name)
	}
	partial, err := c.partial(ctx)
	if err != nil {
		return err
	}
	near := g.placeIndexes()
	q := dataset.Query{Sort: []dataset.Sort{{Column: "code_insee"}}, Geometry: dataset.AsWKB, Columns: rising(columns)}
	for f, err := range c.Features(ctx, "communes", q) {
		if err != nil {
			return err
		}
		r := c.row()
		for i, name := range shared {
			r.set(name, f.Values[columns[i]])
		}
		r.f.WKB = f.WKB
		code := f.Values[columns[0]].Text()
		if i, known := g.at[code]; known {
			g.setAccess(r, &g.communes[i], &found[i])
			g.setFixed(r, &g.communes[i], near, f.WKB)
		} else {
			r.set("drapeau", schema.Text(flagUnknown))
		}
		if known, ok := partial[code]; ok {
			r.set("offre_partielle", schema.Bool(known))
		}
		if err := r.send(); err != nil {
			return err
		}
	}
	return nil
}

// partial says of each commune whether only the list of France services is known in its département: offre-communes counts no place there.
func (c *computation) partial(ctx context.Context) (map[string]bool, error) {
	t, err := c.table(ctx, "offre-communes", dataset.Query{}, "code_insee", "med_lieux")
	if err != nil {
		return nil, err
	}
	partial := make(map[string]bool, len(t.rows))
	for i := range t.rows {
		partial[strings.Clone(t.text(i, "code_insee"))] = t.value(i, "med_lieux").IsNull()
	}
	return partial, nil
}

// metres is a distance to the millimetre, which is more than is known, and the same on every machine.
func metres(x float64) schema.Value { return rounded(x, 1e3) }

// rounded is a number to so many parts of a unit.
func rounded(x, parts float64) schema.Value { return schema.Float(math.Round(x*parts) / parts) }

// fine is for means and scores.
const fine = 1e12

// setAccess writes what the people of a commune have.
func (g *ground) setAccess(r *row, c *accessCommune, m *measured) {
	flag := g.flag(c, m.score == 0, m.beside)
	r.set("drapeau", schema.Text(flag))
	r.set("origines", schema.Int(int64(c.to-c.from)))
	if c.from == c.to {
		return
	}
	r.set("origine", schema.Text(map[bool]string{true: "carreaux", false: "point"}[c.cells]))
	r.set("part_effet_bord", schema.Float(map[bool]float64{true: 100, false: 0}[g.atEdge(c)]))
	r.set("voisins_connus", schema.Bool(g.bordered))
	l := g.landOf(c)
	if l.places[0] == l.places[1] {
		return
	}
	if m.place >= 0 {
		p := &g.places[l.places[0]+int(m.place)]
		r.set("lieu_proche", schema.Text(p.id))
		r.set("lieu_proche_nom", schema.Text(p.name))
	}
	r.set("distance_vol", metres(m.straight))
	r.set("distance", metres(m.cost))
	r.set("distance_mediane", metres(m.median))
	g.setReach(r, c, m)
	if flag != flagEmptyLand {
		r.set("e2sfca", rounded(m.score, fine))
	}
	r.set("hors_bureau_distance", metres(m.outside))
}

func km(metres float64) string { return strconv.FormatFloat(metres/1000, 'f', -1, 64) + "km" }

// setReach writes how many people are beyond each radius, and what people have within it. Where the first is of few people the others are not told
// either: the mean of what is 0 or 1 is a share of people.
func (g *ground) setReach(r *row, c *accessCommune, m *measured) {
	u := &untold{g: g, r: r, c: c}
	for k, radius := range g.p.Radii {
		told := u.people("pop_au_dela_"+km(radius), m.beyond[k])
		u.mean("lieux_"+km(radius), m.places[k], told)
		if k == mid {
			_, outside := g.told(c, m.beyondOutside)
			u.mean("services_10km", m.services, told)
			u.mean("heures_10km", m.hours, told)
			u.mean("hors_bureau_lieux_10km", m.outsidePlaces, told && outside)
		}
	}
	for k, radius := range g.p.Radii {
		u.people("pop_au_dela_"+km(radius)+"_vol", m.beyondStraight[k])
	}
	r.list(fewColumn, u.columns)
	r.list(allButColumn, u.allBut)
}

// untold is the columns of a row that few people leave empty, and of these the numbers of all people but few.
type untold struct {
	g               *ground
	r               *row
	c               *accessCommune
	columns, allBut []string
}

func (u *untold) people(column string, people float64) (told bool) {
	n, told := u.g.told(u.c, people)
	if told {
		u.r.set(column, schema.Int(n))
		return true
	}
	u.columns = append(u.columns, column)
	if !u.g.few(u.c, people) {
		u.allBut = append(u.allBut, column)
	}
	return false
}

func (u *untold) mean(column string, x float64, told bool) {
	switch {
	case told:
		u.r.set(column, rounded(x, fine))
	case !math.IsNaN(x):
		u.columns = append(u.columns, column)
	}
}

// list writes items; null without any.
func (r *row) list(column string, items []string) {
	if len(items) > 0 {
		r.set(column, schema.Joined(strings.Join(items, "|")))
	}
}

// told is a number of the people of a commune, whole; not told where they are few, or all others are.
func (g *ground) told(c *accessCommune, people float64) (n int64, told bool) {
	return g.toldOf(c, people, c.population)
}

func (g *ground) toldOf(c *accessCommune, people, all float64) (n int64, told bool) {
	n = whole(people)
	return n, !g.few(c, people) && !g.few(c, all-float64(n))
}

// few says whether so many people, counted on cells, are too few to be told (balance.md section 8: under 11).
func (g *ground) few(c *accessCommune, people float64) bool {
	n := whole(people)
	return c.cells && n > 0 && n < g.p.Secret
}
