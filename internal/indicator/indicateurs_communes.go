package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"

	"maille/internal/balance"
	"maille/internal/dataset"
)

// readings are the columns of an indicator by commune, and its values there.
type readings struct {
	d                                     *Definition
	is, numerator, denominator, low, high []float64
	counted                               estimate // what is summed: the value, or the numerator of a ratio
	few                                   []bool
	flags                                 []string
	derived                               bool // levels above are made of these
	communes                              []value
}

// read takes the columns of an indicator from the table of communes that has them; nothing of one that is not measured there, nor made of
// what is.
func (l *listing) read(ctx context.Context, d *Definition) (*readings, error) {
	of := &readings{d: d, derived: d.Columns.Scale != 0 && d.Columns.Table == "" || d.Columns.Sum}
	here := slices.Contains(d.Levels, Commune)
	if !here && !of.derived {
		return of, nil
	}
	s := newSheet(l.communes.keys)
	q, columns := dataset.Query{}, []string{d.Columns.Numerator, d.Columns.Denominator}
	if here {
		columns = append(columns, d.Columns.Value, d.Columns.Low, d.Columns.High, d.Columns.Flag)
	}
	if d.Columns.Offer != "" {
		q = equal("offre", d.Columns.Offer)
	}
	columns = slices.DeleteFunc(columns, func(column string) bool { return column == "" })
	if err := s.join(ctx, l.Source, cmp.Or(d.Columns.Table, wideTable), "code_insee", q, columns...); err != nil {
		return nil, err
	}
	of.numerator, of.denominator = s.number(d.Columns.Numerator), s.number(d.Columns.Denominator)
	of.is, of.low, of.high, of.flags = s.number(d.Columns.Value), s.number(d.Columns.Low), s.number(d.Columns.High), s.text(d.Columns.Flag)
	if !here {
		of.is = s.number("")
	}
	of.few = l.communes.marked(fewColumn, d.Columns.Value)
	if of.counted = l.communes.estimate(d.Columns.Numerator, of.numerator); d.Columns.Scale == 0 {
		of.counted = l.communes.estimate(d.Columns.Value, of.is)
	}
	if here {
		of.communes = l.byCommune(of)
	}
	return of, nil
}

// byCommune are the values of communes, with their places among those alike.
func (l *listing) byCommune(of *readings) []value {
	all := make([]value, len(l.communes.keys))
	for i, code := range l.communes.keys {
		v := &all[i]
		*v = value{code: code, name: l.communes.text("nom")[i], alike: l.communes.text("comparables")[i], is: of.is[i], numerator: of.numerator[i],
			denominator: of.denominator[i], low: of.low[i], high: of.high[i]}
		l.judge(of, i, v)
	}
	l.rank(of, all)
	return all
}

// judge says what to know of a value, or why there is none.
func (l *listing) judge(of *readings, i int, v *value) {
	flag := of.flags[i]
	switch {
	case !math.IsNaN(v.is):
		v.flag = of.doubt(flag, v.denominator, l.atEdge(of, i))
		if flag == flagOutOfReach {
			v.reason = flag
		} else if l.inPart(of, i) {
			v.partly()
		}
	case of.few[i]:
		v.flag, v.reason = flagFew, flagFew
		v.low, v.high = of.fewest(i)
	case l.communes.number("population")[i] == 0 && of.d.Columns.Denominator == "population" || flag == flagNobody:
		v.flag, v.reason = flagNobody, flagNobody
	case flag == "secret":
		v.flag, v.reason = flag, flag
	default:
		v.flag, v.reason = "manquant", flag
		if flag == "" || flag == flagSound || flag == flagEdge || flag == flagFew || flag == "manquant" {
			v.reason = flagUnknown
		}
	}
}

// fewest are the bounds of what few people leave empty, a number of people or a share of them; none of a mean.
func (of *readings) fewest(i int) (low, high float64) {
	low, high = of.counted.low[i], of.counted.high[i]
	if scale := of.d.Columns.Scale; scale != 0 {
		return balance.Ratio(scale*low, of.denominator[i]), balance.Ratio(scale*high, of.denominator[i])
	}
	return low, high
}

// doubt is the gravest thing to know of a value that there is.
func (of *readings) doubt(flag string, denominator float64, edge bool) string {
	switch {
	case of.d.Columns.Denominator != "" && of.d.Least > 0 && !(denominator >= of.d.Least):
		return "faible_effectif"
	case slices.Contains([]string{"sup_100", "serie_rompue", "denominateur_change", "estime"}, flag):
		return flag
	case edge:
		return flagEdge
	}
	return flagSound
}

// fewValues is how many values there must be among those alike for a place to say more than the value itself: a share of one service, or
// of people who are all at one point, is 0 or 100.
const fewValues = 3

// rank gives places among those alike, where there are enough of them: of rates whose denominator is large enough, that are better high or
// low, and are of the whole offer. Those that are equal have the best place of them.
func (l *listing) rank(of *readings, all []value) {
	direction := map[string]float64{"haut_mieux": -1, "bas_mieux": 1}[of.d.Direction]
	if direction == 0 || of.d.Columns.Denominator == "" || of.d.Columns.Scale == 0 {
		return
	}
	alike := map[string][]int{}
	for i := range all {
		if v := &all[i]; v.alike != "" && !math.IsNaN(v.is) && v.denominator >= of.d.Least && v.reason != flagPart {
			alike[v.alike] = append(alike[v.alike], i)
		}
	}
	for _, members := range alike {
		if len(members) < l.p.Alike {
			continue
		}
		sorted := make([]float64, len(members))
		for k, i := range members {
			sorted[k] = direction * of.compared(all[i].is)
		}
		slices.Sort(sorted)
		if len(slices.Compact(slices.Clone(sorted))) < fewValues {
			continue
		}
		for _, i := range members {
			better, _ := slices.BinarySearch(sorted, direction*of.compared(all[i].is))
			all[i].rank, all[i].among = better+1, len(members)
		}
	}
}

// compared is a value as places are given by it: a share above the whole is a denominator that is too low, and no better than the whole.
func (of *readings) compared(x float64) float64 {
	if of.d.Unit == "%" {
		return min(x, 100)
	}
	return x
}
