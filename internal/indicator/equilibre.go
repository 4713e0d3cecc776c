package indicator

import (
	"context"
	"math"
	"slices"
	"strings"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/fault"
)

// balanceVersion is that of the methods that make communes, EPCI, départements and territories.
const balanceVersion = "1.0.0"

// balanceParameters is what a descriptor says of how communes are described and told apart.
type balanceParameters struct {
	Posts       map[string][2]float64 `json:"bornes"` // by dimension: what is 1 on its scale, what is 100
	Least       int                   `json:"dimensions_minimum"`
	Draws       int                   `json:"tirages"`
	Spread      float64               `json:"variation_bornes"`
	Permuted    int                   `json:"permutations"`
	False       float64               `json:"fausses_decouvertes"`
	Sizes       []float64             `json:"classes_population"`
	Network     []float64             `json:"classes_reseau"` // %
	NetworkAxis []float64             `json:"classes_bivarie_reseau"`
	AccessAxis  []float64             `json:"classes_bivarie_acces"` // of the median
	Scores      []float64             `json:"classes_score"`
	ShortShare  float64               `json:"sous_dote_part_mediane"`
	Far         float64               `json:"sous_dote_distance"` // m
	FarSparse   float64               `json:"sous_dote_distance_densite_7"`
	Stretched   []float64             `json:"robustesse"` // by which radii are multiplied
	Basket      []string              `json:"panier"`     // columns of offre-communes that are true or false
}

// mostDraws keeps what is drawn, 4 bytes for each commune and draw, within a gigabyte.
const mostDraws = 5000

func (c *computation) balanceParameters() (p balanceParameters, err error) {
	if err := c.parameters(&p); err != nil {
		return p, err
	}
	for _, d := range dimensions {
		if post, there := p.Posts[d.name]; !there || post[0] == post[1] {
			return p, c.wrong("bornes", "two numbers for each of the four dimensions")
		}
	}
	switch {
	case len(p.Posts) != len(dimensions) || p.Least < 1 || p.Least > len(dimensions):
		return p, c.wrong("dimensions_minimum", "from 1 to 4, of four dimensions")
	case p.Draws < 0 || p.Draws > mostDraws || p.Permuted < 0 || p.Permuted > 99_999:
		return p, c.wrong("tirages", "up to %d draws and 99999 permutations", mostDraws)
	case len(p.Network) != len(networkClasses)-1 || len(p.NetworkAxis) != 2 || len(p.AccessAxis) != 2 || len(p.Sizes) == 0 || p.Sizes[0] != 0:
		return p, c.wrong("classes", "three of the network, two of each axis, and populations from 0")
	}
	return p, nil
}

func (c *computation) wrong(parameter, wanted string, args ...any) error {
	return fault.New(fault.Invalid, "datasets/%s.json: computed.parameters.%s: "+wanted, append([]any{c.d.Name, parameter}, args...)...).About(c.d.Name)
}

// weighing is the communes of an instance while they are weighed.
type weighing struct {
	*computation
	*sheet
	p      balanceParameters
	median float64 // of access, by people
}

