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
		var s sums
		if of.d.Columns.Sum {
			s = a.sums(people, of.told())
			v.is = s.of[0]
			of.least(a, &v)
		} else {
			s = a.sums(people, of.numerator, of.denominator)
			v.numerator, v.denominator = s.of[0], s.of[1]
			v.is = balance.Ratio(of.d.Columns.Scale*v.numerator, v.denominator)
		}
		l.judgeAbove(of, a, &s, &v)
		all = append(all, v)
	}
	return all
}

// told is the column where numbers too small to be told are 0: their sum is the least that it can be.
func (of *readings) told() []float64 {
	column := slices.Clone(of.is)
	for i := range column {
		if of.few[i] {
			column[i] = 0
		}
	}
	return column
}

// least gives a sum its bounds, where some of it is not told.
func (of *readings) least(a *area, v *value) {
	untold := 0.0
	for _, i := range a.members {
		untold += truly(of.few[i])
	}
	if untold > 0 {
		v.low, v.high = v.is+untold, v.is+untold*(FewPeople-1)
	}
}

// judgeAbove says what to know of a value above communes, or why there is none.
func (l *listing) judgeAbove(of *readings, a *area, s *sums, v *value) {
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
	case v.low > v.is:
		v.flag = "estime"
	case l.someAtEdge(of, a):
		v.flag = flagEdge
	default:
		v.flag = flagSound
	}
	if !math.IsNaN(v.is) && l.someInPart(of, a) {
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

// bound gives ratios of sums the interval that the dataset of their level has, where it has one.
func (l *listing) bound(ctx context.Context, d *Definition, level Level, values []value) error {
	own, has := owned[level]
	if !has || d.Columns.Low == "" {
		return nil
	}
	codes := make([]string, len(values))
	for i := range values {
		codes[i] = values[i].code
	}
	s := newSheet(codes)
	if err := s.join(ctx, l.Source, own.dataset, own.key, dataset.Query{}, d.Columns.Low, d.Columns.High); err != nil {
		return err
	}
	for i := range values {
		if v := &values[i]; !math.IsNaN(v.is) {
			at := s.at[v.code]
			v.low, v.high = s.number(d.Columns.Low)[at], s.number(d.Columns.High)[at]
		}
	}
	return nil
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
