package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"maille/internal/fault"
)

// Exclusive runs f while no other program, on this node or another, runs what it was given: publishing, pruning, erasing.
// It waits for its turn. The lock is that of a connection of its own, so that a holder that is killed lets go of it; when the
// connection breaks, the context of f ends with that for its cause. It is not to be called again inside f.
func (db *DB) Exclusive(ctx context.Context, f func(context.Context) error) (err error) {
	defer fault.Wrap(&err, "store.Exclusive")
	conn, err := db.session(ctx)
	if err != nil {
		return err
	}
	defer leave(ctx, conn)
	if _, err := conn.Exec(ctx, statement("lock_exclusive", nil)); err != nil {
		return explained(ctx, err)
	}
	held, lose := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if _, err := conn.WaitForNotification(held); held.Err() == nil {
			lose(fault.New(fault.Unavailable, "the connection that keeps others from publishing broke; run it again").Because(err))
		}
	}()
	err = f(held)
	if lost := context.Cause(held); err != nil && lost != nil && ctx.Err() == nil {
		err = lost
	}
	lose(nil)
	<-watched
	return err
}

// session is a connection out of the pool, whose statements may take their time. Waiting on it is ended by a deadline, where
// those of the pool ask the server to cancel a statement that there is not.
func (db *DB) session(ctx context.Context) (*pgx.Conn, error) {
	config := db.pool.Config().ConnConfig
	delete(config.RuntimeParams, "statement_timeout")
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.DeadlineContextWatcherHandler{Conn: c.Conn()}
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the database does not answer").Because(err)
	}
	return conn, nil
}

// leave gives the lock back at once, where closing alone would have the next wait until the server noticed.
func leave(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = conn.Exec(ctx, statement("unlock_exclusive", nil)) // a connection that is broken lost it by itself
	_ = conn.Close(ctx)
}
