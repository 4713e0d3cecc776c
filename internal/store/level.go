package store

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// levelTable is the table of a version's generalised geometries, beside that of the version: data."communes@3f9a1c0b7d2e~g".
// The version's hash does not cover it, since it is made of the version alone.
func levelTable(v release.Version) string { return quote("data", v.String()+"~g") }

func levelFill(v release.Version) map[string]string { return map[string]string{"table": levelTable(v)} }

// Levels are those of the levels asked that stand beside a version.
func (db *DB) Levels(ctx context.Context, v release.Version, asked []float64) (standing []float64, err error) {
	defer fault.Wrap(&err, "store.Levels %s", v)
	standing, err = list(ctx, db, statement("levels", levelFill(v)), []any{asked}, pgx.RowTo[float64])
	if hasCode(err, "42P01") { // undefined_table: the version has none yet
		return nil, nil
	}
	return standing, err
}

// AddLevel writes generalised geometries of a version, EWKB by row: all of a level, or none. A level that stands already is
// left as it is.
func (db *DB) AddLevel(ctx context.Context, v release.Version, d *dataset.Dataset, level float64, shapes iter.Seq2[int64, []byte]) (err error) {
	defer fault.Wrap(&err, "store.AddLevel %s %g", v, level)
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, statement("lock_level", nil), v.String()); err != nil {
			return err
		}
		if err := exec(ctx, tx, statement("level_table", levelFill(v)), statement("level_draft", nil)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, statement("levels", levelFill(v)), []float64{level})
		if err != nil {
			return err
		}
		standing, err := pgx.CollectRows(rows, pgx.RowTo[float64])
		if err != nil || len(standing) > 0 {
			return err
		}
		return fillLevel(ctx, tx, v, d, level, shapes)
	}))
}

func fillLevel(ctx context.Context, tx pgx.Tx, v release.Version, d *dataset.Dataset, level float64, shapes iter.Seq2[int64, []byte]) error {
	next, stop := iter.Pull2(shapes)
	defer stop()
	source := pgx.CopyFromFunc(func() ([]any, error) {
		ord, wkb, more := next()
		if !more {
			return nil, nil
		}
		return []any{ord, wkb}, nil
	})
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"level_draft"}, []string{"_ord", "wkb"}, source); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, statement("level_fill", levelFill(v)), level, digits(d))
	return err
}
