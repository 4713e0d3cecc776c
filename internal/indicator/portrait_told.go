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
		id := "portrait.communes"
		if p.Partial {
			id = "portrait.communes.partial"
		}
		where = words.Say(id, "where", where, "communes", several("commune", p.Communes))
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
	id := "portrait.near"
	switch {
	case near == nil || far == nil || far.Value == nil || near.Value == nil && near.Flag != flagFew:
		return words.Say("portrait.near.unknown")
	case near.Value == nil:
		return words.Say("portrait.near.few", "few", FewPeople, "distance", far.Said(), "day", near.updatedSaid())
	case near.Reason == flagFew:
		id = "portrait.near.estimated"
	}
	return words.Say(id, "value", near.Said(), "distance", far.Said(), "day", near.updatedSaid())
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
	if p.Pointed > 0 {
		notes = append(notes, words.Say("portrait.point", "communes", several("commune", p.Pointed)))
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
	switch {
	case f.Value != nil:
		return withUnit(*f.Value, f.Decimals, f.Unit)
	case f.Flag == flagFew && f.fewThemselves():
		return words.Say("few", "n", FewPeople)
	case f.Flag == flagFew:
		return words.Say("portrait.untold")
	}
	return ""
}

// fewThemselves says whether what is not told is how few people there are, rather than what would tell it.
func (f *Figure) fewThemselves() bool { return f.Columns.Sum && f.High != nil && *f.High < FewPeople }

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
	shown := math.Round(x/least) * least
	return strings.TrimRight(text+"\u00a0"+unitSaid(shown, unit), "\u00a0")
}

// unitSaid is a unit as it follows a number: of one and of many, under two being one.
func unitSaid(x float64, unit string) string {
	one, many, _ := strings.Cut(words["unit."+unit], "|")
	switch {
	case one == "":
		return unit
	case x != 0 && math.Mod(x, 1e6) == 0 && words["unit."+unit+".millions"] != "":
		return words.Say("unit." + unit + ".millions")
	case math.Abs(x) < 2:
		return one
	}
	return many
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
		switch {
		case f.Flag == flagFew && f.fewThemselves():
			return ""
		case f.Flag == flagFew:
			return words.Say("portrait.untold.why", "few", FewPeople)
		}
		return words.Say("portrait.unknown", "reason", reasonSaid(cmp.Or(f.Reason, f.Flag, "non_renseigne")))
	}
	if f.Reason == flagFew {
		return words.Say("portrait.taken", "most", FewPeople-1, "taken", FewTaken)
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
	if day, ok := daySaid(f.Period); ok {
		if first, known := daySaid(f.First); known && first != day {
			return words.Say("portrait.days", "from", first, "day", day)
		}
		return words.Say("portrait.day", "day", day)
	}
	switch {
	case f.Period == undated:
		return ""
	case strings.Contains(f.Period, "T"):
		return quarterSaid(f.Period)
	}
	return f.Period
}

// updatedSaid is when the rows of places were updated.
func (f *Figure) updatedSaid() string {
	if day, ok := daySaid(f.Period); ok && (f.First == "" || f.First == f.Period) {
		return words.Say("portrait.day.on", "day", day)
	}
	return f.PeriodSaid()
}

// daySaid is a day as people write it.
func daySaid(text string) (day string, ok bool) {
	t, err := time.Parse(time.DateOnly, text)
	return t.Format("02/01/2006"), err == nil
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
	const decimals = 6
	all, between := roundedTo(*sp.Theil, decimals), roundedTo(*sp.Between, decimals) // so that what is said adds up
	return words.Say("theil", "between", withUnit(100**sp.Between / *sp.Theil, 1, "%"), "within", withUnit(100**sp.Within / *sp.Theil, 1, "%"),
		"theil", figure(all, decimals), "inter", figure(between, decimals), "intra", figure(all-between, decimals))
}

func roundedTo(x float64, decimals int) float64 {
	parts := math.Pow10(decimals)
	return math.Round(x*parts) / parts
}

// DecilesSaid is where the tenth that has least ends, the middle, and where the tenth that has most begins; "" where they are not known.
func (sp *Spread) DecilesSaid() string {
	if sp.D1 == nil || sp.D5 == nil || sp.D9 == nil {
		return ""
	}
	said := func(x float64) string { return withUnit(x, sp.Of.Decimals, sp.Of.Unit) }
	low, middle, high := said(*sp.D1), said(*sp.D5), said(*sp.D9)
	id := "deciles."
	switch {
	case low == high:
		id += "all."
	case low == middle:
		id += "half."
	case middle == high:
		id += "most."
	}
	if id != "deciles.all." {
		most := "deciles.low"
		if *sp.D1 == 0 {
			most += ".none"
		}
		low = words.Say(most, "value", low)
	}
	return words.Say(id+weighted(sp), "d1", low, "d5", middle, "d9", high)
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
