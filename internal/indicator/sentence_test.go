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
			"Essonne (91) : 2 communes d'au moins 1 000 habitants, sur 20 (10 %). Population de ces communes : moins de 11 habitants sur 15.",
			"Hors de ce compte, faute de données : 2 communes (300 habitants). taux de raccordement : absent de la source (1 commune) ; distance : population nulle (1 commune)."},
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
			"dont aucun habitant n'a, à 10 km ou moins par la route (estimation), de lieu qui s'adresse en particulier au public « Seniors »"},
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
