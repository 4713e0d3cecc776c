package indicator

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"maille/internal/schema"
)

// plainly is a sentence with the spaces of a keyboard.
func plainly(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(text)
}

func asking(change func(*Question)) Question {
	q := Question{Territory: Territory{Departement, "91", "Essonne"}, Population: Everything, Rate: Everything, Distance: Everything, Measure: "cartefibre", Trip: Trip{From: FromPeople}}
	change(&q)
	return q
}

// TestSentences: one, none, many, few people, a small base; what is not known is said.
func TestSentences(t *testing.T) {
	least := asking(func(q *Question) { q.Population.From = 1000 })
	for _, c := range []struct {
		g          Gaps
		want, note string
	}{
		{Gaps{Question: least, Found: Count{0, 0}, All: Count{194, 1338485}}, "Essonne (91) : aucune commune d'au moins 1 000 habitants, sur 194.", ""},
		{Gaps{Question: least, Found: Count{1, 1772}, All: Count{194, 1338485}},
			"Essonne (91) : 1 commune d'au moins 1 000 habitants, sur 194 (0,5 %). Population de cette commune : 1 772 habitants sur 1 338 485 (0,1 %).", ""},
		{Gaps{Question: least, Found: Count{3, 8}, All: Count{12, 5000}},
			"Essonne (91) : 3 communes d'au moins 1 000 habitants, sur 12. Population de ces communes : moins de 11 habitants sur 5 000.", ""},
		{Gaps{Question: least, Found: Count{2, 1}, All: Count{20, 15}, Unknown: Count{2, 300}, Reasons: []Reason{{"taux", "manquant", Count{1, 100}}, {"distance", "population_nulle", Count{1, 0}}}},
			"Essonne (91) : 2 communes d'au moins 1 000 habitants, sur 20 (10 %). Population de ces communes : moins de 11 habitants sur 15. Pour 2 communes, les données ne permettent pas de le dire.",
			"Hors de ce compte, faute de données : 2 communes (300 habitants), à savoir taux de raccordement : absent de la source (1 commune) ; distance : population nulle (1 commune)."},
		{Gaps{Question: least, All: Count{12, 5000}, Unknown: Count{2, 300}, Reasons: []Reason{{"rayon", "moins_de_11", Count{2, 300}}}},
			"Essonne (91) : aucune commune d'au moins 1 000 habitants, sur 12. Pour 2 communes, les données ne permettent pas de le dire.",
			"Hors de ce compte, faute de données : 2 communes (300 habitants), à savoir habitants au-delà du rayon : nombre de moins de 11 habitants, qui n'est pas dit (2 communes)."},
		{Gaps{Question: asking(func(q *Question) { q.Short = new(bool) }), All: Count{12, 5000}, Unknown: Count{12, 5000}, Reasons: []Reason{{"sous_dote", "non_renseigne", Count{12, 5000}}}},
			"Essonne (91) : les données ne permettent pas de dire s'il y a des communes non signalées comme sous-dotées : elles manquent pour 12 communes, sur 12.",
			"Hors de ce compte, faute de données : 12 communes (5 000 habitants), à savoir signalement « sous-dotée » : non renseigné (12 communes)."},
		{Gaps{Question: least, Found: Count{12, 5000}, All: Count{12, 5000}, facts: &facts{part: true}},
			"Essonne (91), dont seule une partie est connue ici : 12 communes d'au moins 1 000 habitants, sur 12. Population de ces communes : 5 000 habitants sur 5 000 (100 %).", ""},
		{Gaps{Question: asking(func(q *Question) { q.Short = new(bool) }), Found: Count{1, 500}, All: Count{12, 5000}},
			"Essonne (91) : 1 commune non signalée comme sous-dotée, sur 12. Population de cette commune : 500 habitants sur 5 000 (10 %).", ""},
		{Gaps{Question: asking(func(q *Question) { q.Double = new(bool) }), All: Count{194, 5000}}, "Essonne (91) : aucune commune non signalée en double peine, sur 194.", ""},
		{Gaps{Question: asking(func(*Question) {}), Found: Count{194, 1338485}, All: Count{194, 1338485}}, "Essonne (91) : 194 communes. Population de ces communes : 1 338 485 habitants sur 1 338 485 (100 %).", ""},
		{Gaps{Question: asking(func(q *Question) { q.Territory = Territory{Level: Instance} }), All: Count{}}, "Tout le territoire : aucune commune n'est connue ici.", ""},
	} {
		if got := plainly(c.g.Sentence()); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
		if got := plainly(c.g.Unknowns()); got != c.note {
			t.Errorf("%s\nwant %s", got, c.note)
		}
	}
}

