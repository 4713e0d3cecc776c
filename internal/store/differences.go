package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/release"
)

// Side is a version and the dataset as it was described then.
type Side struct {
	Version release.Version
	Dataset *dataset.Dataset
}

// Difference is what to compare, and which rows of it.
type Difference struct {
	Before, After Side
	Commune       string // rows that are there, or were; "" for all
	Limit         int    // at most so many rows; 0 for all
}

// Differences streams the rows that differ between two versions of a dataset, matched by their keys: those of the version
// after in its order, then those that are gone in theirs. Rows whose values are equal, and geometries alike byte for byte,
// never leave PostgreSQL; keys of other columns, or of other types, match nothing. Values are as CSV writes them. A
// geometry is a field named geometry: "lon lat" of a point, left out where its columns say as much; of a shape its area and
// the first digits of the SHA-256 of its bytes ("34.5123 km² 3f9a1c0b7d2e"), since areas may agree where shapes do not.
//
// The RowChange is valid until the next one. PostgreSQL takes at most differencesMemory times two for the join, and as much
// for the sort, and the disk beyond; this program holds a row.
func (db *DB) Differences(ctx context.Context, x Difference) iter.Seq2[*release.RowChange, error] {
	return func(yield func(*release.RowChange, error) bool) {
		if err := db.differences(ctx, x, func(c *release.RowChange) bool { return yield(c, nil) }); err != nil {
			yield(nil, fmt.Errorf("store.Differences %s %s: %w", x.Before.Version, x.After.Version, err))
		}
	}
}

// CountDifferences counts the rows that Differences would give, whatever its limit.
func (db *DB) CountDifferences(ctx context.Context, x Difference) (added, removed, changed int64, err error) {
	p := newDifferencePlan(x)
	if p.rereads { // only we know whether texts of other types are the same
		for c, err := range db.Differences(ctx, Difference{Before: x.Before, After: x.After, Commune: x.Commune}) {
			if err != nil {
				return 0, 0, 0, err
			}
			tally(c, &added, &removed, &changed)
		}
		return added, removed, changed, nil
	}
	err = db.comparing(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, statement("count_differences", p.fill), p.args...).Scan(&added, &removed, &changed)
	})
	if err != nil {
		err = fmt.Errorf("store.CountDifferences %s %s: %w", x.Before.Version, x.After.Version, err)
	}
	return added, removed, changed, err
}

func tally(c *release.RowChange, added, removed, changed *int64) {
	switch c.Kind {
	case release.RowAdded:
		*added++
	case release.RowRemoved:
		*removed++
	default:
		*changed++
	}
}

// differencesMemory is what the join's table of keys may take before it goes to the disk (PostgreSQL doubles it for hashes).
const differencesMemory = "set local work_mem = '64MB'"

// comparing reads in a transaction of its own, whose settings end with it.
func (db *DB) comparing(ctx context.Context, read func(pgx.Tx) error) error {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := exec(ctx, tx, differencesMemory, "set local jit = off"); err != nil {
			return err
		}
		return read(tx)
	}))
}

func (db *DB) differences(ctx context.Context, x Difference, yield func(*release.RowChange) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	left := false
	err := db.comparing(ctx, func(tx pgx.Tx) error {
		p := newDifferencePlan(x)
		rows, err := tx.Query(ctx, p.sql(x.Limit), append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, p.args...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for given := 0; rows.Next(); {
			c, err := p.read(rows.RawValues())
			if err != nil {
				return err
			}
			if c == nil {
				continue
			}
			if given++; !yield(c) {
				left = true
				cancel() // before the rows are closed, which would read the rest of a large answer
				return nil
			}
			if given == x.Limit {
				left = true
				cancel()
				return nil
			}
		}
		return rows.Err()
	})
	if left {
		return nil
	}
	return err
}
