package indicator

import (
	"context"
	"math"
	"strconv"

	"maille/internal/balance"
	"maille/internal/dataset"
)

// networkClasses are those of the rate of coverage, by fixed breaks.
var networkClasses = []string{"non_couvert", "en_retard", "avance", "acheve"}

func networkClass(rate float64, breaks []float64) string {
	if at := classOf(rate, breaks); at >= 0 {
		return networkClasses[at]
	}
	return ""
}

// classes cross the network with the offer, which is measured against the median of the instance's people.
func (w *weighing) classes(context.Context) error {
	w.median = balance.Quantiles(w.number("med_acces_2sfca"), w.number("population"), 0.5)[0]
	x := axes{w.p.Network, w.p.NetworkAxis, w.p.AccessAxis, w.median}
	rate, access, people := w.number("thd_taux_raccordable"), w.number("med_acces_2sfca"), w.number("population")
	double, hit := w.number("double_peine"), w.number("pop_double_peine")
	for i := range w.keys {
		w.text("quadrant")[i], w.text("bivarie")[i] = x.quadrant(rate[i], access[i]), x.crossed(rate[i], access[i])
		network, offer := classOf(rate[i], x.rate), x.offer(access[i])
		switch {
		case network > 0 || offer > 0:
			double[i] = 0
		case network == 0 && offer == 0:
			double[i] = 1
		}
		hit[i] = double[i] * people[i]
	}
	return nil
}

// axes are the breaks of the network, in %, and of access, as shares of the median.
type axes struct {
	classes, rate, access []float64
	median                float64
}

// offer is the class of access: 0 to 2; -1 where it is not known, or the median says nothing.
func (a axes) offer(access float64) int {
	if !(a.median > 0) {
		return -1
	}
	return classOf(access/a.median, a.access)
}

func (a axes) crossed(rate, access float64) string {
	network, offer := classOf(rate, a.rate), a.offer(access)
	if network < 0 || offer < 0 {
		return ""
	}
	return dataset.CrossedValue(network, offer)
}

// quadrant has a high network where it is complete, a high offer from the median on.
func (a axes) quadrant(rate, access float64) string {
	if math.IsNaN(rate) || math.IsNaN(access) || !(a.median > 0) {
		return ""
	}
	at := 0
	if rate < a.classes[len(a.classes)-1] {
		at += 2
	}
	if access < a.median {
		at++
	}
	return Quadrants[at]
}

// clusters are where communes have as much access, or as little, as those around them (Anselin 1995).
func (w *weighing) clusters(ctx context.Context) error {
	g, err := w.neighbours(ctx, w.sheet)
	if err != nil {
		return err
	}
	access := w.number("med_acces_2sfca")
	local := balance.LocalMoran(access, g, w.keys, w.p.Permuted, w.d.Computed.Seed, w.p.False)
	kind, p := w.text("grappe"), w.number("grappe_p")
	for i := range w.keys {
		p[i] = local.P[i]
		switch {
		case math.IsNaN(access[i]):
		case !accompanied(g[i], access):
			kind[i] = "sans_voisin"
		case local.P[i] <= local.Cut:
			kind[i] = clusterKinds[local.Quadrant[i]]
		default:
			kind[i] = "non_significatif"
		}
	}
	return nil
}

var clusterKinds = map[balance.Quadrant]string{balance.HighHigh: "HH", balance.LowLow: "BB", balance.HighLow: "HB", balance.LowHigh: "BH"}

func accompanied(neighbours []int32, x []float64) bool {
	for _, j := range neighbours {
		if !math.IsNaN(x[j]) {
			return true
		}
	}
	return false
}