// TestConditionsSaid: each condition names its measure, its quarter, from where and along what line.
func TestConditionsSaid(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		change func(*Question)
		want   string
	}{
		{func(q *Question) { q.Population = Range{1000, 5000} }, "de 1 000 à 5 000 habitants"},
		{func(q *Question) { q.Population.To = 1 }, "d'au plus 1 habitant"},
		{func(q *Question) { q.Population = Range{1, 1} }, "de 1 habitant"},
		{func(q *Question) { q.Population.From = 1000.5 }, "d'au moins 1 000,5 habitants"},
		{func(q *Question) { q.Distance.To = 999.5 }, "dont le point représentatif est à 999,5 m ou moins du lieu de médiation numérique le plus proche, par la route (estimation)"},
		{func(q *Question) { q.Rate.To = 89.999 }, "où au plus 89,999 % des locaux sont raccordables à la fibre (Arcep, Ma carte fibre, 2e trimestre 2026)"},
		{func(q *Question) { q.Rate.To = 90 }, "où au plus 90 % des locaux sont raccordables à la fibre (Arcep, Ma carte fibre, 2e trimestre 2026)"},
		{func(q *Question) { q.Rate.From, q.Measure = 99.25, "anct" }, "où au moins 99,25 % des locaux sont raccordables à la fibre (ANCT, 2e trimestre 2026)"},
		{func(q *Question) { q.Distance.From = 7500 }, "dont le point représentatif est à 7,5 km ou plus du lieu de médiation numérique le plus proche, par la route (estimation)"},
		{func(q *Question) { q.Distance.To, q.Trip = 800, Trip{From: FromTownHall, Straight: true} }, "dont la mairie est à 800 m ou moins du lieu de médiation numérique le plus proche, à vol d'oiseau"},
		{func(q *Question) { q.Distance, q.Trip.From = Range{1000, 2000}, FromLimit }, "dont la limite la plus proche est à une distance de 1 km à 2 km du lieu de médiation numérique le plus proche, par la route (estimation)"},
		{func(q *Question) {
			q.Radius, q.Trip.Offer = 10_000, Offer{Family: "public", Label: "Seniors", Slug: "seniors"}
		},
			"dont aucun habitant n'a, à 10 km ou moins par la route (estimation), de lieu qui déclare s'adresser en particulier au public « Seniors »"},
		{func(q *Question) { q.Short, q.Double = &yes, &no }, "signalées comme sous-dotées et non signalées en double peine"},
		{func(q *Question) { q.Quadrant = Quadrants[3] }, "du quadrant « réseau bas, offre basse »"},
	} {
		g := Gaps{Question: asking(c.change), Found: Count{2, 100}, Quarter: "2026T2", Origin: "point"}
		if got := plainly(g.conditionsSaid()); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}

// TestEveryWordIsSaid: no sentence asks for a text that is not there.
func TestEveryWordIsSaid(t *testing.T) {
	for _, m := range Measures {
		for _, id := range []string{"measure." + string(m), "limit.measure." + string(m)} {
			if words[id] == "" {
				t.Errorf("no text %s", id)
			}
		}
	}
	ids := []string{"reach.from.point", "reach.from.carreaux", "measured.population.point", "measured.population.carreaux", "measured.road", "measured.matrix", "measured.straight", "limit.pointed", "from.population.point", "from.population.carreaux"}
	for _, from := range Departures {
		ids = append(ids, "from."+string(from), "measured."+string(from), "elsewhere."+string(from))
	}
	for _, kind := range []string{"any", "service", "public", "programme", "hors_bureau"} {
		ids = append(ids, "nearest."+kind, "place."+kind)
	}
	for _, q := range Quadrants {
		ids = append(ids, "quadrant."+q)
	}
	for _, id := range ids {
		if words[id] == "" {
			t.Errorf("no text %s", id)
		}
	}
}

// TestConditionsAreOfThreeValues: what is false decides, what is null does not (Kleene's strong logic).
func TestConditionsAreOfThreeValues(t *testing.T) {
	holds := func(values ...truth) truth {
		var conditions []condition
		for _, v := range values {
			conditions = append(conditions, condition{holds: func(int) truth { return v }})
		}
		return all(conditions, 0)
	}
	for _, c := range []struct {
		values []truth
		want   truth
	}{{nil, yes}, {[]truth{yes, yes}, yes}, {[]truth{yes, unknown}, unknown}, {[]truth{unknown, no}, no}, {[]truth{no, yes}, no}} {
		if got := holds(c.values...); got != c.want {
			t.Errorf("%v is %v, want %v", c.values, got, c.want)
		}
	}
	must := func(r Range, x float64, want truth) {
		if got := r.has(x); got != want {
			t.Errorf("%v has %v: %v", r, x, got)
		}
	}
	must(Range{1, 2}, 1, yes)
	must(Range{1, 2}, 2, yes)
	must(Range{1, 2}, 2.0001, no)
	must(Range{1, math.NaN()}, math.NaN(), unknown)
}

