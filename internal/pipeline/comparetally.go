package pipeline

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"maille/internal/dataset"
	"maille/internal/release"
)

// What is kept of a release for feeds is bounded: so many bytes of rows for all its datasets and communes (the counts are
// whole), so many fields of a row, so much of a text.
const (
	sampledBytes  = 32 << 20
	sampledFields = 8
	sampledText   = 200
)

// communeTally counts what changes for each commune, and keeps the first rows.
type communeTally struct {
	dataset  string
	column   string // of a commune's code; "" where there is none
	communes map[string]*release.CommuneChange
	left     *int // bytes of rows that may still be kept
}

func newTally(d *dataset.Dataset, left *int) *communeTally {
	return &communeTally{dataset: d.Name, column: d.Publication.Commune, communes: map[string]*release.CommuneChange{}, left: left}
}

// add counts a row for the commune where it is, and for the one that it left.
func (t *communeTally) add(row *release.RowChange) {
	t.addTo(row.Commune, row)
	for i := range row.Fields {
		if f := &row.Fields[i]; f.Field == t.column && f.Before != row.Commune {
			left := strings.Clone(f.Before) // it is valid until the next row
			t.addTo(left, row)
			t.arrive(row.Commune, left)
		}
	}
}

func (t *communeTally) addTo(commune string, row *release.RowChange) {
	if commune == "" {
		return
	}
	c := t.communes[commune]
	if c == nil {
		c = &release.CommuneChange{Dataset: t.dataset, Commune: commune}
		t.communes[commune] = c
	}
	switch row.Kind {
	case release.RowAdded:
		c.Added++
	case release.RowRemoved:
		c.Removed++
	default:
		c.Changed++
	}
	if len(c.Rows) < release.MostSampled && *t.left > 0 {
		c.Rows = append(c.Rows, t.sample(row))
	}
}

// arrive notes that a row which both communes count is one.
func (t *communeTally) arrive(commune, from string) {
	c := t.communes[commune]
	if c == nil || from == "" {
		return
	}
	if c.Arrived == nil {
		c.Arrived = map[string]int64{}
	}
	c.Arrived[from]++
}

// sample copies what is kept of a row.
func (t *communeTally) sample(row *release.RowChange) release.RowChange {
	s := release.RowChange{Kind: row.Kind, ID: strings.Clone(row.ID), Title: clipped(row.Title), Commune: row.Commune}
	size := len(s.ID) + len(s.Title) + 100
	for _, f := range row.Fields[:min(len(row.Fields), sampledFields)] {
		s.Fields = append(s.Fields, release.FieldChange{Field: f.Field, Before: clipped(f.Before), After: clipped(f.After)})
		size += len(f.Field) + min(len(f.Before), sampledText) + min(len(f.After), sampledText) + 50
	}
	*t.left -= size
	return s
}

func clipped(text string) string {
	if len(text) <= sampledText {
		return strings.Clone(text)
	}
	end := sampledText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// lines are the communes in the order of their codes.
func (t *communeTally) lines(m *release.Manifest) []release.CommuneChange {
	all := make([]release.CommuneChange, 0, len(t.communes))
	for _, code := range slices.Sorted(maps.Keys(t.communes)) {
		c := t.communes[code]
		c.Release, c.Published = m.Release, m.Published
		all = append(all, *c)
	}
	return all
}
