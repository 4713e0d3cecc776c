package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/release"
)

// saveChanges keeps what a release changes for each commune.
func saveChanges(ctx context.Context, tx pgx.Tx, changes []release.CommuneChange) error {
	columns := []string{"release", "dataset", "commune", "added", "removed", "changed", "rows", "arrived"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"maille", "commune_change"}, columns, pgx.CopyFromSlice(len(changes), func(i int) ([]any, error) {
		c := &changes[i]
		rows := c.Rows
		if rows == nil {
			rows = []release.RowChange{}
		}
		arrived := c.Arrived
		if arrived == nil {
			arrived = map[string]int64{}
		}
		return []any{c.Release, c.Dataset, c.Commune, c.Added, c.Removed, c.Changed, rows, arrived}, nil
	}))
	return explained(ctx, err)
}

// Recoded says whether two loads were run by two versions of the program.
func (db *DB) Recoded(ctx context.Context, before, after int64) (recoded bool, err error) {
	defer fault.Wrap(&err, "store.Recoded %d %d", before, after)
	_, err = db.one(ctx, statement("recoded", nil), []any{before, after}, &recoded)
	return recoded, err
}

// CommuneChanges are what the last releases, so many, changed for a commune or for several taken together, the newest first:
// a line for each dataset of each release, where a row that moved among them counts once. Their rows are of the first
// communes, no more than a line shows.
func (db *DB) CommuneChanges(ctx context.Context, communes []string, releases int) (changes []release.CommuneChange, err error) {
	defer fault.Wrap(&err, "store.CommuneChanges")
	return list(ctx, db, statement("commune_changes", nil), []any{communes, releases, release.MostSampled}, func(row pgx.CollectableRow) (c release.CommuneChange, err error) {
		return c, row.Scan(&c.Release, &c.Published, &c.Dataset, &c.Added, &c.Removed, &c.Changed, &c.Rows)
	})
}

// CommuneChangesIn are what one release changed for a commune.
func (db *DB) CommuneChangesIn(ctx context.Context, name, commune string) (changes []release.CommuneChange, err error) {
	defer fault.Wrap(&err, "store.CommuneChangesIn %s", name)
	return list(ctx, db, statement("commune_changes_in", nil), []any{name, commune}, func(row pgx.CollectableRow) (c release.CommuneChange, err error) {
		return c, row.Scan(&c.Release, &c.Dataset, &c.Commune, &c.Added, &c.Removed, &c.Changed)
	})
}

// ChangesFile is the object of a JSON file of changes.
type ChangesFile struct{ Release, Dataset, SHA256 string }

// ChangesFiles finds the JSON files of changes of releases that have rows, the newest first: of one dataset, or of all for "".
func (db *DB) ChangesFiles(ctx context.Context, releases []string, dataset string) (files []ChangesFile, err error) {
	defer fault.Wrap(&err, "store.ChangesFiles")
	return list(ctx, db, statement("changes_files", nil), []any{releases, dataset}, pgx.RowToStructByPos[ChangesFile])
}
