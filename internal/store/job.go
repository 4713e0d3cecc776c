package store

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
)

// DoJob runs f while others see, by Abandoned, that the program which does the job lives. When they no longer can, for its
// connection broke, the context of f ends: the job is done again elsewhere.
func (db *DB) DoJob(ctx context.Context, id int64, f func(context.Context) error) (err error) {
	defer fault.Wrap(&err, "store.DoJob %d", id)
	number := []any{strconv.FormatInt(id, 10)}
	return db.holding(ctx, sessionLock{take: statement("lock_job", nil), leave: statement("unlock_job", nil), args: number}, f)
}

// Abandoned runs f when no living program does a job, and while none can begin it.
func (db *DB) Abandoned(ctx context.Context, id int64, f func() error) (err error) {
	defer fault.Wrap(&err, "store.Abandoned %d", id)
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		free := false
		if err := tx.QueryRow(ctx, statement("try_job", nil), strconv.FormatInt(id, 10)).Scan(&free); err != nil || !free {
			return err
		}
		return f()
	}))
}
