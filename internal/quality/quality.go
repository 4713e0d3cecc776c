// Package quality knows what there is to know of the rows of a version before they are used: how complete each column is,
// what was wrong with the rows that were received, and how fresh their sources are.
package quality

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// MediaType is that of a Report.
const MediaType = "application/json"

// Name is the file of a dataset's report.
func Name(dataset string) string { return dataset + ".quality.json" }

// Report is what is known of a version. It holds dates and never an age, so that equal versions of equal sources have equal
// reports.
type Report struct {
	Collection string    `json:"collection"`
	Title      string    `json:"title"`
	Version    string    `json:"version"`
	Rows       int64     `json:"rows"`
	Geometry   *Geometry `json:"geometry,omitempty"` // nil for a dataset without
	Columns    []Column  `json:"columns"`
	Issues     Issues    `json:"issues"`
	Sources    []Source  `json:"sources"`
}

// Geometry is what shapes the rows have.
type Geometry struct {
	Located   int64            `json:"located"`
	Unlocated int64            `json:"unlocated"`
	Types     map[string]int64 `json:"types"`            // how many of each
	Extent    []float64        `json:"extent,omitempty"` // west, south, east, north, CRS84
}

// Column is how complete a column is.
type Column struct {
	Name     string  `json:"name"`
	Title    string  `json:"title"`
	Type     string  `json:"type"`
	Filled   int64   `json:"filled"`
	Null     int64   `json:"null"`
	Share    float64 `json:"share"`             // of the rows that are filled, from 0 to 1 by ten-thousandths; 0 of no rows
	Distinct int64   `json:"distinct"`          // values that differ; MostDistinct where there are more
	More     bool    `json:"more"`              // there are more than Distinct
	Minimum  string  `json:"minimum,omitempty"` // of numbers and dates, as CSV writes them
	Maximum  string  `json:"maximum,omitempty"`
}

// Issues are what was wrong with the rows that were received, those that were left out included.
type Issues struct {
	Total int64  `json:"total"`
	Rules []Rule `json:"rules"`
}

// Rule is how often a rule was broken, with the first examples.
type Rule struct {
	Rule     string          `json:"rule"`
	Levels   []dataset.Level `json:"levels"` // that its issues have; none where no issue was kept
	Count    int64           `json:"count"`
	Examples []dataset.Issue `json:"examples"`
}

// Source is a publisher's file that rows come from.
type Source struct {
	Dataset      string    `json:"dataset"` // of the collection that reads it
	Resource     int       `json:"resource"`
	Place        string    `json:"place"`
	Retrieved    time.Time `json:"retrieved_at"`
	LastModified string    `json:"last_modified,omitempty"` // as its server said
	Vintage      string    `json:"vintage,omitempty"`       // the state of the world that it describes
	Bytes        int64     `json:"bytes"`
	SHA256       string    `json:"sha256"`
	StaleSince   time.Time `json:"stale_since,omitzero"` // when it was last fetched, if it could not be had again since
}

// Text is the report as it is published: indented JSON.
func (r *Report) Text() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return b.Bytes(), err
}

// Read is the report that Text wrote.
func Read(text []byte) (r *Report, err error) {
	defer fault.Wrap(&err, "quality.Read")
	r = &Report{}
	return r, json.Unmarshal(text, r)
}

// Refresh says again what does not come from the rows: the issues of the load that an entry names, and the sources. lineage
// are the entries that the dataset is made of, its own first.
func (r *Report) Refresh(d *dataset.Dataset, issues []dataset.Issue, lineage ...*release.Entry) {
	r.Issues = issuesOf(d, lineage[0].Issues, issues)
	r.Sources = sourcesOf(lineage)
}
