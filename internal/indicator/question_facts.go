package indicator

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
)

// facts are what is known of the communes that a question is about, in the order of their codes.
type facts struct {
	communes *table
	rates    *joined        // couverture-thd-communes
	access   *joined        // acces-mediation; of nothing where the release has none
	offers   *joined        // acces-mediation-offres, for the offer that is asked
	balance  *joined        // equilibre-communes
	points   *joined        // communes-points
	reached  []reachedPlace // where no table says it
	detour   float64        // of a straight line, along the line that is asked
	matrix   bool           // some distances are of the matrix of costs
	part     bool           // the instance has only a part of the territory
	used     []string       // datasets that were read
}

// joined is a dataset of communes beside others: of each commune its row, -1 where there is none.
type joined struct {
	*table
	row []int
}

func (j *joined) number(i int, column string) float64 {
	if j == nil || j.row[i] < 0 {
		return math.NaN()
	}
	if x, ok := j.table.number(j.row[i], column); ok {
		return x
	}
	return math.NaN()
}

func (j *joined) text(i int, column string) string {
	if j == nil || j.row[i] < 0 {
		return ""
	}
	return j.table.text(j.row[i], column)
}

// lists says whether a list has an item.
func (j *joined) lists(i int, column, item string) bool {
	return slices.Contains(strings.Split(j.text(i, column), "|"), item)
}

func (j *joined) truth(i int, column string) truth {
	if j == nil || j.row[i] < 0 || j.value(j.row[i], column).IsNull() {
		return unknown
	}
	return truthOf(j.value(j.row[i], column).Bool())
}

// reachedPlace is the nearest place of a commune, and how far it is; NaN where there is none.
type reachedPlace struct {
	metres    float64
	id, title string
}

// Datasets that questions are asked of.
const (
	ratesOf   = "couverture-thd-communes"
	accessOf  = "acces-mediation"
	offersOf  = "acces-mediation-offres"
	balanceOf = "equilibre-communes"
	pointsOf  = "communes-points"
)

// facts reads what a question needs, and what rows show besides. A dataset that the question needs and that is not there is an
// error; one that only adds to rows is not.
func (s *Source) facts(ctx context.Context, q *Question) (f *facts, err error) {
	f = &facts{used: []string{"communes"}}
	if f.communes, err = s.members(ctx, q.Territory, "nom", "nom_epci", "population"); err != nil {
		return nil, err
	}
	m := string(q.Measure)
	if f.rates, err = f.join(ctx, s, q, ratesOf, !q.Rate.IsOpen(), nil, "trimestre", m+"_taux", m+"_ftth", m+"_locaux", m+"_drapeau"); err != nil {
		return nil, err
	}
	if f.balance, err = f.join(ctx, s, q, balanceOf, q.Short != nil || q.Double != nil || q.Quadrant != "", nil,
		"sous_dote", "double_peine", "quadrant"); err != nil {
		return nil, err
	}
	if f.points, err = f.join(ctx, s, q, pointsOf, false, nil, pointColumns...); err != nil {
		return nil, err
	}
	if f.part, err = s.partial(ctx, q.Territory); err != nil {
		return nil, err
	}
	return f, f.distances(ctx, s, q)
}

var pointColumns = []string{"longitude", "latitude", "mairie_drapeau", "distance_limite"}

// join reads a dataset of communes; nil where it is neither there nor needed.
func (f *facts) join(ctx context.Context, s *Source, q *Question, name string, needed bool, equal []dataset.Equal, columns ...string) (*joined, error) {
	if s.Dataset(name) == nil && !needed {
		return nil, nil
	}
	t, err := s.table(ctx, name, dataset.Query{Equal: append(q.Territory.narrowedIn(s.Dataset(name)), equal...)}, append(columns, "code_insee")...)
	if err != nil {
		return nil, err
	}
	f.used = append(f.used, name)
	at := make(map[string]int, len(t.rows))
	for i := range t.rows {
		at[t.text(i, "code_insee")] = i
	}
	j := &joined{t, make([]int, len(f.communes.rows))}
	for i := range f.communes.rows {
		j.row[i] = -1
		if row, ok := at[f.communes.text(i, "code_insee")]; ok {
			j.row[i] = row
		}
	}
	return j, nil
}

// narrowedIn are the conditions of narrowed whose column a dataset has.
func (t Territory) narrowedIn(d *dataset.Dataset) []dataset.Equal {
	equal := t.narrowed()
	if d == nil || len(equal) == 0 || d.Schema.Index(equal[0].Column) < 0 {
		return nil
	}
	return equal
}

// accessColumns are what rows show of acces-mediation, and what conditions are on.
func accessColumns() []string {
	columns := []string{"origine", "origines", "lieu_proche", "lieu_proche_nom", "distance_vol", "distance", "distance_mairie", "distance_limite", "hors_bureau_distance", "drapeau", "voisins_connus", "offre_partielle", fewColumn, allButColumn}
	for _, r := range Radii {
		columns = append(columns, beyondColumn(r, false), beyondColumn(r, true))
	}
	return columns
}

// beyondColumn is the column of the people beyond a radius.
func beyondColumn(radius float64, straight bool) string {
	name := "pop_au_dela_" + strconv.Itoa(int(radius/1000)) + "km"
	if straight {
		name += "_vol"
	}
	return name
}

// distances reads how far places are, and computes what no table holds.
func (f *facts) distances(ctx context.Context, s *Source, q *Question) (err error) {
	computed := q.Trip.From == FromTownHall && (q.Trip.Straight || !q.Trip.Offer.IsAny())
	if f.detour = 1; !q.Trip.Straight {
		if p, err := s.accessAsked(); err == nil {
			f.detour = p.Detour
		}
		if f.matrix, err = s.hasMatrix(ctx); err != nil {
			return err
		}
	}
	asked := !q.Distance.IsOpen() || q.Radius != 0
	needed := asked && q.Trip.Offer.Slug == "" && !computed
	if f.access, err = f.join(ctx, s, q, accessOf, needed, nil, accessColumns()...); err != nil {
		return err
	}
	if slug := q.Trip.Offer.Slug; slug != "" && !computed {
		equal := []dataset.Equal{{Column: "offre", Value: slug}}
		if f.offers, err = f.join(ctx, s, q, offersOf, asked, equal, "distance_vol", "distance", "pop_au_dela_10km", "drapeau"); err != nil {
			return err
		}
	}
	if q.Trip.From != FromTownHall || f.column(q.Trip) != "" {
		return nil
	}
	f.reached, err = s.fromHalls(ctx, f, q.Trip)
	return err
}

// column is the column that holds the distances of a trip; "" where none does, and they are computed.
func (f *facts) column(t Trip) string {
	switch {
	case t.From == FromLimit:
		return "distance_limite"
	case t.From == FromTownHall && t.Offer.IsAny() && !t.Straight:
		return "distance_mairie"
	case t.From == FromTownHall:
		return ""
	case t.Offer.OutOfHours:
		return "hors_bureau_distance"
	case t.Straight:
		return "distance_vol"
	}
	return "distance"
}

// distance is how far the nearest place is from a commune; NaN where it is not known.
func (f *facts) distance(i int, t Trip) float64 {
	column := f.column(t)
	switch {
	case column == "" && f.reached != nil:
		return f.reached[i].metres
	case t.Offer.Slug != "":
		return f.offers.number(i, column)
	}
	return f.access.number(i, column)
}

// population is of a commune; NaN where it is not known.
func (f *facts) population(i int) float64 {
	if x, ok := f.communes.number(i, "population"); ok {
		return x
	}
	return math.NaN()
}
