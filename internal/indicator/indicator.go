// Package indicator brings rows to the statistics of package balance and back: computed datasets, questions asked of them, and what
// explains a number.
package indicator

import (
	"context"
	"iter"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/store"
)

// Source gives datasets at one version each: those that a computation is made of, or those of a release.
type Source struct {
	db        *store.DB
	versions  map[string]release.Version
	described map[string]*dataset.Dataset
}

// NewSource reads from a database. A dataset that is not in both maps is not there.
func NewSource(db *store.DB, versions map[string]release.Version, described map[string]*dataset.Dataset) *Source {
	return &Source{db: db, versions: versions, described: described}
}

// Dataset is a dataset as its version is described; nil when the source has none of that name.
func (s *Source) Dataset(name string) *dataset.Dataset {
	if _, ok := s.versions[name]; !ok {
		return nil
	}
	return s.described[name]
}

// Version is the version that is read of a dataset; ok is false where the source has none of that name.
func (s *Source) Version(name string) (v release.Version, ok bool) {
	v, ok = s.versions[name]
	return v, ok && s.described[name] != nil
}

// Features streams rows of a dataset, as store.DB.Features does: they are valid until the next one. A dataset that is not there
// is NotFound.
func (s *Source) Features(ctx context.Context, name string, q dataset.Query) iter.Seq2[*dataset.Feature, error] {
	v, ok := s.Version(name)
	if !ok {
		return func(yield func(*dataset.Feature, error) bool) {
			yield(nil, fault.New(fault.NotFound, "there is no dataset %s here", name).About(name))
		}
	}
	return s.db.Features(ctx, v, s.described[name], q)
}

// table holds columns of some rows of a dataset, in the order of the query.
type table struct {
	at   map[string]int
	rows [][]schema.Value
	wkb  [][]byte // of each row, where the query asks for it
}

// table reads the columns that are named; one that the dataset does not have is Invalid.
func (s *Source) table(ctx context.Context, name string, q dataset.Query, columns ...string) (t *table, err error) {
	defer fault.Wrap(&err, "indicator.table %s", name)
	d := s.Dataset(name)
	if d == nil {
		return nil, fault.New(fault.NotFound, "there is no dataset %s here", name).About(name)
	}
	t = &table{at: map[string]int{}}
	chosen := make([]int, len(columns))
	for i, column := range columns {
		t.at[column] = i
		if chosen[i] = d.Schema.Index(column); chosen[i] < 0 {
			return nil, fault.New(fault.Invalid, "%s has no column %s", name, column).About(name)
		}
	}
	q.Columns = rising(chosen)
	for f, err := range s.Features(ctx, name, q) {
		if err != nil {
			return nil, err
		}
		t.add(f, chosen, q.Geometry)
	}
	return t, nil
}

// add keeps what is chosen of a row, and nothing of what the next one takes the place of.
func (t *table) add(f *dataset.Feature, chosen []int, geometry dataset.Encoding) {
	row := make([]schema.Value, len(chosen))
	for i, column := range chosen {
		v := f.Values[column]
		row[i] = v.WithText(strings.Clone(v.Text()))
	}
	t.rows = append(t.rows, row)
	if geometry != dataset.NoGeometry {
		t.wkb = append(t.wkb, slices.Clone(f.WKB))
	}
}

// value is a cell; null for a column that was not read.
func (t *table) value(row int, column string) schema.Value {
	if i, ok := t.at[column]; ok {
		return t.rows[row][i]
	}
	return schema.Value{}
}

func (t *table) text(row int, column string) string { return t.value(row, column).Text() }

// number is a cell as a number, whole or not; ok is false where it is null, or no number.
func (t *table) number(row int, column string) (x float64, ok bool) {
	switch v := t.value(row, column); v.Type() {
	case schema.Integer:
		return float64(v.Int()), true
	case schema.Number:
		return v.Float(), true
	}
	return 0, false
}
