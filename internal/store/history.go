package store

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/release"
)

// Past is a release among those before and after it.
type Past struct {
	ReleaseLine
	Readable bool // its tables are all there, so that the API answers from it
	Summary  release.Summary
}

// History lists so many releases, the newest first, from the one before a given one, or from the newest for "". It reads no
// manifest.
func (db *DB) History(ctx context.Context, before string, most int) (past []Past, err error) {
	defer fault.Wrap(&err, "store.History")
	return list(ctx, db, statement("history", nil), []any{before, most}, func(row pgx.CollectableRow) (p Past, err error) {
		var summary []byte
		if err := row.Scan(&p.Release, &p.Published, &p.Previous, &p.Current, &p.Readable, &summary); err != nil {
			return p, err
		}
		return p, json.Unmarshal(summary, &p.Summary)
	})
}

// HistoryOf lists so many releases that have something to tell of a dataset, the newest first, and the first of all releases
// where it has it. Whether they are Readable, or Current, is not said.
func (db *DB) HistoryOf(ctx context.Context, dataset string, most int) (past []Past, err error) {
	defer fault.Wrap(&err, "store.HistoryOf %s", dataset)
	return list(ctx, db, statement("history_of", nil), []any{dataset, most}, func(row pgx.CollectableRow) (p Past, err error) {
		var summary []byte
		if err := row.Scan(&p.Release, &p.Published, &p.Previous, &summary); err != nil {
			return p, err
		}
		return p, json.Unmarshal(summary, &p.Summary)
	})
}

// NamedFile is a file that a release names: the last one that does.
type NamedFile struct {
	Release, Dataset, Name string
	Bytes                  int64
	SHA256                 string
}

// NamedFiles lists each object that any release names, once.
func (db *DB) NamedFiles(ctx context.Context) (files []NamedFile, err error) {
	defer fault.Wrap(&err, "store.NamedFiles")
	return list(ctx, db, statement("named_files", nil), nil, pgx.RowToStructByPos[NamedFile])
}
