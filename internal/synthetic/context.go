package synthetic

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
)

// WriteContext writes a file of what makes the needs of communes, in the layout of Maille's own schema. What Insee keeps secret of a
// small commune is "s" in it.
func WriteContext(w io.Writer, seed uint64, communes []Commune) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "code_insee,part_65_plus,taux_pauvrete,part_sans_diplome,part_sans_thd,part_sans_4g,ifn,revenu_median,densite,source,millesime")
	for _, c := range communes {
		random := rand.New(rand.NewPCG(seed, seedOf(c.Code)))
		between := func(low, high float64) float64 { return low + float64(random.Float64()*(high-low)) }
		older, unschooled, lacking, mobile, fragile := between(10, 40), between(5, 40), between(0, 30), between(0, 5), between(1, 9)
		poverty, income := fmt.Sprintf("%.1f", between(4, 30)), fmt.Sprintf("%.0f", between(16_000, 40_000))
		if c.Population < 1000 {
			poverty, income = "s", "s"
		}
		fmt.Fprintf(out, "%s,%.1f,%s,%.1f,%.1f,%.1f,%.1f,%s,%d,inventé,2021\n", c.Code, older, poverty, unschooled, lacking, mobile, fragile, income, density(c.Population))
	}
	return out.Flush()
}

// density is a degree of Insee's grid that a commune of such a population may have.
func density(population int64) int {
	for i, least := range []int64{50_000, 20_000, 8_000, 4_000, 1_500, 300} {
		if population >= least {
			return i + 1
		}
	}
	return 7
}

// Stop is where a trip begins or ends.
type Stop struct {
	ID       string
	Lon, Lat float64
}

// WriteCosts writes a matrix of costs in the layout of Maille's own schema: from each origin to the places within some metres
// in a straight line, by roads that are half as long again and driven at 50 km/h.
func WriteCosts(w io.Writer, origins, places []Stop, within float64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	fmt.Fprintln(out, "origine,lieu,metres,minutes")
	for _, o := range origins {
		for _, p := range places {
			straight := geo.DistanceHaversine(orb.Point{o.Lon, o.Lat}, orb.Point{p.Lon, p.Lat})
			if straight > within {
				continue
			}
			fmt.Fprintf(out, "%s,%s,%.0f,%.1f\n", o.ID, p.ID, straight*1.5, straight*1.5*60/50_000)
		}
	}
	return out.Flush()
}
