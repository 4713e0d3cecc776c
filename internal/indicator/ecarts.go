package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"maille/internal/fault"
)

// Gaps is the answer to a question: the communes of which all conditions hold.
type Gaps struct {
	Question
	Found     Count    // of which all hold
	All       Count    // of the territory
	Unknown   Count    // of which none is false, and some are not known
	Reasons   []Reason // why, by condition
	Uncertain Count    // of Found, those nearer to the limit of what the instance knows than to a place
	Partial   Count    // of Found, those where only the list of France services is known
	Elsewhere []Elsewhere
	Quarter   string // of the rates; "" where none is known
	Origin    string // carreaux, where any commune has some; point; "" where no distance is known
	Pointed   int    // communes of which all people are at one point
	Known     *Known // nil where no distance is asked
	Used      []string
	found     []int // positions in facts, in the order of the answer
	facts     *facts
}

// Count is communes and the people who live there.
type Count struct {
	Communes int
	People   int64
}

func (c *Count) add(population float64) {
	c.Communes++
	if !math.IsNaN(population) {
		c.People += int64(population)
	}
}

// Reason is why a condition is not known of some communes.
type Reason struct {
	Condition, Reason string
	Count
}

// Elsewhere is what the same question finds when distances are measured from elsewhere.
type Elsewhere struct {
	From Departure
	Count
	Unknown int // communes
}

// Ask answers a question.
func (s *Source) Ask(ctx context.Context, q Question) (_ *Gaps, err error) {
	defer fault.Wrap(&err, "indicator.Ask")
	if err := q.Check(); err != nil {
		return nil, err
	}
	f, err := s.facts(ctx, &q)
	if err != nil {
		return nil, err
	}
	g := &Gaps{Question: q, facts: f}
	if g.far() {
		if g.Known, err = s.knownPlaces(ctx, f, q.Trip.Offer); err != nil {
			return nil, err
		}
	}
	g.Used = f.used
	conditions := f.conditions(&q)
	var reasons reasons
	for i := range f.communes.rows {
		population := f.population(i)
		g.All.add(population)
		switch all(conditions, i) {
		case yes:
			g.Found.add(population)
			g.found = append(g.found, i)
			if f.uncertain(i, q.Trip) {
				g.Uncertain.add(population)
			}
			if f.partial(i) {
				g.Partial.add(population)
			}
		case unknown:
			g.Unknown.add(population)
			reasons.add(conditions, i, population)
		}
	}
	g.Reasons, g.Elsewhere = reasons, f.elsewhere(&q)
	g.order()
	g.describe()
	return g, nil
}

// condition is one of a question.
type condition struct {
	name   string // of the parameter, without its end
	holds  func(i int) truth
	reason func(i int) string // why it is not known
}

// all is yes where all conditions hold, no where one does not, and else unknown.
func all(conditions []condition, i int) truth {
	least := yes
	for _, c := range conditions {
		least = min(least, c.holds(i))
	}
	return least
}

// conditions are those of a question, in the order in which sentences say them.
func (f *facts) conditions(q *Question) (all []condition) {
	add := func(open bool, name string, holds func(i int) truth, reason func(i int) string) {
		if !open {
			all = append(all, condition{name, holds, reason})
		}
	}
	missing := func(int) string { return "non_renseigne" }
	add(q.Population.IsOpen(), "population", func(i int) truth { return q.Population.has(f.population(i)) }, missing)
	add(q.Rate.IsOpen(), "taux", func(i int) truth { return q.Rate.has(f.rate(i, q.Measure)) },
		func(i int) string { return cmp.Or(f.rates.text(i, string(q.Measure)+"_drapeau"), "non_renseigne") })
	add(q.Distance.IsOpen(), "distance", func(i int) truth { return q.Distance.has(f.distance(i, q.Trip)) }, func(i int) string { return f.whyFar(i, q.Trip) })
	add(q.Radius == 0, "rayon", func(i int) truth { return f.nobody(i, q) }, func(i int) string { return f.whyNobody(i, q) })
	add(q.Short == nil, "sous_dote", func(i int) truth { return f.flag(i, "sous_dote", q.Short) }, missing)
	add(q.Double == nil, "double_peine", func(i int) truth { return f.flag(i, "double_peine", q.Double) }, missing)
	add(q.Quadrant == "", "quadrant", func(i int) truth { return f.quadrant(i, q.Quadrant) }, missing)
	return all
}

func (f *facts) rate(i int, m Measure) float64 { return f.rates.number(i, string(m)+"_taux") }

// whyFar is why a distance is not known.
func (f *facts) whyFar(i int, t Trip) string {
	flag := ""
	switch {
	case t.From == FromTownHall && f.points.text(i, "mairie_drapeau") != "ok":
		return "mairie_" + cmp.Or(f.points.text(i, "mairie_drapeau"), "absente")
	case f.column(t) == "":
		flag = "lieux_vides"
	case t.Offer.Slug != "":
		flag = f.offers.text(i, "drapeau")
	default:
		flag = f.access.text(i, "drapeau")
	}
	if flag == "" || flag == "ok" || flag == "effet_bord" {
		return "non_renseigne"
	}
	return flag
}

