package release

import "time"

// Summary is what a list says of a release. It is made of the manifest: see migration 0004.
type Summary struct {
	Datasets   int64           `json:"datasets"`
	Rows       int64           `json:"rows"`
	Files      int64           `json:"files"`
	Bytes      int64           `json:"bytes"`
	Changes    []DatasetChange `json:"changes"`  // of content, by dataset
	Reworded   []string        `json:"reworded"` // datasets whose rows are the same, described in other words
	Stale      []string        `json:"stale"`    // datasets of which a source's file could not be had again
	Sources    []Cutoff        `json:"sources"`  // by dataset
	Withdrawn  []string        `json:"withdrawn"`
	Correction string          `json:"correction"`
	Erased     []Tombstone     `json:"erased"`
}

// DatasetChange is what a release changed in a dataset.
type DatasetChange struct {
	Dataset string `json:"dataset"`
	Rows    int64  `json:"rows"` // that it has now
	Change
}

// Cutoff is the day until which a dataset's sources are known.
type Cutoff struct {
	Dataset   string    `json:"dataset"`
	Retrieved time.Time `json:"retrieved"`         // when the last of its files was
	Vintage   string    `json:"vintage,omitempty"` // the latest state of the world that a file describes
}
