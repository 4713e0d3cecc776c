package store

import (
	"context"
	"fmt"
	"strings"
	"time"

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
	if c, ok := db.counts.Get(key); ok && (c.known || time.Since(c.at) < retryCount) {
		return c.n, c.known, nil
	}
	answer := db.counting.DoChan(key, func() (any, error) { return db.countOnce(context.WithoutCancel(ctx), key, sql, w.args) })
	select {
	case <-ctx.Done():
		return 0, false, ctx.Err()
	case a := <-answer:
		c, _ := a.Val.(counted)
		return c.n, c.known, a.Err
	}
}

// counted is an exact count; not known where the budget ran out.
type counted struct {
	n     int64
	known bool
	at    time.Time
}

// retryCount is how long a count that ran out of its budget is not tried again: the database may have been busy.
const retryCount = time.Minute

// countOnce counts for all who ask at the same time, so it does not end when one of them leaves; the budget ends it.
func (db *DB) countOnce(ctx context.Context, key, sql string, args []any) (c counted, err error) {
	ctx, cancel := context.WithTimeout(ctx, db.options.CountBudget+db.options.Wait+5*time.Second)
	defer cancel()
	n, err := db.countWithin(ctx, sql, args)
	c = counted{n: n, known: err == nil, at: time.Now()}
	if hasCode(err, "57014") && ctx.Err() == nil {
		err = nil // the budget ran out
	}
	if err == nil {
		db.counts.Add(key, c)
	}
	return c, err
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