// nobody says whether none of the people of a commune has a place within the radius.
func (f *facts) nobody(i int, q *Question) truth {
	from := f.access
	if q.Trip.Offer.Slug != "" {
		from = f.offers
	}
	column, population := beyondColumn(q.Radius, q.Trip.Straight), f.population(i)
	beyond := from.number(i, column)
	switch {
	case f.few(i, q):
		if population >= FewPeople {
			return no // so few are beyond, or so few are not
		}
		return unknown
	case math.IsNaN(beyond) || math.IsNaN(population) || population == 0:
		return unknown
	}
	return truthOf(beyond >= population)
}

// few says whether the number of people beyond the radius is not told since few people, counted on cells, would be.
func (f *facts) few(i int, q *Question) bool {
	if q.Trip.Offer.Slug != "" {
		return f.offers.text(i, "drapeau") == flagFew
	}
	return f.access.lists(i, fewColumn, beyondColumn(q.Radius, q.Trip.Straight))
}

// whyNobody is why it is not known whether somebody has a place within the radius.
func (f *facts) whyNobody(i int, q *Question) string {
	if f.few(i, q) {
		return flagFew
	}
	return f.whyFar(i, q.Trip)
}

func (f *facts) flag(i int, column string, wanted *bool) truth {
	t := f.balance.truth(i, column)
	if t == unknown {
		return unknown
	}
	return truthOf((t == yes) == *wanted)
}

func (f *facts) quadrant(i int, wanted string) truth {
	is := f.balance.text(i, "quadrant")
	if is == "" {
		return unknown
	}
	return truthOf(is == wanted)
}

// uncertain says whether a place that the instance does not know may be nearer than the nearest one that it does: the limit of its
// territory is.
func (f *facts) uncertain(i int, t Trip) bool {
	if f.points == nil || f.bordered(i) {
		return false
	}
	limit, far := f.points.number(i, "distance_limite"), f.distance(i, t)
	return !math.IsNaN(limit) && (math.IsNaN(far) || limit*f.detour < far)
}

// bordered says whether the places beyond the limit are known, and counted.
func (f *facts) bordered(i int) bool { return f.access.truth(i, "voisins_connus") == yes }

func (f *facts) anyBordered() bool {
	for i := range f.communes.rows {
		if f.bordered(i) {
			return true
		}
	}
	return false
}

// partial says whether only the list of France services is known about a commune.
func (f *facts) partial(i int) bool { return f.access.truth(i, "offre_partielle") == yes }

// elsewhere asks the same from each other place that tables measure from.
func (f *facts) elsewhere(q *Question) (others []Elsewhere) {
	if q.Distance.IsOpen() || q.Trip.Straight || !q.Trip.Offer.IsAny() || f.access == nil {
		return nil
	}
	for _, from := range Departures {
		if from == q.Trip.From {
			continue
		}
		other := *q
		other.Trip.From = from
		conditions, e := f.conditions(&other), Elsewhere{From: from}
		for i := range f.communes.rows {
			switch all(conditions, i) {
			case yes:
				e.add(f.population(i))
			case unknown:
				e.Unknown++
			}
		}
		others = append(others, e)
	}
	return others
}

// reasons gathers why communes are not known, in the order of conditions.
type reasons []Reason

func (r *reasons) add(conditions []condition, i int, population float64) {
	for _, c := range conditions {
		if c.holds(i) != unknown {
			continue
		}
		why := c.reason(i)
		at := slices.IndexFunc(*r, func(x Reason) bool { return x.Condition == c.name && x.Reason == why })
		if at < 0 {
			at, *r = len(*r), append(*r, Reason{Condition: c.name, Reason: why})
		}
		(*r)[at].add(population)
	}
}

// order puts the rows in the order of their names, or of their codes: an answer is no league table.
func (g *Gaps) order() {
	if g.ByCode {
		return
	}
	names := make(map[int]string, len(g.found))
	for _, i := range g.found {
		names[i] = folded(g.facts.communes.text(i, "nom"))
	}
	slices.SortStableFunc(g.found, func(a, b int) int { return strings.Compare(names[a], names[b]) })
}

// folded is a text by its letters: É is with E.
func folded(text string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(text) {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			b.WriteRune(unicode.ToLower(c))
		}
	}
	return b.String()
}

// describe finds the words that are of all rows. All rates are of one quarter.
func (g *Gaps) describe() {
	f := g.facts
	for i := range f.communes.rows {
		g.Quarter = cmp.Or(g.Quarter, f.rates.text(i, "trimestre"))
		origin := f.access.text(i, "origine")
		if origin == "point" {
			g.Pointed++
		}
		if origin == "carreaux" || g.Origin == "" {
			g.Origin = origin
		}
	}
}
