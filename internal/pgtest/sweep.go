package pgtest

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
)

// sweep drops the databases of dead processes. A living one holds the lock of its token, so neither a process number
// that is in use again nor a process on another machine misleads us.
func (s *server) sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep")
	names, err := s.names(ctx, "select datname from pg_database where starts_with(datname, $1)", testPrefix)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.sweepOne(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) sweepOne(ctx context.Context, name string) error {
	var token, number int32
	if n, err := fmt.Sscanf(strings.TrimPrefix(name, testPrefix), "%d_%d", &token, &number); err != nil || n != 2 {
		return nil // not one of ours after all
	}
	// pg_locks shows the locks taken in every database: the other process may know the server by another one.
	var alive bool
	err := s.alive.QueryRow(ctx, `
		select exists (select from pg_locks where locktype = 'advisory' and classid = $1 and objid = $2)`,
		livenessLocks, token).Scan(&alive)
	if err != nil || alive {
		return err
	}
	return s.drop(ctx, name)
}

// sweepTemplates drops the templates made over a week ago: the migrations have changed since, or one is made again.
// The age is that of a file which CREATE DATABASE writes; only a superuser may look at it.
func (s *server) sweepTemplates(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "sweep templates")
	names, err := s.names(ctx, `
		select datname from pg_database
		where starts_with(datname, $1)
		and (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '7 days'`, templatePrefix)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) names(ctx context.Context, query, prefix string) ([]string, error) {
	rows, err := s.alive.Query(ctx, query, prefix)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
