package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
)

// Former is a code that was a commune's: its last name, the event that ended it, the day of that event, and the communes
// of the reference that have its territory, the one that carries its figures first.
type Former struct {
	Code, Name, Event string
	Ended             time.Time
	Successors        []Successor
}

// Successor is a commune of the reference.
type Successor struct{ Code, Name string }

// Former finds what became of a code in a version of the passages; nil when it is a commune's still, or never was.
func (db *DB) Former(ctx context.Context, passages Reference, code string) (_ *Former, err error) {
	defer fault.Wrap(&err, "store.Former %s", code)
	f := Former{Code: code}
	sql := statement("former", map[string]string{"reference": versionTable(passages.Version), "reference_commune": quote(passages.Commune)})
	f.Successors, err = list(ctx, db, sql, []any{code}, func(row pgx.CollectableRow) (s Successor, err error) {
		return s, row.Scan(&f.Name, &f.Event, &f.Ended, &s.Code, &s.Name)
	})
	if err != nil || len(f.Successors) == 0 {
		return nil, err
	}
	return &f, nil
}
