package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"maille/internal/release"
)

// saveChanges keeps what a release changes for each commune.
func saveChanges(ctx context.Context, tx pgx.Tx, changes []release.CommuneChange) error {
	columns := []string{"release", "dataset", "commune", "added", "removed", "changed", "rows"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"maille", "commune_change"}, columns, pgx.CopyFromSlice(len(changes), func(i int) ([]any, error) {
		c := &changes[i]
		rows := c.Rows
		if rows == nil {
			rows = []release.RowChange{}
		}
		return []any{c.Release, c.Dataset, c.Commune, c.Added, c.Removed, c.Changed, rows}, nil
	}))
	return explained(ctx, err)
}
