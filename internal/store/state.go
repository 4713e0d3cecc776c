package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
)

// PoolState is how the connections of a program are used.
type PoolState struct {
	Acquired int64
	Idle     int64
	Most     int64
	Waiting  int64         // callers that ask for one now, or begin to use it
	Waits    int64         // how often one had to be waited for
	Waited   time.Duration // in all
}

// Pool says how the connections are used now.
func (db *DB) Pool() PoolState {
	s := db.pool.Stat()
	return PoolState{Acquired: int64(s.AcquiredConns()), Idle: int64(s.IdleConns()), Most: int64(s.MaxConns()), Waiting: db.waiting.Load(),
		Waits: s.EmptyAcquireCount(), Waited: s.EmptyAcquireWaitTime()}
}

// JobCount is how many jobs of a kind are in a state, and the date of the oldest.
type JobCount struct {
	Kind   string
	State  string
	Jobs   int64
	Oldest time.Time
}

// JobCounts counts the jobs; none where no scheduler ever was.
func (db *DB) JobCounts(ctx context.Context) (counts []JobCount, err error) {
	defer fault.Wrap(&err, "store.JobCounts")
	counts, err = list(ctx, db, statement("job_counts", nil), nil, pgx.RowToStructByPos[JobCount])
	if hasCode(err, "42P01") || hasCode(err, "3F000") { // undefined_table, invalid_schema_name
		return nil, nil
	}
	return counts, err
}

// LastAttempts is when a publication last had each status.
func (db *DB) LastAttempts(ctx context.Context) (last map[string]time.Time, err error) {
	defer fault.Wrap(&err, "store.LastAttempts")
	type line struct {
		Status string
		At     time.Time
	}
	lines, err := list(ctx, db, statement("last_attempts", nil), nil, pgx.RowToStructByPos[line])
	last = map[string]time.Time{}
	for _, l := range lines {
		last[l.Status] = l.At
	}
	return last, err
}
