package serve_test

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// What is in this file is computed from the rows of explanations alone, by formulas that owe nothing to the program.

func close9(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

// last is the last step, whose id says what is to be computed.
func (x *explanation) last() explainedStep { return x.Steps[len(x.Steps)-1] }

// rows are those of the first table of a step.
func (x *explanation) rows(step string) []evidenceRow {
	for _, s := range x.Steps {
		if s.ID == step && len(s.Tables) > 0 {
			return s.Tables[0].Rows
		}
	}
	return nil
}

func (x *explanation) parameter(name string) (value float64) {
	for _, s := range x.Steps {
		for _, p := range s.Parameters {
			if p.Name == name {
				value, _ = p.Value.(float64)
			}
		}
	}
	return value
}

func recomputed(t *testing.T, x *explanation) float64 {
	t.Helper()
	if len(x.Steps) == 0 {
		return math.NaN()
	}
	c := x.Indicator.Columns
	switch s := x.last(); s.ID {
	case "ratio", "sums":
		return ratioOf(x, s.Tables[0].Rows, c.Numerator, c.Denominator, c.Scale)
	case "share":
		column := s.Tables[0].Columns[len(s.Tables[0].Columns)-1].Name
		return shareOf(s.Tables[0].Rows, column)
	case "sum":
		return sumOf(s.Tables[0].Rows, c.Value)
	case "left":
		r := s.Tables[0].Rows[0]
		return max(0, r.number("thd_locaux")-r.number("thd_raccordables"))
	case "pace":
		return x.pace()
	case "projection":
		return x.projection()
	case "places.counted":
		if n := s.Tables[0].Rows[0].number("med_lieux"); math.IsNaN(n) || n != float64(len(x.rows("places"))) {
			return n // codes that died, or an arrondissement's
		}
		return float64(len(x.rows("places")))
	case "basket":
		return basketOf(s.Tables[0].Rows[0], c.Scale)
	case "read":
		return readOf(s.Tables[0].Rows, c.Value)
	case "score":
		return scoreOf(x)
	case "need":
		return needOf(s.Tables[0].Rows, x.Territory.Code)
	case "hoover", "gini", "theil.inter", "theil.intra", "deciles":
		return spreadOf(s.ID, s.Tables[0].Rows)
	case "moran":
		return moranByHand(s.Tables[0].Rows)
	case "nearest":
		return nearestOf(x)
	case "beyond":
		return beyondOf(x)
	case "within":
		all := peopleOf(x.rows("origin")) + added(x.squares(), "habitants")
		return 100 * (all - beyondOf(x)) / all
	case "services":
		if x.ofCells() {
			return overSquares(x, "connus", "services") / overSquares(x, "connus", "")
		}
		return overOrigins(x, s.Tables[0].Rows, servicesOf)
	case "outside":
		return outsideOf(x, x.rows("outside"))
	case "catchment":
		return catchmentOf(x)
	default:
		t.Errorf("%s: the test cannot compute the step %q", x.Indicator.Code, s.ID)
		return math.NaN()
	}
}

// covered says whether the communes where a column is known have nine tenths of the people.
func covered(rows []evidenceRow, column string) bool {
	known, all := 0.0, 0.0
	for _, r := range rows {
		if people := r.number("population"); !math.IsNaN(people) {
			all += people
			if !math.IsNaN(r.taken(column)) {
				known += people
			}
		}
	}
	return known >= 0.9*all
}

func ratioOf(x *explanation, rows []evidenceRow, numerator, denominator string, scale float64) float64 {
	n, d := 0.0, 0.0
	for _, r := range rows {
		if a, b := r.taken(numerator), r.number(denominator); !math.IsNaN(a + b) {
			n, d = n+a, d+b
		}
	}
	if d == 0 || x.Territory.Level != "commune" && !covered(rows, numerator) {
		return math.NaN()
	}
	return scale * n / d
}

func shareOf(rows []evidenceRow, column string) float64 {
	n, d := 0.0, 0.0
	for _, r := range rows {
		if is, people := r.number(column), r.number("population"); !math.IsNaN(is + people) {
			n, d = n+is*people, d+people
		}
	}
	if d == 0 || !covered(rows, column) {
		return math.NaN()
	}
	return 100 * n / d
}

func sumOf(rows []evidenceRow, column string) float64 {
	total, some := 0.0, false
	for _, r := range rows {
		if v := r.taken(column); !math.IsNaN(v) {
			total, some = total+v, true
		}
	}
	if !some || !covered(rows, column) {
		return math.NaN()
	}
	return total
}

func basketOf(r evidenceRow, scale float64) float64 {
	if scale == 0 {
		return r.number("mairie_site")
	}
	return scale * r.number("mairie_site")
}

func readOf(rows []evidenceRow, column string) float64 {
	if len(rows) == 0 {
		return math.NaN()
	}
	r := rows[len(rows)-1]
	if _, has := r.Values[column]; !has {
		column = strings.TrimPrefix(column, "label_")
	}
	return r.number(column)
}

// byQuarter sums counts quarter by quarter, to the last that anyone has; a quarter that some commune does not have is NaN.
func (x *explanation) byQuarter() (connectable, premises []float64) {
	rows, communes, last := x.rows("quarters"), x.parameter("communes"), 0
	at := func(q string) int {
		return 4*(1000*int(q[0]-'0')+100*int(q[1]-'0')+10*int(q[2]-'0')+int(q[3]-'0')) + int(q[5]-'1')
	}
	for _, s := range x.Steps {
		for _, p := range s.Parameters {
			if p.Name == "last" {
				last = at(p.Value.(string))
			}
		}
	}
	first := math.MaxInt
	for _, r := range rows {
		first = min(first, at(r.text("trimestre")))
	}
	for q := first; q <= last; q++ {
		r, l, n := 0.0, 0.0, 0.0
		for _, row := range rows {
			if at(row.text("trimestre")) == q {
				r, l, n = r+row.number("locaux_raccordables"), l+row.number("locaux_estimation"), n+1
			}
		}
		if n != communes {
			r, l = math.NaN(), math.NaN()
		}
		connectable, premises = append(connectable, r), append(premises, l)
	}
	return connectable, premises
}

func (x *explanation) pace() float64 {
	connectable, _ := x.byQuarter()
	if n := len(connectable); n > 4 {
		return connectable[n-1] - connectable[n-5]
	}
	return math.NaN()
}

func middle(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// projection is what is left over the median gain of four quarters: for series of at least six quarters without a hole that still grow, below
// 98 %, and ten years at most.
func (x *explanation) projection() float64 {
	r, l := x.byQuarter()
	n := len(r)
	if n < 6 {
		return math.NaN()
	}
	left := l[n-1] - r[n-1]
	var gains, slopes []float64
	for i := n - 4; i < n; i++ {
		gains = append(gains, r[i]-r[i-1])
	}
	for j := max(0, n-9); j < n; j++ {
		for i := max(0, n-9); i < j; i++ {
			slopes = append(slopes, (100*r[j]/l[j]-100*r[i]/l[i])/float64(j-i))
		}
	}
	pace := middle(gains)
	if !(left > 0) || 100*r[n-1]/l[n-1] > 98 || !(middle(slopes) > 0) || !(pace > 0) || left/pace > 40 {
		return math.NaN()
	}
	return left / pace
}

func scoreOf(x *explanation) float64 {
	row := x.rows("profile")[0]
	product, n := 1.0, 0.0
	for dimension, column := range map[string]string{"profil_reseau": "thd_taux_raccordable", "profil_accompagnement": "med_acces_2sfca",
		"profil_proximite": "med_part_10km", "profil_services": "es_part"} {
		var posts []any
		for _, s := range x.Steps {
			for _, p := range s.Parameters {
				if p.Name == dimension {
					posts = p.Value.([]any)
				}
			}
		}
		low, high := posts[0].(float64), posts[1].(float64)
		if v := row.number(column); !math.IsNaN(v) {
			product *= 1 + 99*min(1, max(0, (v-low)/(high-low)))
			n++
		}
	}
	if n < x.parameter("least") {
		return math.NaN()
	}
	return math.Pow(product, 1/n)
}

func needOf(rows []evidenceRow, code string) float64 {
	var own *evidenceRow
	for i := range rows {
		if rows[i].text("code_insee") == code {
			own = &rows[i]
		}
	}
	if own == nil || len(rows) < 2 {
		return math.NaN()
	}
	need, access := 0.0, 0.0
	for _, r := range rows {
		if r.number("ifn") < own.number("ifn") {
			need++
		}
		if r.number("med_acces_2sfca") < own.number("med_acces_2sfca") {
			access++
		}
	}
	return 100 * (need - access) / float64(len(rows)-1)
}