// computeCommunes makes "equilibre-communes": a row a commune.
func computeCommunes(ctx context.Context, c *computation) error {
	p, err := c.balanceParameters()
	if err != nil {
		return err
	}
	s, err := c.sheet(ctx, "communes", "code_insee", shared[1:]...)
	if err != nil {
		return err
	}
	w := &weighing{computation: c, sheet: s, p: p}
	for _, step := range []func(context.Context) error{
		w.network, w.pace, w.support, w.basket, w.label, w.context, w.profile, w.classes, w.clusters, w.short, w.robust, w.needs,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return s.shapes(ctx, c, "communes", "code_insee")
}

// network takes the three rates of coverage, each over its own denominator.
func (w *weighing) network(ctx context.Context) error {
	err := w.join(ctx, w.Source, "couverture-thd-communes", "code_insee", dataset.Query{}, "thd_trimestre=trimestre", "thd_drapeau=cartefibre_drapeau",
		"thd_raccordables=cartefibre_ftth", "thd_locaux=cartefibre_locaux", "thd_restant=restant_a_raccorder",
		"thd_raccordables_mci=mci_ftth", "thd_locaux_mci=mci_locaux", "thd_raccordables_anct=anct_ftth", "thd_locaux_anct=anct_locaux")
	if err != nil {
		return err
	}
	for _, which := range []string{"", "_mci", "_anct"} {
		w.ratio("thd_taux_raccordable"+which, 100, "thd_raccordables"+which, "thd_locaux"+which)
	}
	rates, class, flags := w.number("thd_taux_raccordable"), w.text("thd_classe"), w.text("thd_drapeau")
	for i := range w.keys {
		class[i] = networkClass(rates[i], w.p.Network)
		if flags[i] == "" {
			flags[i] = "manquant"
		}
	}
	return nil
}

// ratio makes a column of two others.
func (s *sheet) ratio(name string, scale float64, numerator, denominator string) {
	into, n, d := s.number(name), s.number(numerator), s.number(denominator)
	for i := range into {
		into[i] = balance.Ratio(scale*n[i], d[i])
	}
}

// share is the ratio of a part to its whole, in %: both are rounded means, whose ratio may pass 100 by the last digit.
func (s *sheet) share(name, part, whole string) {
	s.ratio(name, 100, part, whole)
	into := s.number(name)
	for i := range into {
		into[i] = min(into[i], 100)
	}
}

// support takes what people reach, and makes of means what sums over communes are made of.
func (w *weighing) support(ctx context.Context) error {
	err := w.join(ctx, w.Source, "acces-mediation", "code_insee", dataset.Query{}, "med_acces_2sfca=e2sfca", "med_lieux_10km=lieux_10km",
		"med_services_couverts=services_10km", "med_hors_bureau_lieux_10km=hors_bureau_lieux_10km", "med_distance=distance", "distance_mediane",
		"med_pop_sans_acces_5=pop_au_dela_5km", "med_pop_sans_acces_10=pop_au_dela_10km", "med_pop_sans_acces_20=pop_au_dela_20km",
		"acces_drapeau=drapeau", "part_effet_bord", "voisins_connus", "offre_partielle", fewColumn, allButColumn)
	if err != nil {
		return err
	}
	w.share("med_hors_bureau_part", "med_hors_bureau_lieux_10km", "med_lieux_10km")
	people, access, far := w.number("population"), w.number("med_acces_2sfca"), w.number("med_distance")
	beyond, within, edge, beside := w.number("med_pop_sans_acces_10"), w.number("med_pop_10km"), w.number("effet_bord"), w.number("part_effet_bord")
	shared, metres := w.number("med_offre_partagee"), w.number("med_distance_habitants")
	few, allBut := w.text(fewColumn), w.text(allButColumn)
	for i := range w.keys {
		shared[i], metres[i] = access[i]*people[i]/10_000, far[i]*people[i]
		within[i] = people[i] - beyond[i]
		few[i], allBut[i] = ownNames(few[i]), ownNames(allBut[i])
		if !math.IsNaN(beside[i]) {
			edge[i] = truly(beside[i] > 0)
		}
	}
	w.ratio("med_part_10km", 100, "med_pop_10km", "population")
	return nil
}

// basket counts what a commune offers online, of what its source says whether it does.
func (w *weighing) basket(ctx context.Context) error {
	if err := w.join(ctx, w.Source, "offre-communes", "code_insee", dataset.Query{}, append([]string{"med_lieux"}, w.p.Basket...)...); err != nil {
		return err
	}
	offered, known := w.number("es_nb"), w.number("es_panier")
	for i := range w.keys {
		known[i] = 0
		for _, item := range w.p.Basket {
			if has := w.number(item)[i]; !math.IsNaN(has) {
				known[i]++
				offered[i] = has + orZero(offered[i])
			}
		}
	}
	w.ratio("es_part", 100, "es_nb", "es_panier")
	return nil
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

// label takes the last label that a commune is known to have had.
func (w *weighing) label(ctx context.Context) error {
	t, err := w.table(ctx, "labels-villes-internet", dataset.Query{}, "code_insee", "annee", "arobases")
	if err != nil {
		return err
	}
	years, labels := w.number("label_annee"), w.number("label_arobases")
	for i := range t.rows {
		if at, known := w.at[t.text(i, "code_insee")]; known && !(years[at] >= t.orNaN(i, "annee")) {
			years[at], labels[at] = t.orNaN(i, "annee"), t.orNaN(i, "arobases")
		}
	}
	return nil
}

// ownColumns are those that say what a column of acces-mediation does.
var ownColumns = []struct {
	theirs string
	ours   []string
}{
	{"pop_au_dela_5km", []string{"med_pop_sans_acces_5"}},
	{"pop_au_dela_10km", []string{"med_pop_sans_acces_10", withinColumn, "med_part_10km", "profil_proximite"}},
	{"pop_au_dela_20km", []string{"med_pop_sans_acces_20"}},
	{"lieux_10km", []string{"med_lieux_10km"}},
	{"services_10km", []string{"med_services_couverts"}},
	{"hors_bureau_lieux_10km", []string{"med_hors_bureau_lieux_10km", "med_hors_bureau_part"}},
}

// ownNames are the columns here that are empty with those of acces-mediation that few people leave empty.
func ownNames(list string) string {
	var names []string
	for _, c := range ownColumns {
		if slices.Contains(strings.Split(list, "|"), c.theirs) {
			names = append(names, c.ours...)
		}
	}
	return strings.Join(names, "|")
}
