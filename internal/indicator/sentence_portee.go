package indicator

// Sentence says in French how many people have a place within the radius.
func (r *Reach) Sentence() string {
	if r.All.Communes == 0 {
		return words.Say("gaps.empty", "where", r.facts.whereSaid(r.Territory))
	}
	return words.Say(r.said(), "where", r.facts.whereSaid(r.Territory), "people", r.counted(r.People), "all", figure(float64(r.All.People), 0), "share", share(r.People, r.All.People),
		"have", agreed("have", r.People), "place", r.Trip.Offer.placeSaid(), "radius", kilometres(r.Radius), "line", r.Trip.lineSaid(), "from", words.Say("reach.from."+r.Origin),
		"far", r.counted(r.Far), "lack", agreed("lack", r.Far), "few", FewPeople) + r.Known.silentSaid()
}

// counted is a sum of people: an estimate where some of its numbers are not told.
func (r *Reach) counted(n int64) string {
	if r.Taken == 0 {
		return inhabitants(n)
	}
	return words.Say("about", "count", several("people", n))
}

// said is the sentence that may be said: not knowing is not having none, and a number of few people is told by those that are left.
func (r *Reach) said() string {
	switch {
	case r.Unknown.Communes > 0 && r.People+r.Far == 0:
		return "reach.unsaid"
	case r.secret():
		return "reach.few"
	}
	return "reach"
}

// Notes say what is around the answer: the places that count, what tables publish at other radii, what is not known.
func (r *Reach) Notes() []string {
	notes := []string{words.Say("reach.communes", "within", several("commune", int64(r.Within.Communes)), "beyond", several("commune", int64(r.Beyond.Communes)))}
	if r.Trip.From != FromLimit {
		notes = append(notes, words.Say("reach.places", "places", several("place.count", int64(r.Places)), "around", several("place.count", int64(r.Around))))
	}
	if r.Taken > 0 && !r.secret() {
		notes = append(notes, words.Say("reach.taken", "communes", several("commune", int64(r.Taken)), "few", FewPeople-1, "taken", FewTaken, "least", figure(float64(r.Least), 0), "most", several("people", r.Most)))
	}
	for _, p := range r.Published {
		notes = append(notes, p.said(r.Trip))
	}
	if known := r.Known.updatedSaid(); known != "" {
		notes = append(notes, known)
	}
	if r.Unknown.Communes > 0 {
		notes = append(notes, words.Say("reach.unknown", "communes", several("commune", int64(r.Unknown.Communes)), "people", inhabitants(r.Unknown.People)))
	}
	return notes
}

func (p Published) said(trip Trip) string {
	secret, people := "", inhabitants(p.Beyond)
	if p.Unsaid > 0 {
		secret = words.Say("reach.secret", "communes", several("commune", int64(p.Unsaid)))
	}
	if p.Taken > 0 && !fewIn(p.Beyond, p.Taken) {
		people = words.Say("about.bounds", "count", several("people", p.Beyond), "least", figure(float64(p.Least), 0), "most", figure(float64(p.Most), 0))
	}
	return words.Say("reach.published", "radius", kilometres(p.Radius), "people", people, "line", trip.lineSaid(), "secret", secret)
}

// Limits are what must be known before the answer is used.
func (r *Reach) Limits() []string {
	limits := []string{words.Say("limit.declared")}
	if silent := r.Known.limit(r.Trip.Offer); silent != "" {
		limits = append(limits, silent)
	}
	if !r.Trip.Straight {
		limits = append(limits, words.Say("limit.road"))
	}
	if r.Origin == "point" {
		limits = append(limits, words.Say("limit.point"))
	}
	if r.Origin == "carreaux" {
		limits = append(limits, words.Say("limit.cells"))
	}
	if r.Origin == "carreaux" && r.Pointed > 0 {
		limits = append(limits, words.Say("limit.pointed", "communes", several("commune", int64(r.Pointed))))
	}
	if r.Uncertain > 0 && !r.secret() {
		limits = append(limits, words.Say("limit.uncertain", "people", inhabitants(r.Uncertain)))
	}
	if r.facts.anyBordered() {
		limits = append(limits, words.Say("limit.around"))
	}
	if r.Partial.Communes > 0 {
		limits = append(limits, words.Say("limit.partial", "communes", several("commune", int64(r.Partial.Communes))))
	}
	return append(limits, words.Say("limit.list"))
}

// Sentence says in French what the scenario adds, and that it is one.
func (sc *Scenario) Sentence() string {
	r := sc.Reach
	pairs := []any{"where", r.facts.whereSaid(r.Territory), "radius", kilometres(r.Radius), "line", r.Trip.lineSaid(), "place", r.Trip.Offer.placeSaid(),
		"before", r.counted(r.People), "all", figure(float64(r.All.People), 0), "have", agreed("have", r.People), "least", several("people", FewPeople)}
	if said := r.said(); said != "reach" {
		return words.Say("scenario.unsaid", "sentence", r.Sentence())
	}
	if len(sc.Steps) == 0 {
		return words.Say("scenario.none", pairs...)
	}
	var names []string
	gained := int64(0)
	for _, step := range sc.Steps {
		names, gained = append(names, sc.communes.text(step.commune, "nom")), gained+step.Gained
	}
	total := sc.Steps[len(sc.Steps)-1].Total
	return words.Say("scenario", append(pairs, "places", several("place.count", int64(len(sc.Steps))), "added", agreed("added", int64(len(sc.Steps))), "at", words.Say("scenario.at."+string(sc.Candidates)),
		"names", series(names), "gained", r.counted(gained), "would", agreed("would", gained), "total", r.counted(total), "share", share(total, r.All.People))...)
}

// Limits are the assumptions of the scenario, and what is known of what it is made of.
func (sc *Scenario) Limits() []string {
	limits := []string{words.Say("scenario.assumed.is"), words.Say("scenario.assumed.at." + string(sc.Candidates)), words.Say("scenario.assumed.greedy"),
		words.Say("scenario.assumed.people"), words.Say("scenario.assumed.least", "least", FewPeople), words.Say("scenario.assumed.capacity")}
	if g := sc.Reach.ground; g.matrix != nil && !sc.Reach.Trip.Straight {
		limits = append(limits, words.Say("scenario.assumed.matrix", "detour", figure(g.p.Detour, -1)))
	}
	return append(limits, sc.Reach.Limits()...)
}
