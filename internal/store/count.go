package store

import (
	"context"
	"crypto/sha256"
	"fmt"
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
	w, err := db.where(ctx, v, d, q)
	if err != nil {
		return 0, false, err
	}
	if len(w.terms) == 0 {
		return v.Rows, true, nil
	}
	n, known, err = db.count(ctx, v, w.and(), w.args)
	return n, known, answerable(err, q)
}

func (db *DB) count(ctx context.Context, v release.Version, filter string, args []any) (n int64, known bool, err error) {
	sql := fmt.Sprintf("select count(*) from %s where %s", versionTable(v), filter)
	key := countKey(sql, args)
	if c, ok := db.counts.Get(key); ok && (c.known || time.Since(c.at) < retryCount) {
		return c.n, c.known, nil
	}
	answer := db.counting.DoChan(key, func() (any, error) { return db.countOnce(context.WithoutCancel(ctx), key, sql, args) })
	select {
	case <-ctx.Done():
		return 0, false, ctx.Err()
	case a := <-answer:
		c, _ := a.Val.(counted)
		return c.n, c.known, a.Err
	}
}

// countKey is short whatever the filter: a polygon may be a megabyte.
func countKey(sql string, args []any) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s", len(sql), sql)
	for _, arg := range args {
		fmt.Fprintf(h, "\n%T %q", arg, fmt.Sprint(arg))
	}
	return string(h.Sum(nil))
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
