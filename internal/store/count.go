package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

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
	m, err := db.matches(ctx, v, w)
	return m.n, m.known, answerable(err, q)
}

// matches is what is known of the rows that conditions match, asked once for all who ask at the same time.
func (db *DB) matches(ctx context.Context, v release.Version, w *where) (matched, error) {
	from := versionTable(v) + " where " + w.and()
	key := matchKey(from, w.args)
	if m, ok := db.matched.GetIfPresent(key); ok && (m.known || time.Since(m.at) < retryCount) {
		return m, nil
	}
	answer := db.matching.DoChan(key, func() (any, error) { return db.matchOnce(context.WithoutCancel(ctx), key, from, w.args) })
	select {
	case <-ctx.Done():
		return matched{}, ctx.Err()
	case a := <-answer:
		m, _ := a.Val.(matched)
		return m, a.Err
	}
}

// matchKey is short whatever the filter: a polygon may be a megabyte.
func matchKey(sql string, args []any) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s", len(sql), sql)
	for _, arg := range args {
		fmt.Fprintf(h, "\n%T %#v", arg, arg) // in Go's own words, in which no two values are alike
	}
	return string(h.Sum(nil))
}

// matched is how many rows there are, exactly; not known where the budget ran out. Where they are few, it is also which:
// a page of them, and every page after it, is then read by its ranks instead of by the conditions once more.
type matched struct {
	n           int64
	ranks       []int64 // their _ord, rising; nil where they are more than mostRanks
	first, last int64   // the least and the greatest _ord, where ranks is nil
	known       bool
	at          time.Time
}

const (
	mostRanks       = 50_000
	rememberedBytes = 64 << 20 // of counts and ranks
)

func (m *matched) weight() uint32 { return uint32(256 + 8*len(m.ranks)) }

// page are the ranks after one of them, at most limit; 0 is no limit.
func (m *matched) page(after int64, limit int) []int64 {
	begin, found := slices.BinarySearch(m.ranks, after)
	if found {
		begin++
	}
	page := m.ranks[begin:]
	if limit > 0 && len(page) > limit {
		page = page[:limit]
	}
	return page
}

// retryCount is how long a count that ran out of its budget is not tried again: the database may have been busy.
const retryCount = time.Minute

// matchOnce counts for all who ask at the same time, so it does not end when one of them leaves; the budget ends it.
func (db *DB) matchOnce(ctx context.Context, key, from string, args []any) (m matched, err error) {
	ctx, cancel := context.WithTimeout(ctx, db.options.CountBudget+db.options.Wait+5*time.Second)
	defer cancel()
	ranOut, err := db.within(ctx, func(ctx context.Context, conn *pgxpool.Conn) error {
		if m.ranks, err = ranks(ctx, conn, from, args); err != nil || m.ranks != nil {
			m.n = int64(len(m.ranks))
			return err
		}
		return conn.QueryRow(ctx, "select count(*), min(_ord), max(_ord) from "+from, unnamed(args)...).Scan(&m.n, &m.first, &m.last)
	})
	m.known, m.at = err == nil && !ranOut, time.Now()
	if err == nil {
		db.matched.Set(key, m)
	}
	return m, err
}

// ranks lists the _ord of rows, rising; nil when they are more than mostRanks. Being materialised, the rows are looked for
// as if all were wanted, and still no more are than are read.
func ranks(ctx context.Context, conn *pgxpool.Conn, from string, args []any) ([]int64, error) {
	rows, err := conn.Query(ctx, ranksOf(from), unnamed(args)...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.AppendRows([]int64{}, rows, pgx.RowTo[int64])
	if err != nil || len(list) > mostRanks {
		return nil, err
	}
	slices.Sort(list)
	return slices.Clip(list), nil
}

func ranksOf(from string) string {
	return fmt.Sprintf("with m as materialized (select _ord from %s) select _ord from m limit %d", from, mostRanks+1)
}

// within runs f within the count's budget, and says whether it ran out. The budget is a context's, which has PostgreSQL cancel the
// statement: a timeout of its own would take a transaction, and three round trips more.
func (db *DB) within(ctx context.Context, f func(context.Context, *pgxpool.Conn) error) (ranOut bool, err error) {
	conn, err := db.acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	budget, cancel := context.WithTimeout(ctx, db.options.CountBudget)
	defer cancel()
	err = f(budget, conn)
	if err != nil && budget.Err() != nil && ctx.Err() == nil {
		return true, nil
	}
	return false, explained(ctx, err)
}
