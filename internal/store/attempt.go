package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/release"
)

// keptAttempts is how many attempts of each status are remembered.
const keptAttempts = 1000

// SaveAttempt remembers a publication that was tried. Of several in a row that found nothing new, the last one is. Servers are
// told of those that came to nothing: feeds tell of them.
func (db *DB) SaveAttempt(ctx context.Context, a release.Attempt) (err error) {
	defer fault.Wrap(&err, "store.SaveAttempt %s", a.Status)
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, statement("save_attempt", nil), a.At, a.Status, a.Release, a.Dataset, a.Reason, keptAttempts)
	if err == nil && (a.Status == release.Refused || a.Status == release.Failed) {
		_, err = conn.Exec(ctx, statement("notify", nil), releaseChannel, "")
	}
	return explained(ctx, err)
}

// Attempts are the last publications that were tried with one of these statuses, the newest first; with any, when none is
// said.
func (db *DB) Attempts(ctx context.Context, most int, statuses ...string) (attempts []release.Attempt, err error) {
	defer fault.Wrap(&err, "store.Attempts")
	return list(ctx, db, statement("attempts", nil), []any{statuses, most}, pgx.RowToStructByPos[release.Attempt])
}
