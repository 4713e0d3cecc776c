package dataset

import (
	_ "embed"

	"maille/internal/fault"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// Issue is what is wrong with a producer's row: data, stored and published with the load.
type Issue struct {
	Resource int    `json:"resource"`
	File     string `json:"file,omitempty"` // where the resource was taken from
	Line     int64  `json:"line"`
	Key      string `json:"key,omitempty"`
	Column   string `json:"column,omitempty"`
	Rule     string `json:"rule"`
	Level    Level  `json:"level"`
	Message  string `json:"message"` // a sentence in French
}

// Say is the sentence in French for a rule; pairs are placeholder and value (see texts.fr.json).
func Say(rule string, pairs ...any) string { return texts.Say(rule, pairs...) }

// kept is how many issues of one rule a Report keeps; it counts them all.
const kept = 1000

// Report gathers the issues of a load: exact counts, and the first thousand of each rule.
type Report struct {
	Counts map[string]int64
	Issues []Issue
}

// Keeps says whether the report would keep another issue of a rule, or only count it.
func (r *Report) Keeps(rule string) bool { return r.Counts[rule] < kept }

// Count counts an issue that is not kept.
func (r *Report) Count(rule string) {
	if r.Counts == nil {
		r.Counts = map[string]int64{}
	}
	r.Counts[rule]++
}

// Add counts an issue and keeps it while its rule has few.
func (r *Report) Add(i Issue) {
	r.Count(i.Rule)
	if r.Counts[i.Rule] <= kept {
		r.Issues = append(r.Issues, i)
	}
}
