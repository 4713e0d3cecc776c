package indicator

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sentence says in French what a journalist may quote: who lives there, the network, how near the places are, and the dates of both.
func (p *Portrait) Sentence() string {
	parts := []string{p.networkSaid(), p.nearSaid()}
	if p.Territory.Level != Commune {
		parts = append(parts, p.shortSaid())
	}
	where := where(p.Territory)
	if p.Territory.Level != Commune {
		where = words.Say("portrait.communes", "where", where, "communes", several("commune", p.Communes))
	}
	return words.Say("portrait", "where", where, "people", inhabitants(p.Population), "parts", strings.Join(parts, "\u202f; "))
}

func (p *Portrait) networkSaid() string {
	f := p.Figure("thd_taux_raccordable")
	if f == nil || f.Value == nil {
		return words.Say("portrait.network.unknown")
	}
	return words.Say("portrait.network", "value", f.Said(), "source", words.Say("measure."+string(Measures[0])), "quarter", quarterSaid(f.Period))
}

func (p *Portrait) nearSaid() string {
	near, far := p.Figure("med_part_10km"), p.Figure("med_distance")
	if near == nil || near.Value == nil || far == nil || far.Value == nil {
		return words.Say("portrait.near.unknown")
	}
	return words.Say("portrait.near", "value", near.Said(), "distance", far.Said(), "day", near.PeriodSaid())
}

func (p *Portrait) shortSaid() string {
	f := p.Figure("med_part_sous_dotee")
	switch {
	case f == nil || f.Numerator == nil:
		return words.Say("portrait.short.unknown")
	case len(p.Short) == 0:
		return words.Say("portrait.short.none")
	}
	return words.Say("portrait.short", "people", inhabitants(int64(*f.Numerator)), "communes", several("commune", int64(len(p.Short))), "mark", agreed("portrait.marked", int64(len(p.Short))))
}

// Notes are what must be known of the numbers before they are quoted.
func (p *Portrait) Notes() (notes []string) {
	if p.Partial {
		notes = append(notes, words.Say("portrait.partial"))
	}
	for _, flag := range []string{"effet_bord", "moins_de_11", "secret"} {
		if slices.ContainsFunc(p.Figures, func(f Figure) bool { return f.Flag == flag }) {
			notes = append(notes, words.Say("portrait."+flag))
		}
	}
	return append(notes, words.Say("portrait.rates"), words.Say("portrait.order"))
}

// Said is the value as people read it, with its unit; "" of none.
func (f *Figure) Said() string {
	if f.Value == nil {
		return ""
	}
	return withUnit(*f.Value, f.Decimals, f.Unit)
}

// withUnit writes a number and its unit. One that is nearly nought, or nearly all, is not said to be it.
func withUnit(x float64, decimals int, unit string) string {
	least := math.Pow(10, -float64(decimals))
	text := figure(x, decimals)
	switch {
	case unit == "%" && x < 100 && x > 100-least/2:
		text = words.Say("unit.most", "value", figure(100-least, decimals))
	case x > 0 && x < least/2:
		text = words.Say("unit.least", "value", figure(least, decimals))
	}
	if one, many, _ := strings.Cut(words["unit."+unit], "|"); one != "" && math.Abs(x) < 2 {
		unit = one
	} else if many != "" {
		unit = many
	}
	return strings.TrimRight(text+"\u00a0"+unit, "\u00a0")
}

// BoundsSaid are the bounds of an interval; "" of none.
func (f *Figure) BoundsSaid() string {
	if f.Low == nil || f.High == nil {
		return ""
	}
	return words.Say("portrait.bounds", "low", figure(*f.Low, f.Decimals), "high", figure(*f.High, f.Decimals))
}

// FractionSaid is what the value is made of: a number over another; "" where it is no ratio.
func (f *Figure) FractionSaid() string {
	if f.Numerator == nil || f.Denominator == nil || f.Definition.Numerator == "" {
		return ""
	}
	return words.Say("portrait.fraction", "numerator", totalSaid(*f.Numerator), "of", f.Definition.Numerator, "denominator", totalSaid(*f.Denominator), "over", f.Definition.Denominator)
}

// totalSaid is a sum as people read it.
func totalSaid(x float64) string {
	if x == math.Trunc(x) || x >= 1000 {
		return figure(x, 0)
	}
	return figure(x, 2)
}

