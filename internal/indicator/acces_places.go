package indicator

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// offered is an offer of the national standard; its place in ground.offers is its bit in a place.
type offered struct {
	family      int // of Families
	label, slug string
}

// bordering is the dataset of places beyond the limit of the instance.
const bordering = "lieux-voisins"

// readPlaces reads the places that have a point: those of the instance, and those beyond its limit that it knows.
func (g *ground) readPlaces(ctx context.Context, s *Source, box *geo.BBox) error {
	d := s.Dataset(places)
	if d == nil {
		return noPlaces()
	}
	if err := g.readOffers(d); err != nil {
		return err
	}
	nearest := g.nearestCommune()
	for _, name := range []string{places, bordering} {
		if s.Dataset(name) == nil {
			continue
		}
		if err := g.readPlacesOf(ctx, s, name, box, nearest); err != nil {
			return err
		}
	}
	slices.SortFunc(g.places, func(a, b accessPlace) int {
		return cmp.Or(cmp.Compare(a.domain, b.domain), cmp.Compare(a.id, b.id), ownFirst(a.beyond, b.beyond))
	})
	return nil
}

// readPlacesOf reads the places of a dataset. What one does not say is not known of it.
func (g *ground) readPlacesOf(ctx context.Context, s *Source, name string, box *geo.BBox, nearest func(balance.Point) string) error {
	q := dataset.Query{BBox: box, Located: box != nil, Geometry: dataset.AsWKB} // the point: columns may have more decimals
	t, err := s.table(ctx, name, q, "id", "nom", "code_insee", "horaires", "modalites_acces",
		families["service"], families["public"], families["programme"])
	if err != nil {
		return err
	}
	for i := range t.rows {
		lon, lat, somewhere := geo.PointOf(t.wkb[i])
		if !somewhere || receivesNobody(t.text(i, "modalites_acces")) {
			continue
		}
		p := accessPlace{id: t.text(i, "id"), name: t.text(i, "nom"), point: pointAt(lon, lat), beyond: name == bordering}
		hours := strings.Clone(t.text(i, "horaires"))
		p.week = sync.OnceValues(func() (openings, bool) { return readHours(hours, int(g.p.Evening*60)) })
		p.commune = t.text(i, "code_insee")
		p.domain = domainOf(p.commune)
		if p.commune == "" {
			p.domain = nearest(p.point)
		}
		for f, family := range Families {
			said := t.value(i, families[family])
			p.says[f] = !said.IsNull()
			p.offers |= g.offersIn(f, said.Text())
		}
		g.places = append(g.places, p)
		g.bordered = g.bordered || p.beyond
	}
	return nil
}

// receivesNobody says whether a place declares that people are not received there, and no declaration of it says that they are.
func receivesNobody(modes string) bool {
	said := strings.Split(modes, "|")
	return slices.Contains(said, "Ce lieu n'accueille pas de public") && !slices.Contains(said, "Se présenter")
}

func ownFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// nearestCommune gives the land of the commune whose point is nearest, for a place whose commune is not known.
func (g *ground) nearestCommune() func(balance.Point) string {
	points := make([]balance.Point, len(g.communes))
	for i := range points {
		points[i] = g.communes[i].point
	}
	index := balance.NewIndex(points)
	return func(p balance.Point) string {
		if i, _ := index.Nearest(p); i >= 0 {
			return g.communes[i].domain
		}
		return ""
	}
}

// readOffers takes the offers from the vocabulary of places.
func (g *ground) readOffers(d *dataset.Dataset) error {
	for f, family := range Families {
		for _, label := range LabelsOf(d, family) {
			g.offers = append(g.offers, offered{f, label, slugOf(label)})
		}
	}
	if len(g.offers) > bits.UintSize {
		return fault.New(fault.Invalid, "schemas/%s: %d offers, more than %d", d.Descriptor.Schema, len(g.offers), bits.UintSize).About(d.Name)
	}
	return nil
}

// offersIn are the bits of the offers of a family that a list has.
func (g *ground) offersIn(family int, list string) (set uint64) {
	for item := range strings.SplitSeq(list, "|") {
		for i, o := range g.offers {
			if o.family == family && o.label == item {
				set |= 1 << i
			}
		}
	}
	return set
}

// ofFamily are the bits of all offers of a family.
func (g *ground) ofFamily(family int) (set uint64) {
	for i, o := range g.offers {
		if o.family == family {
			set |= 1 << i
		}
	}
	return set
}
