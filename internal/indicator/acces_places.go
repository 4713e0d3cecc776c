package indicator

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"strings"

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

// readPlaces reads the places that have a point. What one does not say is not known of it.
func (g *ground) readPlaces(ctx context.Context, s *Source, box *geo.BBox) error {
	d := s.Dataset(places)
	if d == nil {
		return noPlaces()
	}
	if err := g.readOffers(d); err != nil {
		return err
	}
	q := dataset.Query{BBox: box, Located: box != nil, Geometry: dataset.AsWKB} // the point: columns may have more decimals
	t, err := s.table(ctx, places, q, "id", "nom", "code_insee", "horaires",
		families["service"], families["public"], families["programme"])
	if err != nil {
		return err
	}
	nearest := g.nearestCommune()
	for i := range t.rows {
		lon, lat, somewhere := geo.PointOf(t.wkb[i])
		if !somewhere {
			continue
		}
		p := accessPlace{id: t.text(i, "id"), name: t.text(i, "nom"), point: pointAt(lon, lat)}
		p.open, p.told = readHours(t.text(i, "horaires"), int(g.p.Evening*60))
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
	}
	slices.SortFunc(g.places, func(a, b accessPlace) int {
		return cmp.Or(cmp.Compare(a.domain, b.domain), cmp.Compare(a.id, b.id))
	})
	return nil
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