// TestShares: none is said of a small base or of few people, and none rounds to all or to nothing.
func TestShares(t *testing.T) {
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{1, 19, ""}, {11, 20, " (55 %)"}, {10, 20, ""}, {0, 20, " (0 %)"}, {20, 20, " (100 %)"}, {30, 1_000_000, " (moins de 0,1 %)"}, {999_999, 1_000_000, " (plus de 99,9 %)"}} {
		if got := plainly(share(c.part, c.whole)); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

// TestSlugs: a slug finds its label, and no two labels have one.
func TestSlugs(t *testing.T) {
	if got := slugOf("Compréhension du monde numérique"); got != "comprehension-du-monde-numerique" {
		t.Error(got)
	}
	same := func(text string) bool {
		slug := slugOf(text)
		return slug == slugOf(slug) && !strings.HasPrefix(slug, "-") && !strings.HasSuffix(slug, "-")
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

// TestAnswersAreDescribed: the schemas of answers are read, and every column has a definition.
func TestAnswersAreDescribed(t *testing.T) {
	for name, text := range map[string][]byte{"ecarts": gapsSchema, "portee": reachSchema, "scenario": scenarioSchema} {
		key := map[bool]string{true: "rang", false: "code_insee"}[name == "scenario"]
		a := answered(name, key, "Point", text)
		for i := range a.Dataset.Schema.Columns {
			if c := &a.Dataset.Schema.Columns[i]; c.Title == "" || c.Description == "" {
				t.Errorf("%s.%s is not described", name, c.Name)
			}
		}
		if _, err := schema.Parse(text); err != nil || !slices.Contains(a.Dataset.Schema.Names(), key) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFewPeopleOfCellsAreNotTold: neither their number, nor the one that tells it; that nobody says is not that nobody has.
func TestFewPeopleOfCellsAreNotTold(t *testing.T) {
	r := Reach{Territory: Territory{Commune, "91228", "Évry"}, Trip: Trip{From: FromPeople}, Radius: 5000, Origin: "carreaux", facts: &facts{communes: &table{}},
		All: Count{1, 500}, People: 491, Far: 9}
	if got := plainly(r.Sentence()); strings.Contains(got, "491") || !strings.Contains(got, "moins de 11") {
		t.Error(got)
	}
	if f := r.figures(); f.Within.Number != nil || f.Far.Number != nil || !f.Far.Few {
		t.Errorf("%+v", f)
	}
	if r.Origin = "point"; !strings.Contains(plainly(r.Sentence()), "491 habitants sur 500") {
		t.Error(r.Sentence()) // where a commune is one point its population is known to all
	}
	if f := r.figures(); f.Within.Number == nil {
		t.Errorf("%+v", f)
	}
	for _, row := range []reached{{people: 500, beyond: 9, cells: true}, {people: 500, beyond: 491, cells: true}, {people: 500, beyond: 200, unsaid: 5, cells: true}} {
		if !row.secret() || row.near()+row.far()+whole(row.unsaid) != 500 {
			t.Errorf("%+v is told", row)
		}
	}
	half := reached{people: 101, beyond: 50.5, cells: true}
	if half.near() != 50 || half.far() != 51 || half.secret() {
		t.Errorf("%d and %d of 101", half.near(), half.far())
	}
	unsaid := Reach{Territory: r.Territory, Trip: r.Trip, Radius: 5000, Origin: "point", facts: r.facts, All: Count{1, 500}, Unknown: Count{1, 500}}
	if got := plainly(unsaid.Sentence()); !strings.Contains(got, "ne permettent pas de dire") || strings.Contains(got, "0 habitant ") {
		t.Error(got)
	}
}

// TestFewPeopleInSums: what stands for few people does not depend on how many they are, all are counted once, and the true number is
// within the bounds.
func TestFewPeopleInSums(t *testing.T) {
	for _, c := range []struct {
		row  reached
		want counts
	}{
		{reached{people: 500, beyond: 9}, counts{495, 5, 0, 1, 10}},
		{reached{people: 500, beyond: 2}, counts{495, 5, 0, 1, 10}},
		{reached{people: 500, beyond: 497}, counts{5, 495, 0, 490, 499}},
		{reached{people: 500, beyond: 11}, counts{489, 11, 0, 11, 11}},
		{reached{people: 500, beyond: 500}, counts{0, 500, 0, 500, 500}},
		{reached{people: 4, beyond: 4}, counts{0, 4, 0, 1, 4}},
		{reached{people: 500, beyond: 200, unsaid: 3}, counts{295, 200, 5, 200, 200}},
		{reached{people: 500, beyond: 300, unsaid: 3}, counts{197, 298, 5, 293, 302}},
		{reached{people: 500, beyond: 4, unsaid: 3}, counts{490, 5, 5, 1, 10}},
	} {
		c.row.cells = true
		if got := c.row.counts(); got != c.want || got.near+got.far+got.unsaid != whole(c.row.people) || whole(c.row.beyond) < got.least || whole(c.row.beyond) > got.most {
			t.Errorf("%+v counts as %+v, not %+v", c.row, got, c.want)
		}
	}
	everyone := func(people, beyond, unsaid uint16) bool {
		row := reached{people: float64(people), cells: true}
		row.beyond = math.Mod(float64(beyond), row.people+1)
		row.unsaid = math.Mod(float64(unsaid), row.people-row.beyond+1)
		c := row.counts()
		return c.near+c.far+c.unsaid == int64(people) && min(c.near, c.far, c.unsaid) >= 0 && c.least <= row.far() && row.far() <= c.most
	}
	if err := quick.Check(everyone, &quick.Config{MaxCount: 20_000}); err != nil {
		t.Error(err)
	}
	few := func(people, beyond, unsaid uint8) bool {
		return everyone(uint16(people%40), uint16(beyond), uint16(unsaid))
	}
	if err := quick.Check(few, &quick.Config{MaxCount: 20_000}); err != nil {
		t.Error(err)
	}
	two := Reach{Territory: Territory{Commune, "91228", "Évry"}, Origin: "carreaux", Radius: 5000, facts: &facts{}, All: Count{2, 1000}, People: 990, Far: 10, Least: 2, Most: 20, Taken: 2}
	if got := plainly(two.Sentence()); !strings.Contains(got, "environ 10 habitants n'en ont pas") || !strings.Contains(got, "environ 990 habitants sur 1 000") {
		t.Error(got)
	}
	if got := plainly(strings.Join(two.Notes(), " ")); !strings.Contains(got, "pour 2 communes, un nombre de 1 à 10 habitants n'est pas dit et compte pour 5 ; sans lieu dans ce rayon sont de 2 à 20 habitants.") {
		t.Error(got)
	}
	if f := two.figures(); f.Far.Few || *f.Far.Number != 10 || *f.Least != 2 || *f.Most != 20 {
		t.Errorf("%+v", f)
	}
}

// TestKnownPlacesSaid: that most places say nothing is in the sentence; that some do, and when they were last written, beside it.
func TestKnownPlacesSaid(t *testing.T) {
	k := &Known{Places: 27, Silent: 26, First: "2024-08-01", Last: "2026-11-01"}
	for got, want := range map[string]string{
		k.silentSaid():                        " À savoir : 26 lieux sur 27 n'en disent rien.",
		(&Known{27, 13, "", ""}).silentSaid(): "",
		(*Known)(nil).silentSaid() + (*Known)(nil).updatedSaid() + (*Known)(nil).limit(Offer{}): "",
		k.updatedSaid(): "27 lieux connus dans le territoire et à 20 km autour, fiches mises à jour du 01/08/2024 au 01/11/2026.",
		(&Known{1, 0, "2024-08-01", "2024-08-01"}).updatedSaid(): "1 lieu connu dans le territoire et à 20 km autour, fiches mises à jour le 01/08/2024.",
		(&Known{Places: 3}).updatedSaid():                        "3 lieux connus dans le territoire et à 20 km autour.",
		k.limit(Offer{Family: "public", Slug: "seniors"}):        "Lieux qui ne disent pas à quels publics ils s'adressent : 26 sur 27, dans le territoire et à 20 km autour. Ils ne comptent pas ici, et peuvent accueillir celui-ci.",
	} {
		if plainly(got) != want {
			t.Errorf("%s\nwant %s", plainly(got), want)
		}
	}
	for _, kind := range []string{"service", "public", "programme", "hors_bureau"} {
		if words["limit.silent."+kind] == "" {
			t.Errorf("no text of %s", kind)
		}
	}
}

// TestElsewhereSaid: what is not known from elsewhere is not nothing; a reason that is a flag has its words.
func TestElsewhereSaid(t *testing.T) {
	for want, e := range map[string]Elsewhere{
		"Depuis la mairie, la même question trouve 4 communes (9 975 habitants).":                                       {FromTownHall, Count{4, 9975}, 0},
		"Depuis la mairie, la même question trouve 0 commune (0 habitant).":                                             {FromTownHall, Count{}, 0},
		"Depuis la mairie, la même question est sans réponse pour 34 969 communes.":                                     {FromTownHall, Count{}, 34_969},
		"Depuis la mairie, la même question trouve 4 communes (9 975 habitants), et reste sans réponse pour 1 commune.": {FromTownHall, Count{4, 9975}, 1},
	} {
		if got := plainly(e.said()); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if got := plainly(reasonSaid("serie_rompue") + ", " + reasonSaid("manquant") + ", " + reasonSaid("x")); got != "la série est rompue : ne se compare pas au passé, absent de la source, x" {
		t.Error(got)
	}
}
