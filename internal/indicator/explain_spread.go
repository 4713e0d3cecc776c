package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// spread is what the communes of a territory have of an indicator, and how many people they have: all that measures of inequality are made
// of, in the order of what they have.
type spread struct {
	t    *Listing
	x, w []float64
	part []string // EPCI of each; "" for those without
}

// spread reads the communes that have a value.
func (e *explaining) spread(ctx context.Context) (*spread, error) {
	of, err := definitionOf(e.def.Columns.Of)
	if err != nil {
		return nil, err
	}
	column, weight := of.Columns.Value, "population"
	t, err := e.chosen(ctx, wideTable, "nom", "code_epci", column, weight)
	if err != nil {
		return nil, err
	}
	t.keep(func(r Line) bool { return numberOf(t.of(r, column)) >= 0 && numberOf(t.of(r, weight)) > 0 })
	t.sort(func(a, b Line) int { return cmp.Compare(numberOf(t.of(a, column)), numberOf(t.of(b, column))) })
	s := &spread{t: t, x: t.numbers(column), w: t.numbers(weight)}
	for i := range t.Rows {
		s.part = append(s.part, t.At(i, "code_epci").Text())
	}
	return s, nil
}

// of is a cell of a row, by the name of its column; null where there is none.
func (t *Listing) of(r Line, column string) schema.Value {
	if i := slices.IndexFunc(t.Columns, func(c Heading) bool { return c.Name == column }); i >= 0 {
		return r.Values[i]
	}
	return schema.Value{}
}

// totals are the people, and what they have in all.
func (s *spread) totals() (people, whole float64) {
	for i := range s.x {
		people += s.w[i]
		whole += s.w[i] * s.x[i]
	}
	return people, whole
}

// explainSpread is for a measure of how unequally people have something.
func explainSpread(id string, measure func(*spread) float64) explainer {
	return func(ctx context.Context, e *explaining) (float64, error) {
		spread, err := e.spread(ctx)
		if err != nil {
			return 0, err
		}
		s := e.step(id, "of", e.def.Columns.Of)
		e.list(s, spread.t)
		people, whole := spread.totals()
		s.result("population", people, "habitants", "")
		s.result("total", whole, "", "")
		value := math.NaN()
		if people > 0 && whole > 0 {
			value = measure(spread)
		}
		s.result(e.def.Code, value, e.def.Unit, "")
		return value, nil
	}
}

// hoover is ½ Σ |share of the whole - share of people|.
func hoover(s *spread) float64 {
	people, whole := s.totals()
	total := 0.0
	for i := range s.x {
		total += math.Abs(s.w[i]*s.x[i]/whole - s.w[i]/people)
	}
	return total / 2
}

// gini is 1 - Σ p (L + L before).
func gini(s *spread) float64 {
	people, whole := s.totals()
	under, share := 0.0, 0.0
	for i := range s.x {
		before := share
		share += s.w[i] * s.x[i] / whole
		under += s.w[i] / people * (share + before)
	}
	return 1 - under
}

// theilOf is Σ s ln(s/p) over shares of the whole and of people; 0 ln 0 = 0.
func theilOf(x, w []float64) float64 {
	people, whole, total := 0.0, 0.0, 0.0
	for i := range x {
		people, whole = people+w[i], whole+x[i]
	}
	for i := range x {
		if x[i] > 0 {
			total += x[i] / whole * math.Log(x[i]/whole/(w[i]/people))
		}
	}
	return total
}

