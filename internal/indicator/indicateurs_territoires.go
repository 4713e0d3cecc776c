package indicator

import (
	"context"
	"math"
	"slices"

	"maille/internal/balance"
	"maille/internal/dataset"
)

// derive makes the values of a level of those of communes: sums, and ratios of sums.
func (l *listing) derive(of *readings, level Level) (all []value) {
	people := l.communes.number("population")
	for k := range l.areas {
		a := &l.areas[k]
		if a.Level != level {
			continue
		}
		v := nothing
		v.code, v.name = a.Code, a.Name
		s := of.sum(a, people, &v)
		l.judgeAbove(of, a, s, &v)
		all = append(all, v)
	}
	return all
}

// sum gives a territory its sum, or its ratio of sums, with the bounds of what is estimated in it, or of a rate of counts.
func (of *readings) sum(a *area, people []float64, v *value) *sums {
	c, counted, over := of.d.Columns, of.counted, of.denominator
	if c.Sum {
		over = counted.is
	}
	s := a.sums(people, counted.is, over)
	low, high := a.sums(people, counted.low, over).of[0], a.sums(people, counted.high, over).of[0]
	whole := func(n float64) float64 { return n }
	if !c.Sum {
		v.numerator, v.denominator = s.of[0], s.of[1]
		whole = func(n float64) float64 { return balance.Ratio(c.Scale*n, s.of[1]) }
	}
	v.is = whole(s.of[0])
	switch {
	case a.some(counted.few):
		v.low, v.high, v.flag = whole(low), whole(high), "estime"
	case c.Low != "": // a rate of counts, which vary by chance
		low, high = balance.PoissonInterval(s.of[0])
		v.low, v.high = whole(low), whole(high)
	}
	return &s
}

// judgeAbove says what to know of a value above communes, or why there is none.
func (l *listing) judgeAbove(of *readings, a *area, s *sums, v *value) {
	estimated := v.flag == "estime"
	if !s.covers(l.p.Least) {
		v.is, v.low, v.high = math.NaN(), math.NaN(), math.NaN()
	}
	switch {
	case math.IsNaN(v.is):
		v.flag, v.reason = "manquant", "donnees_incompletes"
		if s.rows == 0 {
			v.reason = flagUnknown
		} else if v.denominator == 0 && of.d.Columns.Denominator == "population" {
			v.flag, v.reason = flagNobody, flagNobody
		}
	case of.d.Columns.Denominator != "" && of.d.Least > 0 && !(v.denominator >= of.d.Least):
		v.flag = "faible_effectif"
	case a.partial == 1 || s.rows < len(a.members) && s.known < s.all:
		v.flag = "partiel"
	case estimated: // as it is
	case l.someAtEdge(of, a):
		v.flag = flagEdge
	default:
		v.flag = flagSound
	}
	if math.IsNaN(v.is) {
		return
	}
	if estimated {
		v.reason = flagFew
	}
	if l.someInPart(of, a) {
		v.partly()
	}
}

// owned are the datasets that have the values of a level that sums do not make.
var owned = map[Level]struct{ dataset, key string }{
	EPCI:        {"equilibre-epci", "code_epci"},
	Departement: {"equilibre-departements", "code_departement"},
}

// published are the values of a level as another dataset has them.
func (l *listing) published(ctx context.Context, d *Definition, level Level) ([]value, error) {
	name, key, q := owned[level].dataset, owned[level].key, dataset.Query{}
	if d.Columns.Table == spreadTable {
		name, key, q = spreadTable, "territoire", equal("niveau", string(level))
		q.Equal = append(q.Equal, equal("indicateur", d.Columns.Of).Equal...)
	}
	var codes []string
	for i := range l.areas {
		if l.areas[i].Level == level {
			codes = append(codes, l.areas[i].Code)
		}
	}
	s := newSheet(codes)
	columns := slices.DeleteFunc([]string{d.Columns.Value, d.Columns.Low, d.Columns.High, d.Columns.Flag}, func(c string) bool { return c == "" })
	if err := s.join(ctx, l.Source, name, key, q, columns...); err != nil {
		return nil, err
	}
	of := &readings{d: d}
	all := make([]value, 0, len(codes))
	for i := range l.areas {
		if a := &l.areas[i]; a.Level == level {
			all = append(all, l.taken(of, a, s, s.at[a.Code]))
		}
	}
	return all, nil
}

const spreadTable = "equilibre-territoires"

func (l *listing) taken(of *readings, a *area, s *sheet, i int) value {
	v := nothing
	v.code, v.name = a.Code, a.Name
	c := of.d.Columns
	v.is, v.low, v.high = s.number(c.Value)[i], s.number(c.Low)[i], s.number(c.High)[i]
	switch {
	case math.IsNaN(v.is):
		v.flag, v.reason = "manquant", flagUnknown
		if said := s.text(c.Flag)[i]; said != "" && said != "manquant" {
			v.reason = said
		}
	case a.partial == 1:
		v.flag = "partiel"
	case l.someAtEdge(of, a):
		v.flag = flagEdge
	default:
		v.flag = flagSound
	}
	if !math.IsNaN(v.is) && l.someInPart(of, a) {
		v.partly()
	}
	return v
}
