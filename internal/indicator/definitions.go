package indicator

import (
	_ "embed"
	"encoding/json"
)

//go:embed definitions.fr.json
var definitionsFR []byte

// Definition is what an indicator is, in words for people and in columns for programs. Tables, explanations and the page of the
// method are made of it, so that none can say otherwise than another.
type Definition struct {
	Code        string   `json:"code"`
	Family      string   `json:"family"` // reseau, accompagnement, proximite, services, equilibre, besoin
	Title       string   `json:"title"`
	TitleEN     string   `json:"title_en"`
	Definition  string   `json:"definition"`
	Formula     string   `json:"formula"`
	Unit        string   `json:"unit"`      // of the value: %, lieux, m…
	Decimals    int      `json:"decimals"`  // that people read
	Direction   string   `json:"direction"` // haut_mieux, bas_mieux, neutre
	Numerator   string   `json:"numerator,omitempty"`
	Denominator string   `json:"denominator,omitempty"`
	Least       float64  `json:"least,omitempty"` // denominator under which the value is shown without rank
	Levels      []Level  `json:"levels"`
	Sources     []string `json:"sources"` // datasets that it is made of
	Method      string   `json:"method"`  // version (semver)
	Since       string   `json:"since"`   // day of that version
	Limits      string   `json:"limits"`
	References  []string `json:"references,omitempty"`
	Columns     Columns  `json:"columns"`
}

// Columns says where a value is found: in which dataset, and how communes make what is above them.
type Columns struct {
	Table       string  `json:"table,omitempty"` // dataset that has the value; equilibre-communes, and above it that of the level, unless said
	Offer       string  `json:"offer,omitempty"` // of a table that has a row for each offer
	Of          string  `json:"of,omitempty"`    // of equilibre-territoires: indicator whose spread this is
	Value       string  `json:"value"`
	Numerator   string  `json:"numerator,omitempty"`
	Denominator string  `json:"denominator,omitempty"`
	Low         string  `json:"low,omitempty"`
	High        string  `json:"high,omitempty"`
	Flag        string  `json:"flag,omitempty"`
	Period      string  `json:"period,omitempty"` // dataset.column whose greatest value dates the indicator; undated without
	Scale       float64 `json:"scale,omitempty"`  // value = scale × Σ numerator / Σ denominator; 0 where it is no ratio
	Sum         bool    `json:"sum,omitempty"`    // above communes, the sum of theirs
}

// Level is a level of territories.
type Level string

const (
	Commune     Level = "commune"
	EPCI        Level = "epci"
	Departement Level = "departement"
	Region      Level = "region"
	Perimetre   Level = "perimetre"
	Instance    Level = "instance" // all that the instance has
)

// Definitions are all indicators, in the order in which people read them.
func Definitions() []Definition {
	var all []Definition
	if err := json.Unmarshal(definitionsFR, &all); err != nil {
		panic(err) // embedded, and held by a test
	}
	return all
}