// theil is Theil's T between EPCI and inside them.
func (s *spread) theil() (between, within float64) {
	_, whole := s.totals()
	var parts []string
	for _, p := range s.part {
		if !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	slices.Sort(parts)
	var amounts, people []float64
	for _, p := range parts {
		var x, w []float64
		amount, weight := 0.0, 0.0
		for i := range s.x {
			if s.part[i] == p {
				x, w = append(x, s.x[i]*s.w[i]), append(w, s.w[i])
				amount, weight = amount+s.x[i]*s.w[i], weight+s.w[i]
			}
		}
		amounts, people = append(amounts, amount), append(people, weight)
		within += amount / whole * theilOf(x, w)
	}
	return max(0, theilOf(amounts, people)), within
}

// decileRatio is what is above nine tenths of people over what is above one.
func decileRatio(s *spread) float64 {
	low, high := s.quantile(0.1), s.quantile(0.9)
	if low == 0 {
		return math.NaN()
	}
	return high / low
}

// quantile is the least value that a share of people have at most; half-way to the next when the share falls between two.
func (s *spread) quantile(share float64) float64 {
	const close = 1e-12 // of shares that are equal but for rounding
	people, _ := s.totals()
	below := 0.0
	for i := range s.x {
		below += s.w[i]
		if below >= people*(share-close) {
			return s.x[i]
		}
	}
	return math.NaN()
}

// explainMoran is for the likeness of neighbours.
func explainMoran(ctx context.Context, e *explaining) (float64, error) {
	of, err := definitionOf(e.def.Columns.Of)
	if err != nil {
		return 0, err
	}
	column := of.Columns.Value
	t, err := e.chosen(ctx, wideTable, "nom", column)
	if err != nil {
		return 0, err
	}
	t.keep(func(r Line) bool { return !math.IsNaN(numberOf(t.of(r, column))) })
	at := map[string]int{}
	for i := range t.Rows {
		at[t.At(i, "code_insee").Text()] = i
	}
	near, err := e.neighbours(ctx, at)
	if err != nil {
		return 0, err
	}
	list, links := make([]string, len(t.Rows)), make([][]int, len(t.Rows))
	for i := range t.Rows {
		for _, code := range near[t.At(i, "code_insee").Text()] {
			list[i] += "|" + code
			links[i] = append(links[i], at[code])
		}
	}
	t.Columns = append(t.Columns, Heading{Name: "voisines", Title: explained.Say("column.voisines"), Computed: true, delimiter: "|"})
	for i := range t.Rows {
		v := schema.Value{}
		if list[i] != "" {
			v = schema.Joined(list[i][1:])
		}
		t.Rows[i].Values = append(t.Rows[i].Values, v)
	}
	s := e.step("moran", "of", e.def.Columns.Of)
	e.list(s, t)
	value, n := moranOf(t.numbers(column), links)
	s.result("n", float64(n), "communes", "")
	s.result(e.def.Code, value, e.def.Unit, "")
	return value, nil
}

// neighbours are the neighbours of communes that are among them.
func (e *explaining) neighbours(ctx context.Context, at map[string]int) (map[string][]string, error) {
	const name = "communes-voisines"
	if e.Dataset(name) == nil {
		return nil, fault.New(fault.NotFound, "there is no dataset %s here", name).About(name)
	}
	t, err := e.Source.table(ctx, name, dataset.Query{Sort: []dataset.Sort{{Column: "code_insee"}, {Column: "code_voisine"}}}, "code_insee", "code_voisine")
	if err != nil {
		return nil, err
	}
	near := map[string][]string{}
	for i := range t.rows {
		code, other := t.text(i, "code_insee"), t.text(i, "code_voisine")
		_, here := at[code]
		if _, there := at[other]; here && there {
			near[code] = append(near[code], other)
		}
	}
	return near, nil
}

// moranOf is (n/S0) Σ z (mean of the neighbours' z) / Σ z², over those who have a neighbour.
func moranOf(x []float64, links [][]int) (value float64, n int) {
	mean := 0.0
	for i := range x {
		if len(links[i]) > 0 {
			mean, n = mean+x[i], n+1
		}
	}
	mean /= float64(n)
	product, squares := 0.0, 0.0
	for i := range x {
		if len(links[i]) == 0 {
			continue
		}
		lag := 0.0
		for _, j := range links[i] {
			lag += x[j] - mean
		}
		product += (x[i] - mean) * lag / float64(len(links[i]))
		squares += (x[i] - mean) * (x[i] - mean)
	}
	if n < 3 || squares == 0 {
		return math.NaN(), n
	}
	return product / squares, n
}
