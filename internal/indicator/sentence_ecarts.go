package indicator

import "strings"

// Sentence says the answer in French, as it may be quoted: numbers, what they are of, from where distances are measured.
func (g *Gaps) Sentence() string {
	pairs := []any{"where", g.facts.whereSaid(g.Territory), "conditions", g.conditionsSaid(), "all", figure(float64(g.All.Communes), 0), "missing", several("commune", int64(g.Unknown.Communes)),
		"found", several("commune", int64(g.Found.Communes)), "share", portion(int64(g.Found.Communes), int64(g.All.Communes)), "lived", g.lived()}
	switch {
	case g.All.Communes == 0:
		return words.Say("gaps.empty", pairs...)
	case g.untold():
		return words.Say("gaps.untold", pairs...) + g.Known.silentSaid()
	case g.Found.Communes == 0:
		return words.Say("gaps.none", pairs...) + g.missing() + g.Known.silentSaid()
	case g.conditionsSaid() == "":
		return words.Say("gaps.all", pairs...)
	}
	return words.Say("gaps.some", pairs...) + g.missing() + g.partly() + g.Known.silentSaid()
}

// untold says whether no commune is known to be in the answer, nor not to be.
func (g *Gaps) untold() bool { return g.Unknown.Communes == g.All.Communes && g.All.Communes > 0 }

// missing says of how many communes it is not known whether they are in the answer; "" of none.
func (g *Gaps) missing() string {
	if g.Unknown.Communes == 0 {
		return ""
	}
	return " " + words.Say("gaps.missing", "communes", several("commune", int64(g.Unknown.Communes)))
}

// far says whether the question is of distances.
func (g *Gaps) far() bool { return !g.Distance.IsOpen() || g.Radius != 0 }

// onPlaces says whether the question is of places, by what people reach or by classes that are made of it.
func (g *Gaps) onPlaces() bool {
	return g.far() || g.Short != nil || g.Double != nil || g.Quadrant != ""
}

// partly says of how many communes only a part of the places is known; "" of none.
func (g *Gaps) partly() string {
	if g.Partial.Communes == 0 || !g.onPlaces() {
		return ""
	}
	return " " + words.Say("gaps.partial", "communes", several("commune", int64(g.Partial.Communes)))
}

// lived says how many people live in what was found.
func (g *Gaps) lived() string {
	return words.Say("gaps.lived", "people", inhabitants(g.Found.People), "these", agreed("these", int64(g.Found.Communes)),
		"all", figure(float64(g.All.People), 0), "share", share(g.Found.People, g.All.People))
}

// Unknowns says which communes the answer leaves out, and why; "" where there are none.
func (g *Gaps) Unknowns() string {
	if g.Unknown.Communes == 0 {
		return ""
	}
	var why []string
	for _, r := range g.Reasons {
		why = append(why, words.Say("gaps.reason", "condition", words.Say("condition."+r.Condition), "reason", reasonSaid(r.Reason), "communes", several("commune", int64(r.Communes))))
	}
	return words.Say("gaps.unknown", "communes", several("commune", int64(g.Unknown.Communes)), "people", inhabitants(g.Unknown.People), "why", strings.Join(why, " ; "))
}

func reasonSaid(reason string) string {
	return orElse(words["reason."+reason], orElse(words["flag."+reason], reason))
}

// conditionsSaid are the conditions of the question, as they follow the word commune.
func (g *Gaps) conditionsSaid() string {
	var parts []string
	say := func(asked bool, text func() string) {
		if asked {
			parts = append(parts, text())
		}
	}
	say(!g.Population.IsOpen(), func() string {
		if r := g.Population; r.From < r.To {
			return words.Say("population.both", "from", figure(r.From, -1), "to", headcount(r.To))
		}
		return bounds("population", g.Population, headcount)
	})
	say(!g.Rate.IsOpen(), func() string {
		percent := func(x float64) string { return figure(x, -1) + "\u00a0%" }
		return bounds("rate", g.Rate, percent, "source", words.Say("measure."+string(g.Measure)), "quarter", quarterSaid(g.Quarter))
	})
	say(!g.Distance.IsOpen(), func() string {
		return words.Say("far", "from", words.Say(g.departureSaid()), "bounds", bounds("distance", g.Distance, kilometres), "place", g.Trip.Offer.nearestSaid(), "line", g.Trip.lineSaid())
	})
	say(g.Radius != 0, func() string {
		return words.Say("nobody", "radius", kilometres(g.Radius), "place", g.Trip.Offer.placeSaid(), "line", g.Trip.lineSaid())
	})
	say(g.Short != nil, func() string { return g.flagSaid("sous_dote", *g.Short) })
	say(g.Double != nil, func() string { return g.flagSaid("double_peine", *g.Double) })
	say(g.Quadrant != "", func() string { return words.Say("quadrant", "quadrant", words.Say("quadrant."+g.Quadrant)) })
	return series(parts)
}

