package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/release"
)

// Calendar tells when each group of datasets is brought up to date, what comes first before.
func (db *DB) Calendar(ctx context.Context) (groups []release.Due, err error) {
	defer fault.Wrap(&err, "store.Calendar")
	return list(ctx, db, statement("calendar", nil), nil, scanDue)
}

func scanDue(row pgx.CollectableRow) (d release.Due, err error) {
	var last *time.Time
	err = row.Scan(&d.Frequency, &d.Schedule, &d.Datasets, &d.Next, &last)
	d.Next, d.Last = d.Next.UTC(), instant(last)
	return d, err
}

// ChangeCalendar replaces the calendar by what change makes of it, in one transaction that change may write to. Programs that call it at
// the same time do so one after the other, each on what the one before left.
func (db *DB) ChangeCalendar(ctx context.Context, change func(context.Context, pgx.Tx, []release.Due) ([]release.Due, error)) (err error) {
	defer fault.Wrap(&err, "store.ChangeCalendar")
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, statement("lock_calendar", nil)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, statement("calendar", nil))
		if err != nil {
			return err
		}
		before, err := pgx.CollectRows(rows, scanDue)
		if err != nil {
			return err
		}
		after, err := change(ctx, tx, slices.Clone(before))
		if err != nil || slices.EqualFunc(before, after, sameDue) {
			return err
		}
		return saveCalendar(ctx, tx, after)
	}))
}

func sameDue(a, b release.Due) bool {
	return a.Frequency == b.Frequency && a.Schedule == b.Schedule && slices.Equal(a.Datasets, b.Datasets) && a.Next.Equal(b.Next) && a.Last.Equal(b.Last)
}

func saveCalendar(ctx context.Context, tx pgx.Tx, groups []release.Due) error {
	if _, err := tx.Exec(ctx, statement("clear_calendar", nil)); err != nil {
		return err
	}
	for _, g := range groups {
		if _, err := tx.Exec(ctx, statement("insert_due", nil), g.Frequency, g.Schedule, g.Datasets, g.Next, known(g.Last)); err != nil {
			return err
		}
	}
	return nil
}

// SaveCalendar replaces the calendar.
func (db *DB) SaveCalendar(ctx context.Context, groups []release.Due) error {
	return db.ChangeCalendar(ctx, func(context.Context, pgx.Tx, []release.Due) ([]release.Due, error) { return groups, nil })
}

// Ran notes when a group was last run to its end.
func (db *DB) Ran(ctx context.Context, frequency, schedule string, at time.Time) (err error) {
	defer fault.Wrap(&err, "store.Ran %s", frequency)
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, statement("ran", nil), frequency, schedule, at)
	return explained(ctx, err)
}
