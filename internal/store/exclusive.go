package store

import (
	"context"
	"time"

	"maille/internal/fault"
)

// longWait is after how long a program says that it waits for another.
const longWait = 3 * time.Second

// Exclusive runs f while no other program, on this node or another, runs what it was given: publishing, pruning, erasing.
// It waits for its turn, and says so when that is long; when its connection breaks, the context of f ends. It is not to be
// called again inside f.
func (db *DB) Exclusive(ctx context.Context, f func(context.Context) error) (err error) {
	defer fault.Wrap(&err, "store.Exclusive")
	slow := time.AfterFunc(longWait, func() {
		db.options.Log.Info("waiting for another program to end: one publishes, prunes or erases at a time")
	})
	defer slow.Stop()
	return db.holding(ctx, sessionLock{take: statement("lock_exclusive", nil), leave: statement("unlock_exclusive", nil)}, func(ctx context.Context) error {
		slow.Stop()
		return f(ctx)
	})
}
