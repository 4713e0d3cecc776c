package release

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

// Change is what a release changed in a dataset since another: counts of rows, and why.
type Change struct {
	Since   string   `json:"since"`            // the release that it is compared with
	Before  string   `json:"before,omitempty"` // its version there; "" when it had none
	Added   int64    `json:"added"`            // rows by key
	Removed int64    `json:"removed"`
	Changed int64    `json:"changed"`
	Columns []string `json:"columns,omitempty"` // that came or went, or whose type is another
	Causes  []string `json:"causes,omitempty"`  // of Causes, in their order; none when it is not known
}

// Causes of a change.
const (
	CauseSource     = "source"     // a publisher's file
	CauseGeography  = "geography"  // communes, their boundaries or their passages
	CauseRule       = "rule"       // how the dataset is described: its descriptor, schema or SQL
	CauseProgram    = "program"    // another version of the program
	CauseCorrection = "correction" // the operator says that this release mends the one before
	CauseErasure    = "erasure"    // a person's data were taken out
)

// Kinds of a RowChange.
const (
	RowAdded   = "added"
	RowRemoved = "removed"
	RowChanged = "changed"
)

// RowChange is a row that came, went, or has other values.
type RowChange struct {
	Kind    string        `json:"kind"`
	ID      string        `json:"id"`                // of the feature: its key, percent-encoded
	Title   string        `json:"title,omitempty"`   // as people call it, where it is now or was
	Commune string        `json:"commune,omitempty"` // its code, where it is now or was
	Fields  []FieldChange `json:"fields,omitempty"`  // of RowChanged, in schema order
}

// Clone copies a change, to its texts.
func (c *RowChange) Clone() RowChange {
	kept := RowChange{strings.Clone(c.Kind), strings.Clone(c.ID), strings.Clone(c.Title), strings.Clone(c.Commune), make([]FieldChange, len(c.Fields))}
	for i, f := range c.Fields {
		kept.Fields[i] = FieldChange{f.Field, strings.Clone(f.Before), strings.Clone(f.After)}
	}
	return kept
}

// FieldChange is a value before and after, each as CSV writes it; "" for none. A geometry is named geometry, and is not
// shown but by its size: see store.Differences.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// CommuneChange is what a release changed in a dataset for a commune, with the first rows of it.
type CommuneChange struct {
	Release   string      `json:"release"`
	Published time.Time   `json:"published"`
	Dataset   string      `json:"dataset"`
	Commune   string      `json:"commune"`
	Added     int64       `json:"added"`
	Removed   int64       `json:"removed"`
	Changed   int64       `json:"changed"`
	Rows      []RowChange `json:"rows,omitempty"` // the first MostSampled

	Arrived map[string]int64 `json:"arrived,omitempty"` // of Changed, how many rows came from each other commune
}

// MostSampled is how many rows a CommuneChange shows.
const MostSampled = 5

// Tombstone says that a person's data were taken out of what a release has. It says neither whose nor which.
type Tombstone struct {
	Dataset string    `json:"dataset"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason"`          // in French, as the operator wrote it
	Rows    int64     `json:"rows"`            // that were concerned
	Files   []string  `json:"files,omitempty"` // names whose addresses under this release answer 410 since
}

// NextEdition is the name of the file that takes the place of one whose address is given up: lieux.2.csv after lieux.csv, and
// lieux.3.csv after that.
func NextEdition(name string) string {
	extension := path.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	rank := 2
	if n, err := strconv.Atoi(strings.TrimPrefix(path.Ext(stem), ".")); err == nil && n >= 2 {
		rank, stem = n+1, strings.TrimSuffix(stem, path.Ext(stem))
	}
	return fmt.Sprintf("%s.%d%s", stem, rank, extension)
}

// Attempt is a publication that was tried.
type Attempt struct {
	At      time.Time `json:"at"`
	Status  string    `json:"status"`            // Published, Unchanged, Refused or Failed
	Release string    `json:"release,omitempty"` // that is served afterwards
	Dataset string    `json:"dataset,omitempty"` // that a check refused
	Reason  string    `json:"reason,omitempty"`  // in French, fit to be published
}

// Published is the status of an attempt that made a release.
const Published = "published"

// Due is when a group of datasets is brought up to date.
type Due struct {
	Frequency string    `json:"frequency"` // EU authority code
	Schedule  string    `json:"schedule"`  // as cron has it
	Datasets  []string  `json:"datasets"`
	Next      time.Time `json:"next"`
	Last      time.Time `json:"last,omitzero"` // when it was last run to its end
}
