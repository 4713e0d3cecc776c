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

// Count is the exact number of features that a query matches, whatever its After and Limit, in a statement of its own
// with a budget; known is false when the budget ran out. A version never changes, so callers may remember the answer.
func (db *DB) Count(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query) (n int64, known bool, err error) {
	defer fault.Wrap(&err, "store.Count %s", v)
	var w where
	filters := w.filters(d, v, q)
	if len(filters) == 0 {
		return v.Rows, true, nil
	}
	sql := fmt.Sprintf("select count(*) from %s where %s", versionTable(v), strings.Join(filters, " and "))
	key := fmt.Sprint(sql, w.args)
	if n, ok := db.counts.Get(key); ok {
		return n, n >= 0, nil
	}
	n, err = db.countWithin(ctx, sql, w.args)
	if hasCode(err, "57014") && ctx.Err() == nil {
		n, err = -1, nil // the budget ran out
	}
	if err == nil {
		db.counts.Add(key, n)
	}
	return n, err == nil && n >= 0, err
}

func (db *DB) countWithin(ctx context.Context, sql string, args []any) (n int64, err error) {
	conn, err := db.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	err = transact(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("set local statement_timeout = %d", max(1, db.options.CountBudget.Milliseconds()))); err != nil {
			return err
		}
		return tx.QueryRow(ctx, sql, args...).Scan(&n)
	})
	return n, explained(ctx, err)
}
