package store

import (
	"context"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"maille/internal/fault"
)

// sessionLock is how a connection takes a lock, which it may wait for, and leaves it.
type sessionLock struct {
	take, leave string
	args        []any
}

// holding runs f while a connection of its own holds a lock, so that a holder that is killed lets go of it. When the connection
// breaks, the lock is another's: the context of f ends with that for its cause.
func (db *DB) holding(ctx context.Context, l sessionLock, f func(context.Context) error) error {
	conn, err := db.session(ctx)
	if err != nil {
		return err
	}
	defer leave(ctx, conn, l)
	if _, err := conn.Exec(ctx, l.take, l.args...); err != nil {
		return explained(ctx, err)
	}
	held, lose := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if _, err := conn.WaitForNotification(held); held.Err() == nil {
			lose(fault.New(fault.Unavailable, "the connection that keeps others from doing the same broke; run it again").Because(err))
		}
	}()
	defer func() { lose(nil); <-watched }()
	err = f(held)
	if lost := context.Cause(held); err != nil && lost != nil && ctx.Err() == nil {
		err = lost
	}
	return err
}

// lockParameters keep a connection that says nothing for hours: no server ends it for being idle, and one whose machine lost its
// power or its network is found out within a minute or so, where TCP's own keepalive takes two hours. Unix sockets ignore those.
var lockParameters = map[string]string{
	"idle_session_timeout":    "0",
	"tcp_keepalives_idle":     "30",
	"tcp_keepalives_interval": "10",
	"tcp_keepalives_count":    "3",
	"tcp_user_timeout":        "60000",
}

// session is a connection out of the pool, whose statements may take their time. Waiting on it is ended by a deadline, where
// those of the pool ask the server to cancel a statement that there is not.
func (db *DB) session(ctx context.Context) (*pgx.Conn, error) {
	config := db.pool.Config().ConnConfig
	delete(config.RuntimeParams, "statement_timeout")
	maps.Copy(config.RuntimeParams, lockParameters)
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
func leave(ctx context.Context, conn *pgx.Conn, l sessionLock) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = conn.Exec(ctx, l.leave, l.args...) // a connection that is broken lost it by itself
	_ = conn.Close(ctx)
}
