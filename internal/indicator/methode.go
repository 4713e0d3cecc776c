package indicator

import (
	"context"
	_ "embed"
	"encoding/json"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

//go:embed methode.fr.json
var methodFR []byte

// Methodology is how the numbers of a release are made, in words: those that are written once, and those that definitions and
// the descriptors of what was computed give.
type Methodology struct {
	Law         Law          `json:"law"`
	Sections    []Chapter    `json:"sections"`
	Indicators  []Definition `json:"indicators"`
	Computed    []Made       `json:"computed"`
	Sensitivity []Tried      `json:"sensitivity"` // of all that the instance has; none where it was not computed
	References  []string     `json:"references"`
}

// Law is what the indicators answer to, word by word.
type Law struct {
	Quote  string    `json:"quote"`
	Source string    `json:"source"`
	Words  []LawWord `json:"words"`
}

// LawWord is a word of the law: what is measured of it, by which indicators, and what is not.
type LawWord struct {
	Word       string   `json:"word"`
	Measured   string   `json:"measured"`
	Indicators []string `json:"indicators,omitempty"`
	Missing    string   `json:"missing,omitempty"`
}

// Chapter is a rule that several indicators follow.
type Chapter struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Paragraphs []string `json:"paragraphs"`
	Terms      []struct {
		Term string `json:"term"`
		Text string `json:"text"`
	} `json:"terms,omitempty"`
	Formulas []struct {
		Formula string `json:"formula"`
		Note    string `json:"note"`
	} `json:"formulas,omitempty"`
}

// Made is a dataset that a method computed: with its inputs, all that is needed to make it again.
type Made struct {
	Dataset    string            `json:"dataset"`
	Title      string            `json:"title"`
	Version    string            `json:"version"`
	By         string            `json:"by"`
	Method     string            `json:"method"`
	Seed       uint64            `json:"seed,omitempty"`
	Parameters json.RawMessage   `json:"parameters,omitempty"`
	Words      []string          `json:"words"`  // the parameters, said
	Inputs     map[string]string `json:"inputs"` // dataset to version
}

// Tried is what another choice does to the access of communes.
type Tried struct {
	Choice   string   `json:"choice"`
	Title    string   `json:"title"`
	Rho      *float64 `json:"rho"`
	Changed  *float64 `json:"changed"` // % of the people whose commune is in another fifth
	Communes int64    `json:"communes"`
}

// methodTexts is the file.
type methodTexts struct {
	Law        Law               `json:"law"`
	Sections   []Chapter         `json:"sections"`
	Variants   map[string]string `json:"variants"`
	Parameters map[string]string `json:"parameters"`
	Absent     string            `json:"absent"`
	References []string          `json:"references"`
}

// Methods says how the numbers of a release are made.
func Methods(ctx context.Context, s *Source, m *release.Manifest, definitions []Definition) (_ *Methodology, err error) {
	defer fault.Wrap(&err, "indicator.Methods")
	var said methodTexts
	if err := json.Unmarshal(methodFR, &said); err != nil {
		panic(err) // embedded, and held by a test
	}
	all := &Methodology{Law: said.Law, Indicators: definitions, Computed: []Made{}, Sensitivity: []Tried{}, References: said.References}
	values := map[string]string{}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		if e.Computed == nil {
			continue
		}
		made := Made{Dataset: e.Dataset, Title: e.Dataset, Version: e.Version.ID, By: e.Computed.By, Method: e.Computed.Method, Seed: e.Computed.Seed,
			Parameters: e.Computed.Parameters, Inputs: e.Inputs}
		if d := s.Dataset(e.Dataset); d != nil {
			made.Title = d.Title
		}
		if made.Words, err = said.parameters(e, values); err != nil {
			return nil, err
		}
		all.Computed = append(all.Computed, made)
	}
	all.Sections = said.filled(values)
	all.Sensitivity, err = s.sensitivity(ctx, said.Variants)
	return all, err
}

// filled puts the values of parameters where texts name them, as {dataset.parameter}.
func (m *methodTexts) filled(values map[string]string) []Chapter {
	for i := range m.Sections {
		for j, text := range m.Sections[i].Paragraphs {
			m.Sections[i].Paragraphs[j] = substituted(text, values, m.Absent)
		}
	}
	return m.Sections
}

// sensitivity is read of its table, where the release has it.
func (s *Source) sensitivity(ctx context.Context, titles map[string]string) ([]Tried, error) {
	all := []Tried{}
	if s.Dataset(SensitivityTable) == nil {
		return all, nil
	}
	q := dataset.Query{Equal: []dataset.Equal{{Column: "niveau", Value: string(Instance)}}, Sort: []dataset.Sort{{Column: "variante"}}}
	t, err := s.table(ctx, SensitivityTable, q, "variante", "rho", "change_de_classe", "communes")
	if err != nil {
		return nil, err
	}
	for i := range t.rows {
		one := Tried{Choice: t.text(i, "variante"), Communes: t.value(i, "communes").Int()}
		one.Title = orElse(titles[one.Choice], one.Choice)
		if x, ok := t.number(i, "rho"); ok {
			one.Rho = &x
		}
		if x, ok := t.number(i, "change_de_classe"); ok {
			one.Changed = &x
		}
		all = append(all, one)
	}
	return all, nil
}

// Largest is the commune that has the most people, for an example; "" where there are none.
func (s *Source) Largest(ctx context.Context) (code string, err error) {
	defer fault.Wrap(&err, "indicator.Largest")
	if s.Dataset("communes") == nil {
		return "", nil
	}
	q := dataset.Query{Sort: []dataset.Sort{{Column: "population", Descending: true}, {Column: "code_insee"}}, Limit: 1}
	t, err := s.table(ctx, "communes", q, "code_insee")
	if err != nil || len(t.rows) == 0 {
		return "", err
	}
	return t.text(0, "code_insee"), nil
}