// flagSaid agrees with the communes that were found, or with those that there may be.
func (g *Gaps) flagSaid(flag string, is bool) string {
	id := flag + ".no"
	if is {
		id = flag + ".yes"
	}
	if g.untold() {
		return agreed(id, 2)
	}
	return agreed(id, int64(g.Found.Communes))
}

// quarterSaid is 2026T2 as people read it.
func quarterSaid(quarter string) string {
	year, n, ok := strings.Cut(quarter, "T")
	if !ok {
		return words.Say("quarter.none")
	}
	return words.Say("quarter."+n, "year", year)
}

// departureSaid is the text that says from where the distances of the answer are measured.
func (g *Gaps) departureSaid() string {
	if g.Trip.From == FromPeople && g.Origin != "" {
		return "from.population." + g.Origin
	}
	return "from." + string(g.Trip.From)
}

func (t Trip) lineSaid() string {
	if t.Straight {
		return words.Say("line.straight")
	}
	return words.Say("line.road")
}

// nearestSaid is "du lieu le plus proche…".
func (o Offer) nearestSaid() string { return words.Say("nearest."+o.kind(), "label", o.Label) }

// placeSaid is "lieu…".
func (o Offer) placeSaid() string { return words.Say("place."+o.kind(), "label", o.Label) }

func (o Offer) kind() string {
	switch {
	case o.OutOfHours:
		return "hors_bureau"
	case o.IsAny():
		return "any"
	}
	return o.Family
}

// Measured says from where distances are measured, how, and what the same question finds from elsewhere; "" where the question has no
// distance.
func (g *Gaps) Measured() string {
	if !g.far() {
		return ""
	}
	text := words.Say("measured", "from", words.Say("measured."+strings.TrimPrefix(g.departureSaid(), "from.")), "line", words.Say("measured."+g.lineMeasured(), "detour", figure(g.facts.detour, -1)))
	for _, e := range g.Elsewhere {
		text += " " + e.said()
	}
	if known := g.Known.updatedSaid(); known != "" {
		text += " " + known
	}
	return text
}

// said is what is found from elsewhere; that it is not known is not that there is none.
func (e Elsewhere) said() string {
	id := "elsewhere"
	switch {
	case e.Communes == 0 && e.Unknown > 0:
		id = "elsewhere.untold"
	case e.Unknown > 0:
		id = "elsewhere.part"
	}
	return words.Say(id, "from", words.Say("elsewhere."+string(e.From)), "communes", several("commune", int64(e.Communes)), "people", inhabitants(e.People), "missing", several("commune", int64(e.Unknown)))
}

// lineMeasured is how the lengths of the answer were found. Those of town halls and of boundaries are never of the matrix.
func (g *Gaps) lineMeasured() string {
	switch {
	case g.Trip.Straight:
		return "straight"
	case g.facts.matrix && g.Trip.From == FromPeople:
		return "matrix"
	}
	return "road"
}

// Limits are what must be known before the answer is used.
func (g *Gaps) Limits() (all []string) {
	add := func(holds bool, id string, pairs ...any) {
		if holds {
			all = append(all, words.Say("limit."+id, pairs...))
		}
	}
	far := g.far()
	add(far, "declared")
	if silent := g.Known.limit(g.Trip.Offer); silent != "" {
		all = append(all, silent)
	}
	add(far && !g.Trip.Straight, "road")
	add(far && g.Origin == "point" && g.Trip.From == FromPeople, "point")
	add(far && g.Origin == "carreaux" && g.Pointed > 0 && g.Trip.From == FromPeople, "pointed", "communes", several("commune", int64(g.Pointed)))
	add(far && g.Uncertain.Communes > 0, "beyond", "communes", several("commune", int64(g.Uncertain.Communes)))
	add(far && g.facts.anyBordered(), "around")
	add(g.onPlaces() && g.Partial.Communes > 0, "partial", "communes", several("commune", int64(g.Partial.Communes)))
	add(!g.Rate.IsOpen(), "measure."+string(g.Measure))
	add(g.Short != nil || g.Double != nil || g.Quadrant != "", "class")
	add(true, "list")
	return all
}
