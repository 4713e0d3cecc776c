package store

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

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

// PlanRanks gives the statement that finds which rows the conditions of a query match, to explain.
func (db *DB) PlanRanks(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) (Statement, error) {
	w, err := db.where(ctx, v, d, q)
	if err != nil {
		return Statement{}, err
	}
	return Statement{ranksOf(versionTable(v) + " where " + w.and()), w.args}, nil
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

// Prepared counts the statements that the only connection of a pool keeps.
func (db *DB) Prepared(t *testing.T) (n int) {
	t.Helper()
	if err := db.pool.QueryRow(t.Context(), "select count(*) from pg_prepared_statements").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// LockSession is a connection like those that hold locks.
func (db *DB) LockSession(ctx context.Context) (*pgx.Conn, error) { return db.session(ctx) }
