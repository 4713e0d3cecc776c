package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
)

// DoJob runs f while others see, by Abandoned, that the program which does the job lives.
func (db *DB) DoJob(ctx context.Context, id int64, f func() error) (err error) {
	defer fault.Wrap(&err, "store.DoJob %d", id)
	conn, err := db.session(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = conn.Close(ctx) // and the lock goes with it
	}()
	if _, err := conn.Exec(ctx, statement("lock_job", nil), strconv.FormatInt(id, 10)); err != nil {
		return explained(ctx, err)
	}
	return f()
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
