package store

import (
	"io"
	"iter"

	"maille/internal/dataset"
	"maille/internal/release"
)

// DraftDDL is the table of a draft, for benchmarks against a raw COPY.
var DraftDDL = draftDDL

// EncodeCopy is the binary COPY of features into a draft.
func EncodeCopy(d *dataset.Dataset, features iter.Seq2[*dataset.Feature, error]) []byte {
	r := newCopyReader(d, features)
	defer r.Close()
	all, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return all
}

// BuildSQL lists the statements that make a version's table of the draft, under another version's name.
func (dr *Draft) BuildSQL(id string) []string {
	return buildSQL(dr.d, dr.table, release.Version{Dataset: dr.d.Name, ID: id})
}