// FlagSaid says why there is no value, or what is to be known of it; "" where there is nothing to say.
func (f *Figure) FlagSaid() string {
	if f.Value == nil {
		if f.Flag == "moins_de_11" {
			return words.Say("flag.moins_de_11")
		}
		return words.Say("portrait.unknown", "reason", reasonSaid(cmp.Or(f.Reason, f.Flag, "non_renseigne")))
	}
	if f.Flag == "" || f.Flag == "ok" {
		return ""
	}
	if text, ok := words["flag."+f.Flag]; ok {
		return text
	}
	return f.Flag
}

// PeriodSaid is the date of the data: a quarter, a day, a year; "" where it is not dated.
func (f *Figure) PeriodSaid() string {
	if day, err := time.Parse(time.DateOnly, f.Period); err == nil {
		return words.Say("portrait.day", "day", day.Format("02/01/2006"))
	}
	switch {
	case f.Period == undated:
		return ""
	case strings.Contains(f.Period, "T"):
		return quarterSaid(f.Period)
	}
	return f.Period
}

// PeopleSaid is how many people live in an under-served commune.
func (c Short) PeopleSaid() string {
	if c.People == nil {
		return words.Say("few", "n", FewPeople)
	}
	return several("people", *c.People)
}

// ReasonSaid is by which leg of the rule the commune is marked.
func (c Short) ReasonSaid() string { return reasonSaid(c.Reason) }

// TextSaid is how a territory is called.
func (t Territory) TextSaid() string { return where(t) }

// HooverSaid is Hoover's index in words: a measure, which advises nothing. "" where there is none.
func (sp *Spread) HooverSaid() string {
	if sp.Hoover == nil {
		return ""
	}
	return words.Say("hoover."+sp.Of.Code, "share", withUnit(100**sp.Hoover, 1, "%"))
}

// TheilSaid is which part of the inequality lies between intercommunalités; "" of one, or where nothing differs.
func (sp *Spread) TheilSaid() string {
	if sp.Theil == nil || sp.Between == nil || sp.Within == nil || !(*sp.Theil > 0) {
		return ""
	}
	return words.Say("theil", "between", withUnit(100**sp.Between / *sp.Theil, 1, "%"), "within", withUnit(100**sp.Within / *sp.Theil, 1, "%"),
		"theil", figure(*sp.Theil, 4), "inter", figure(*sp.Between, 4), "intra", figure(*sp.Within, 4))
}

// DecilesSaid is where the tenth that has least ends, the middle, and where the tenth that has most begins; "" where they are not known.
func (sp *Spread) DecilesSaid() string {
	if sp.D1 == nil || sp.D5 == nil || sp.D9 == nil {
		return ""
	}
	said := func(x float64) string { return withUnit(x, sp.Of.Decimals, sp.Of.Unit) }
	return words.Say("deciles."+weighted(sp), "d1", said(*sp.D1), "d5", said(*sp.D5), "d9", said(*sp.D9))
}

func weighted(sp *Spread) string {
	if sp.Premises() {
		return "premises"
	}
	return "people"
}

// Words says a text about the curve, which has its shares in per cent.
func (sp *Spread) Words(id string, pairs ...any) string {
	at := sp.Widest()
	share, half := 0.0, 0.0
	if n := len(sp.Curve); n > 0 {
		share, half = 100*sp.Curve[at], 100*sp.Curve[n/2]
	}
	return words.Say("lorenz."+id, append(pairs, "title", sp.Of.Title, "of", words.Say("lorenz."+weighted(sp)), "what", words.Say("lorenz.what."+sp.Of.Code),
		"part", strconv.Itoa(at), "share", figure(share, 1), "half", figure(half, 1)+"\u00a0%", "gap", figure(100**cmp.Or(sp.Hoover, new(float64)), 1)+"\u00a0%", "hoover", sp.HooverSaid())...)
}

// Described is the curve in words, for those who do not see it.
func (sp *Spread) Described() string {
	last := len(sp.Curve) - 1
	text := sp.Words("desc")
	if last <= 0 {
		return text
	}
	var points []string
	for _, percent := range []int{10, 25, 50, 75, 90} {
		points = append(points, words.Say("lorenz.point", "percent", percent, "share", figure(100*sp.Curve[percent*last/100], 1)))
	}
	return text + " " + strings.Join(points, "\u202f; ") + "."
}
