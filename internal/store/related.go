package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// Under is a value to look for in a column of a version: of its key, or of one that has an index.
type Under struct {
	Version release.Version
	Dataset *dataset.Dataset
	Column  string
	Value   string
}

// CountUnder counts the features that have each value, all in one statement, and no further than most of each.
func (db *DB) CountUnder(ctx context.Context, values []Under, most int) (counts []int, err error) {
	defer fault.Wrap(&err, "store.CountUnder")
	w := &where{}
	var parts []string
	for i, u := range values {
		if part := w.under(u, most); part != "" {
			parts = append(parts, fmt.Sprintf("select %d, (select count(*) from (%s) u)", i, part))
		}
	}
	counts = make([]int, len(values))
	if len(parts) == 0 {
		return counts, nil
	}
	found, err := list(ctx, db, strings.Join(parts, " union all "), w.args, pgx.RowToStructByPos[struct{ At, Count int }])
	for _, f := range found {
		counts[f.At] = f.Count
	}
	return counts, err
}

// under reads the rows that have a value, at most so many; "" when none can.
func (w *where) under(u Under, most int) string {
	one := &where{args: w.args}
	if key := u.Dataset.Publication.Key; len(key) == 1 && key[0] == u.Column {
		if !one.id(u.Dataset, []string{u.Value}) {
			return ""
		}
	} else {
		one.add(one.equal(u.Dataset.Schema.Column(u.Column), u.Value))
	}
	w.args = one.args
	return fmt.Sprintf("select 1 from %s where %s limit %d", versionTable(u.Version), one.and(), most)
}
