package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// Span is from the first day to the last of the features of a version; the zero Interval where they bear none. A version
// never changes, so that its rows are read once.
func (db *DB) Span(ctx context.Context, v release.Version, d *dataset.Dataset) (span dataset.Interval, err error) {
	defer fault.Wrap(&err, "store.Span %s", v)
	if d.Publication.Time == "" || v.Rows == 0 {
		return span, nil
	}
	sql := fmt.Sprintf("select min(%[1]s), max(%[1]s) from %[2]s", quote(d.Publication.Time), versionTable(v))
	if known, ok := db.spans.Load(sql); ok {
		return known.(dataset.Interval), nil
	}
	spans, err := list(ctx, db, sql, nil, func(row pgx.CollectableRow) (dataset.Interval, error) {
		var first, last *time.Time
		if err := row.Scan(&first, &last); err != nil || first == nil {
			return dataset.Interval{}, err
		}
		return dataset.Interval{From: first.Format(time.DateOnly), To: last.Format(time.DateOnly)}, nil
	})
	if err != nil {
		return span, err
	}
	db.spans.Store(sql, spans[0])
	return spans[0], nil
}
