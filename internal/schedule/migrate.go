package schedule

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"maille/internal/fault"
	"maille/internal/store"
)

// Migrate brings the tables of jobs up to date, after store.Migrate. Two programs may call it at once: one works, the other waits, and says so to the log.
func Migrate(ctx context.Context, url string, log *slog.Logger) (err error) {
	defer fault.Wrap(&err, "schedule.Migrate")
	pool, err := connect(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: tables, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if done, err := upToDate(ctx, migrator); done || err != nil {
		return err
	}
	db, err := store.Open(ctx, url, store.Options{Connections: 2, Log: log})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Exclusive(ctx, func(ctx context.Context) error {
		_, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return explained(err)
	})
}

func upToDate(ctx context.Context, migrator *rivermigrate.Migrator[pgx.Tx]) (bool, error) {
	state, err := migrator.Validate(ctx, nil)
	if err != nil {
		return false, explained(err)
	}
	return state.OK, nil
}
