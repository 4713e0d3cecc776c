package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
)

// Sweep ends the loads that killed programs left running, and drops their drafts; those of living programs are locked and
// stay. Begin does the same for its own dataset; this is for those that no run will load again.
func (db *DB) Sweep(ctx context.Context, now time.Time) (err error) {
	defer fault.Wrap(&err, "store.Sweep")
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, statement("lock_orphans", nil))
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := dropOrphans(ctx, tx, name, now); err != nil {
				return err
			}
		}
		return nil
	}))
}
