package store

import (
	"context"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"maille/internal/fault"
)

// Migrate brings the fixed tables of a database up to date, and the indexes of the versions that stand, and gives the
// migrations it applied. Two programs may call it at once: one works, the other waits.
func Migrate(ctx context.Context, url string, files fs.FS) (applied []string, err error) {
	defer fault.Wrap(&err, "store.Migrate")
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database's address cannot be read").About("MAILLE_DATABASE_URL")
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // asks each second, for five minutes
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithTableName("public.maille_migration"), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		applied = append(applied, r.Source.Path)
	}
	if hasCode(err, "42501") { // insufficient_privilege
		return applied, fault.New(fault.Invalid, "this role may not migrate: it must be allowed to make schemas and roles, and a superuser must have "+
			"run create extension postgis").About("MAILLE_DATABASE_URL").Because(err)
	}
	if err != nil {
		return applied, explained(ctx, err)
	}
	return applied, reindexAll(ctx, url)
}
