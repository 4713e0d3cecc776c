package synthetic

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"sort"

	"github.com/paulmach/orb"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// Immeubles describes a file of premises in the layout of Arcep's "immeubles" (Ma carte fibre, 2026T2): the same
// description and the same communes give the same bytes.
type Immeubles struct {
	Rows    int64
	Seed    uint64
	Outside float64 // share of the points that lie outside their commune's contour
	Changed float64 // share of the rows whose state differs from that of the same file with Changed zero
}

// header is the real file's.
const header = "x,y,imb_id,num_voie,cp_no_voie,type_voie,nom_voie,batiment,code_insee,code_poste,nom_com,catg_loc_imb,imb_etat," +
	"pm_ref,pm_etat,pm_date_mad,code_l331,type_imb,date_completude,date_completude_manquante\n"

// Write streams the file. Départements follow each other; inside one the communes are shuffled, as operators' lists do,
// so no reader may hope for rows in the order of communes. Premises follow the population, fewer to a head in cities.
func (m Immeubles) Write(ctx context.Context, w io.Writer, communes []Commune) (err error) {
	defer fault.Wrap(&err, "synthetic.Immeubles")
	g := &premises{Immeubles: m, random: rand.NewPCG(m.Seed, 1), change: rand.NewPCG(m.Seed, 2)}
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.WriteString(header); err != nil {
		return err
	}
	areas, total := group(communes)
	var before, done int64
	for i := range areas {
		before += areas[i].weight()
		for most := share(m.Rows, before, total); done < most; done++ {
			if done&0xfff == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			row, err := g.row(&areas[i])
			if err != nil {
				return err
			}
			if _, err := out.Write(row); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

func share(rows, part, whole int64) int64 {
	return rows/whole*part + rows%whole*part/whole
}

// area is a département: its places, and by place the weight of all up to it.
type area struct {
	rank   int
	places []place
	upTo   []int64
}

func (a *area) weight() int64 { return a.upTo[len(a.upTo)-1] }

// draw finds a place by a number below the area's weight.
func (a *area) draw(n int64) *place {
	return &a.places[sort.Search(len(a.upTo), func(i int) bool { return a.upTo[i] > n })]
}

// place is a commune with what its rows share.
type place struct {
	Commune
	bound, around  orb.Bound
	name           string // quoted where CSV asks
	operator       operator
	arrondissement int // how many it has
	count          uint32
}

func group(communes []Commune) (areas []area, total int64) {
	for i, c := range communes {
		if i == 0 || dataset.Departement(c.Code) != dataset.Departement(communes[i-1].Code) {
			areas = append(areas, area{rank: len(areas)})
		}
		a := &areas[len(areas)-1]
		weight := premisesOf(c.Population)
		total += weight
		if len(a.upTo) > 0 {
			weight += a.weight()
		}
		a.places, a.upTo = append(a.places, newPlace(c, a.rank)), append(a.upTo, weight)
	}
	return areas, total
}

// premisesOf weighs a commune: where it is large, people share buildings.
func premisesOf(population int64) int64 {
	switch {
	case population < 2_000:
		return population * 10
	case population < 20_000:
		return population * 8
	case population < 100_000:
		return population * 5
	}
	return population * 2
}

func newPlace(c Commune, rank int) place {
	widest := c.Contour[0].Bound()
	for _, polygon := range c.Contour[1:] {
		if b := polygon.Bound(); extent(b) > extent(widest) {
			widest = b
		}
	}
	p := place{Commune: c, bound: widest, around: widest.Pad(max(widest.Max[0]-widest.Min[0], widest.Max[1]-widest.Min[1])),
		name: quoted(c.Name), operator: operatorOf(&c, rank)}
	p.arrondissement = map[string]int{"75056": 20, "69123": 9, "13055": 16}[c.Code]
	return p
}

func extent(b orb.Bound) float64 { return (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]) }

// mostTries to find a point in its commune's box: the thinnest takes hundreds.
const mostTries = 100_000

// point draws one in the commune, or around it and not in it. It is on the grid, so that whoever rounds it again finds it
// on the same side of the contour; its written form has the digits of the real file's.
func (g *premises) point(p *place) (lon, lat float64, err error) {
	outside := g.chance(g.random, g.Outside)
	b := p.bound
	if outside {
		b = p.around
	}
	for range mostTries {
		lon, lat = geo.Snap(g.between(b.Min[0], b.Max[0]), grid), geo.Snap(g.between(b.Min[1], b.Max[1]), grid)
		if inside(p.Contour, lon, lat) != outside {
			return lon + g.between(-0.4*grid, 0.4*grid), lat + g.between(-0.4*grid, 0.4*grid), nil
		}
	}
	return 0, 0, fault.New(fault.Invalid, "commune %s: no point was found in its contour", p.Code)
}

// inside counts the edges to the east of the point; an odd number says yes. orb's own measures each ring first, each time.
func inside(contour orb.MultiPolygon, x, y float64) (odd bool) {
	for _, polygon := range contour {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if (a[1] > y) != (b[1] > y) && float64((b[0]-a[0])*(y-a[1])) > float64((x-a[0])*(b[1]-a[1])) == (b[1] > a[1]) {
					odd = !odd
				}
			}
		}
	}
	return odd
}

// between is exact on every machine: a conversion keeps the compiler from fusing the product and the sum.
func (g *premises) between(low, high float64) float64 {
	u := float64(g.random.Uint64()>>11) / (1 << 53)
	return low + float64(u*(high-low))
}

func (g *premises) chance(from *rand.PCG, share float64) bool {
	return float64(from.Uint64()>>11)/(1<<53) < share
}