// neighbours are the communes of a sheet that touch, by a side or a point.
func (s *Source) neighbours(ctx context.Context, communes *sheet) (balance.Graph, error) {
	t, err := s.table(ctx, "communes-voisines", dataset.Query{Sort: []dataset.Sort{{Column: "code_insee"}, {Column: "code_voisine"}}}, "code_insee", "code_voisine")
	if err != nil {
		return nil, err
	}
	g := make(balance.Graph, len(communes.keys))
	for i := range t.rows {
		one, here := communes.at[t.text(i, "code_insee")]
		other, too := communes.at[t.text(i, "code_voisine")]
		if here && too {
			g[one] = append(g[one], int32(other))
		}
	}
	return g, nil
}

// short finds the under-served communes, by access that is low against that of others or by a distance that is long in itself. One leg that
// holds decides; both must fail for a commune not to be.
func (w *weighing) short(context.Context) error {
	access, far, density := w.number("med_acces_2sfca"), w.number("distance_mediane"), w.number("densite")
	short, hit, people := w.number("sous_dote"), w.number("pop_sous_dotee"), w.number("population")
	for i := range w.keys {
		low, long := w.legs(access[i], far[i], density[i], w.median, 1)
		short[i] = shortOf(low, long)
		w.text("sous_dote_motif")[i] = whyShort(low, long)
		hit[i] = short[i] * people[i]
	}
	return nil
}

// legs are the two conditions, with radii that are stretched.
func (w *weighing) legs(access, far, density, median, stretched float64) (low, long truth) {
	low, long = unknown, unknown
	if !math.IsNaN(access) && median > 0 {
		low = truthOf(access < w.p.ShortShare*median)
	}
	limit := w.p.Far
	if density == sparsest {
		limit = w.p.FarSparse
	}
	if !math.IsNaN(far) {
		long = truthOf(far > limit*stretched)
	}
	return low, long
}

// sparsest is the last of Insee's seven levels of density.
const sparsest = 7

func shortOf(low, long truth) float64 {
	switch max(low, long) {
	case yes:
		return 1
	case no:
		return 0
	}
	return math.NaN()
}

func whyShort(low, long truth) string {
	switch {
	case low == yes && long == yes:
		return "acces_et_eloignement"
	case low == yes:
		return "acces"
	case long == yes:
		return "eloignement"
	case low == unknown || long == unknown:
		return "non_renseigne"
	}
	return ""
}

// robust is being as under-served, or not, with radii that are shorter and longer.
func (w *weighing) robust(ctx context.Context) error {
	of := &computation{Source: w.Source, d: w.Dataset("acces-mediation")}
	p, err := of.accessParameters()
	if err != nil {
		return err
	}
	g, err := w.ground(ctx, p, nil)
	if err != nil {
		return err
	}
	short, robust := w.number("sous_dote"), w.number("robuste")
	for i := range w.keys {
		robust[i] = short[i]*0 + 1
	}
	far, density, people := w.number("distance_mediane"), w.number("densite"), w.number("population")
	for _, stretched := range w.p.Stretched {
		access, err := w.stretched(g, stretched)
		if err != nil {
			return err
		}
		median := balance.Quantiles(access, people, 0.5)[0]
		for i := range w.keys {
			if again := shortOf(w.legs(access[i], far[i], density[i], median, stretched)); again != short[i] && !math.IsNaN(robust[i]) {
				robust[i] = 0
			}
		}
	}
	return nil
}

// stretched is the access of communes by radii that are shorter or longer; null where acces-mediation has none.
func (w *weighing) stretched(g *ground, by float64) ([]float64, error) {
	access, published := newSheet(w.keys).number(strconv.FormatFloat(by, 'f', -1, 64)), w.number("med_acces_2sfca")
	for _, l := range g.lands {
		found, err := g.catchment(l, g.costs(l), g.p.decay(by))
		if err != nil {
			return nil, err
		}
		for k := l.communes[0]; k < l.communes[1]; k++ {
			var score mean
			c := &g.communes[k]
			for o := c.from; o < c.to; o++ {
				score.add(found.Score[o-l.origins[0]], g.people[o])
			}
			if i, here := w.at[c.code]; here && !math.IsNaN(published[i]) {
				access[i] = score.value() * g.p.Per
			}
		}
	}
	return access, nil
}
