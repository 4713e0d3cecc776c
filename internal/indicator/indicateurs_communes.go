package indicator

import (
	"cmp"
	"context"
	"math"
	"slices"

	"maille/internal/dataset"
)

// readings are the columns of an indicator by commune, and its values there.
type readings struct {
	d                                     *Definition
	is, numerator, denominator, low, high []float64
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
	of.few = l.communes.few(d.Columns.Value)
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
	of.rank(all)
	return all
}

// judge says what to know of a value, or why there is none.
func (l *listing) judge(of *readings, i int, v *value) {
	flag := of.flags[i]
	switch {
	case !math.IsNaN(v.is):
		v.flag = of.doubt(flag, v.denominator, of.onAccess() && l.communes.number("effet_bord")[i] == 1)
		if flag == flagOutOfReach {
			v.reason = flag
		}
	case of.few[i] || flag == flagFew:
		v.flag, v.reason, v.low, v.high = flagFew, flagFew, 1, FewPeople-1
	case l.communes.number("population")[i] == 0 && of.d.Columns.Denominator == "population" || flag == flagNobody:
		v.flag, v.reason = flagNobody, flagNobody
	case flag == "secret":
		v.flag, v.reason = flag, flag
	default:
		v.flag, v.reason = "manquant", flag
		if flag == "" || flag == flagSound || flag == flagEdge || flag == "manquant" {
			v.reason = flagUnknown
		}
	}
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

// rank gives places among those alike: of rates whose denominator is large enough and that are better high or low. Those that are equal
// have the best place of them.
func (of *readings) rank(all []value) {
	direction := map[string]float64{"haut_mieux": -1, "bas_mieux": 1}[of.d.Direction]
	if direction == 0 || of.d.Columns.Denominator == "" || of.d.Columns.Scale == 0 {
		return
	}
	alike := map[string][]int{}
	for i := range all {
		if v := &all[i]; v.alike != "" && !math.IsNaN(v.is) && v.denominator >= of.d.Least {
			alike[v.alike] = append(alike[v.alike], i)
		}
	}
	for _, members := range alike {
		sorted := make([]float64, len(members))
		for k, i := range members {
			sorted[k] = direction * all[i].is
		}
		slices.Sort(sorted)
		for _, i := range members {
			better, _ := slices.BinarySearch(sorted, direction*all[i].is)
			all[i].rank, all[i].among = better+1, len(members)
		}
	}
}
