package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// one scans the row that a query gives; found is false when it gives none.
func (db *DB) one(ctx context.Context, sql string, args []any, into ...any) (found bool, err error) {
	conn, err := db.acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	err = conn.QueryRow(ctx, sql, args...).Scan(into...)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, explained(ctx, err)
}

// list collects the rows that a query gives.
func list[T any](ctx context.Context, db *DB, sql string, args []any, scan pgx.RowToFunc[T]) ([]T, error) {
	conn, err := db.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, explained(ctx, err)
	}
	all, err := pgx.CollectRows(rows, scan)
	return all, explained(ctx, err)
}
