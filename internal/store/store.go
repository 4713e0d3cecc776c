// Package store knows PostGIS: migrations, DDL from a schema, COPY, rules over a set, reads, derived SQL. All SQL is here.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"maille/internal/fault"
)

// Options bound what a program may ask of PostgreSQL.
type Options struct {
	Connections      int           // at most so many at once; 0 means 8
	Queue            int           // callers that may be asking for one, beyond which Unavailable; 0 means no bound
	Wait             time.Duration // how long one may wait; 0 means as long as its context
	StatementTimeout time.Duration // of each statement; 0 means none
	CountBudget      time.Duration // of an exact count for numberMatched; 0 means one second
	Log              *slog.Logger  // told of what is waited for; nil for nobody
}

// DB is a Maille database.
type DB struct {
	pool     *pgxpool.Pool
	options  Options
	waiting  atomic.Int64
	matched  *otter.Cache[string, matched] // by version and conditions
	matching singleflight.Group
	spans    sync.Map // of days, by the statement that finds them
}

// Open connects to a PostgreSQL server; the URL may name several hosts. The URL's password is never in an error.
func Open(ctx context.Context, url string, o Options) (db *DB, err error) {
	defer fault.Wrap(&err, "store.Open")
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database's address cannot be read").About("MAILLE_DATABASE_URL")
	}
	if o.Connections == 0 {
		o.Connections = 8
	}
	if o.CountBudget == 0 {
		o.CountBudget = time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	config.MaxConns = int32(o.Connections)
	config.ConnConfig.RuntimeParams["application_name"] = "maille"
	if o.StatementTimeout > 0 {
		config.ConnConfig.RuntimeParams["statement_timeout"] = strconv.FormatInt(o.StatementTimeout.Milliseconds(), 10)
	}
	config.ConnConfig.StatementCacheCapacity = keptStatements
	config.ConnConfig.BuildContextWatcherHandler = cancelInsteadOfClose
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	known, err := otter.New(&otter.Options[string, matched]{
		MaximumWeight: rememberedBytes,
		Weigher:       func(_ string, m matched) uint32 { return m.weight() },
	})
	if err != nil {
		return nil, err
	}
	db = &DB{pool: pool, options: o, matched: known}
	if err := db.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return db, nil
}

// keptStatements is how many statements of a shape that recurs a connection keeps prepared. PostgreSQL holds the plans of each
// in memory as long as the connection lives.
const keptStatements = 64

// unnamed has a statement's conditions planned for its values, and forgotten: their shape is a stranger's, so that another
// statement of the same shape may never come.
func unnamed(args []any) []any { return append([]any{pgx.QueryExecModeDescribeExec}, args...) }

// cancelInsteadOfClose asks the server to stop the statement of a client that left and keeps the connection, where
// pgx's default closes it and lets the statement run on. A thousand map users closing a tab must not empty the pool.
func cancelInsteadOfClose(c *pgconn.PgConn) ctxwatch.Handler {
	return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 2 * time.Second}
}

// Close gives every connection back.
func (db *DB) Close() { db.pool.Close() }

// Ping says whether the database answers; Unavailable when it does not.
func (db *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := db.pool.Ping(ctx)
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg) && (pg.Code[:2] == "28" || pg.Code == "3D000"): // a wrong role, password or database
		return fault.New(fault.Invalid, "the database refuses us: %s", pg.Message).About("MAILLE_DATABASE_URL").Because(err)
	}
	c := db.pool.Config().ConnConfig
	return fault.New(fault.Unavailable, "the database does not answer at %s, port %d", c.Host, c.Port).Because(err)
}

// acquire takes a connection, waiting in a bounded queue: a pile-up answers "busy" at once rather than minutes later.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	waiting := db.waiting.Add(1)
	defer db.waiting.Add(-1)
	if most := db.options.Queue; most > 0 && waiting > int64(most) {
		return nil, fault.New(fault.Unavailable, "too many requests are waiting for the database")
	}
	wait := ctx
	if db.options.Wait > 0 {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, db.options.Wait)
		defer cancel()
	}
	conn, err := db.pool.Acquire(wait)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case wait.Err() != nil:
		return nil, fault.New(fault.Unavailable, "no connection to the database came free in time").Because(err)
	}
	return nil, fault.New(fault.Unavailable, "the database does not answer").Because(err)
}

// explained gives errors of PostgreSQL their kind.
func explained(ctx context.Context, err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &pg):
		return disconnected(ctx, err)
	case pg.Code == "57014" && ctx.Err() != nil: // query_canceled: we asked for it, because the caller left
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	case pg.Code == "57014": // by statement_timeout
		return fault.New(fault.Unavailable, "the database took too long over this").Because(err)
	case pg.Code == "55P03": // lock_not_available
		return fault.New(fault.Unavailable, "the database is busy with something else").Because(err)
	case pg.Code == "42883" && strings.Contains(pg.Message, "maille."): // undefined_function
		return fault.New(fault.Unavailable, "the database is older than this program: run maille migrate").About("MAILLE_DATABASE_URL").Because(err)
	case pg.Code == "42P01" && strings.Contains(pg.Message, `"maille.`): // undefined_table
		return fault.New(fault.Invalid, "the database has no Maille tables: run maille migrate").About("MAILLE_DATABASE_URL").Because(err)
	case pg.Code == "42P01" && strings.Contains(pg.Message, "data.") && strings.Contains(pg.Message, "@"): // a version's table
		return fault.New(fault.Gone, "the database no longer has the rows of this version: it was pruned").Because(err)
	case pg.Code == "53100": // disk_full
		return fault.New(fault.Unavailable, "the disk of the database is full").Because(fmt.Errorf("%w: %w", syscall.ENOSPC, err))
	case pg.Code[:2] == "57" || pg.Code[:2] == "53" || pg.Code[:2] == "08": // shutdown, resources, connection
		return fault.New(fault.Unavailable, "the database is not available").Because(err)
	}
	return err
}

// disconnected gives its kind to an error that PostgreSQL did not say itself: the connection broke.
func disconnected(ctx context.Context, err error) error {
	var network net.Error
	var refusal *pgconn.ConnectError
	broken := errors.As(err, &network) || errors.As(err, &refusal) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err)
	if broken && ctx.Err() == nil {
		return fault.New(fault.Unavailable, "the database does not answer").Because(err)
	}
	return err
}

// hasCode says whether an error is PostgreSQL's of this SQLSTATE.
func hasCode(err error, code string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code
}

// transact runs f in a transaction. When the caller's context is over, pgx's own way to begin and to roll back would close
// the connection, and lose what the session holds; this one keeps it.
func transact(ctx context.Context, conn *pgxpool.Conn, o pgx.TxOptions, f func(pgx.Tx) error) error {
	tx, err := begin(ctx, conn, o)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = tx.Rollback(ctx) // of no effect once committed
	}()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func begin(ctx context.Context, conn *pgxpool.Conn, o pgx.TxOptions) (pgx.Tx, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return conn.BeginTx(ctx, o)
}

// exec runs statements that give no rows, in order.
func exec(ctx context.Context, tx pgx.Tx, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s, pgx.QueryExecModeSimpleProtocol); err != nil {
			return explained(ctx, err)
		}
	}
	return nil
}
