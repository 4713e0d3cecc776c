package store

import (
	"context"

	"maille/internal/dataset"
	"maille/internal/release"
)

// Table is the draft's table, quoted.
func (dr *Draft) Table() string { return dr.table }

// Statement is SQL that a query becomes, with its parameters.
type Statement struct {
	SQL  string
	Args []any
}

// Plan gives the statements of a query, to explain.
func (db *DB) Plan(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) (all []Statement, err error) {
	parts, err := db.plan(ctx, v, d, q)
	for _, part := range parts {
		part = part.limited(q.Limit)
		all = append(all, Statement{part.sql, part.args})
	}
	return all, err
}
