package indicator

import "slices"

// People is a number of people as programs get it: null, and said to be few, from 1 to 10.
type People struct {
	Number *int64 `json:"habitants"`
	Few    bool   `json:"moins_de_11,omitempty"`
}

func people(n int64) People {
	if IsFew(n) {
		return People{Few: true}
	}
	return People{Number: &n}
}

// Counted is communes and people.
type Counted struct {
	Communes int `json:"communes"`
	People
}

func counted(c Count) Counted { return Counted{c.Communes, people(c.People)} }

// GapsFigures are the numbers of the answer to a question.
type GapsFigures struct {
	Found     Counted         `json:"reponse"`
	All       Counted         `json:"territoire"`
	Unknown   Counted         `json:"inconnus"`
	Reasons   []CountedReason `json:"motifs_inconnus"`
	Uncertain Counted         `json:"limite_plus_proche"`
	Partial   Counted         `json:"offre_partielle"`
	Elsewhere []CountedFrom   `json:"depuis_ailleurs,omitempty"`
	Quarter   string          `json:"trimestre,omitempty"`
	Origin    string          `json:"origine,omitempty"`
	Known     *Known          `json:"fiches,omitempty"`
}

// CountedReason is why communes are not known.
type CountedReason struct {
	Condition string `json:"condition"`
	Reason    string `json:"motif"`
	Counted
}

// CountedFrom is what the same question finds from elsewhere.
type CountedFrom struct {
	From Departure `json:"depuis"`
	Counted
	Unknown int `json:"communes_inconnues,omitempty"`
}

// Told is the answer in words, numbers and rows.
func (g *Gaps) Told() *Told {
	figures := GapsFigures{Found: counted(g.Found), All: counted(g.All), Unknown: counted(g.Unknown), Reasons: []CountedReason{}, Uncertain: counted(g.Uncertain), Partial: counted(g.Partial), Quarter: g.Quarter, Origin: g.Origin, Known: g.Known}
	for _, r := range g.Reasons {
		figures.Reasons = append(figures.Reasons, CountedReason{r.Condition, r.Reason, counted(r.Count)})
	}
	for _, e := range g.Elsewhere {
		figures.Elsewhere = append(figures.Elsewhere, CountedFrom{e.From, counted(e.Count), e.Unknown})
	}
	notes := slices.DeleteFunc([]string{g.Unknowns(), g.Measured()}, func(text string) bool { return text == "" })
	return &Told{Sentence: g.Sentence(), Notes: notes, Limits: g.Limits(), Figures: figures, Used: g.Used, Answer: g.Answer()}
}

// ReachFigures are the numbers of a radius.
type ReachFigures struct {
	Radius    float64  `json:"rayon"`
	Origin    string   `json:"origine"`
	Within    People   `json:"a_portee"`
	Far       People   `json:"au_dela"`
	Least     *int64   `json:"au_dela_borne_basse,omitempty"` // where au_dela is an estimate
	Most      *int64   `json:"au_dela_borne_haute,omitempty"`
	Taken     int      `json:"communes_estimees,omitempty"`
	All       Counted  `json:"territoire"`
	Covered   Counted  `json:"communes_entierement_a_portee"`
	Left      Counted  `json:"communes_entierement_au_dela"`
	Unknown   Counted  `json:"inconnus"`
	Uncertain People   `json:"limite_plus_proche"`
	Places    int      `json:"lieux"`
	Around    int      `json:"lieux_hors_du_territoire"`
	Published []Around `json:"publie_au_dela,omitempty"`
	Known     *Known   `json:"fiches,omitempty"`
}

// Around is how many people are beyond a radius that is published.
type Around struct {
	Radius float64 `json:"rayon"`
	People
	Unsaid int `json:"communes_sans_nombre,omitempty"`
	Taken  int `json:"communes_estimees,omitempty"`
}

func (r *Reach) figures() ReachFigures {
	if r.secret() {
		few := People{Few: true}
		unknown := counted(r.Unknown)
		if unknown.Communes > 0 {
			unknown.People = few
		}
		return ReachFigures{Radius: r.Radius, Origin: r.Origin, Within: few, Far: few, All: counted(r.All), Covered: counted(r.Within), Left: counted(r.Beyond),
			Unknown: unknown, Uncertain: few, Places: r.Places, Around: r.Around, Known: r.Known}
	}
	f := ReachFigures{Radius: r.Radius, Origin: r.Origin, Within: r.sum(r.People), Far: r.sum(r.Far), Taken: r.Taken, All: counted(r.All), Covered: counted(r.Within), Left: counted(r.Beyond),
		Unknown: Counted{r.Unknown.Communes, r.sum(r.Unknown.People)}, Uncertain: people(r.Uncertain), Places: r.Places, Around: r.Around, Known: r.Known}
	if r.Taken > 0 {
		f.Least, f.Most = &r.Least, &r.Most
	}
	for _, p := range r.Published {
		f.Published = append(f.Published, Around{p.Radius, sumOf(p.Beyond, p.Taken), p.Unsaid, p.Taken})
	}
	return f
}

func (r *Reach) sum(n int64) People { return sumOf(n, r.Taken) }

// sumOf is a sum in which so many numbers of few people count.
func sumOf(n int64, taken int) People {
	if fewIn(n, taken) {
		return People{Few: true}
	}
	return People{Number: &n}
}

// Told is the answer in words, numbers and rows.
func (r *Reach) Told() *Told {
	return &Told{Sentence: r.Sentence(), Notes: r.Notes(), Limits: r.Limits(), Figures: r.figures(), Used: r.Used, Answer: r.Answer()}
}

// ScenarioFigures are the numbers of a scenario.
type ScenarioFigures struct {
	Scenario   bool         `json:"scenario"` // always true
	Asked      int          `json:"lieux_demandes"`
	Candidates Departure    `json:"candidats"`
	Before     ReachFigures `json:"avant"`
	Total      People       `json:"a_portee_apres"`
}

// Told is the answer in words, numbers and rows.
func (sc *Scenario) Told() *Told {
	total := sc.Reach.People
	if n := len(sc.Steps); n > 0 {
		total = sc.Steps[n-1].Total
	}
	after := sc.Reach.sum(total)
	if sc.Reach.secret() {
		after = People{Few: true}
	}
	return &Told{Sentence: sc.Sentence(), Notes: []string{}, Limits: sc.Limits(), Used: sc.Reach.Used, Answer: sc.Answer(),
		Figures: ScenarioFigures{true, sc.Asked, sc.Candidates, sc.Reach.figures(), after}}
}
