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
	g.setBeyond(r, c, m)
	for k, radius := range g.p.Radii {
		r.set("lieux_"+km(radius), rounded(m.places[k], fine))
	}
	r.set("services_10km", rounded(m.services, fine))
	r.set("heures_10km", rounded(m.hours, fine))
	if flag != flagEmptyLand {
		r.set("e2sfca", rounded(m.score, fine))
	}
	r.set("hors_bureau_distance", metres(m.outside))
	r.set("hors_bureau_lieux_10km", rounded(m.outsidePlaces, fine))
}

func km(metres float64) string { return strconv.FormatFloat(metres/1000, 'f', -1, 64) + "km" }

// setBeyond writes how many people are beyond each radius, and which numbers are not told apart.
func (g *ground) setBeyond(r *row, c *accessCommune, m *measured) {
	var secret []string
	write := func(column string, people float64) {
		n, told := g.told(c, people)
		if !told {
			secret = append(secret, column)
			return
		}
		r.set(column, schema.Int(n))
	}
	for k, radius := range g.p.Radii {
		write("pop_au_dela_"+km(radius), m.beyond[k])
	}
	for k, radius := range g.p.Radii {
		write("pop_au_dela_"+km(radius)+"_vol", m.beyondStraight[k])
	}
	if len(secret) > 0 {
		r.set("moins_de_11", schema.Joined(strings.Join(secret, "|")))
	}
}

// told is a number of people, whole; not told when it is of cells and small (balance.md section 8: under 11).
func (g *ground) told(c *accessCommune, people float64) (n int64, told bool) {
	n = int64(math.Round(people))
	return n, !c.cells || n == 0 || n >= g.p.Secret
}
