package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// answerable makes a refusal of what PostgreSQL, PostGIS or PROJ say of a stranger's filter: a number out of range, an
// operation that has no answer, more operations than a statement may have.
func answerable(err error, q dataset.Query) error {
	var pg *pgconn.PgError
	if q.Filter == nil || !errors.As(err, &pg) {
		return err
	}
	if class := pg.Code[:2]; class == "22" || class == "54" || pg.Code == "XX000" {
		return fault.New(fault.Invalid, "filter: it cannot be computed: %s", pg.Message).About("filter").Because(err)
	}
	return err
}

// tooLong makes a refusal of a statement that ran out of its time because of conditions that no index need serve: to try
// again would not help, and "unavailable" tells a client to.
func tooLong(ctx context.Context, err error, v release.Version, d *dataset.Dataset, q dataset.Query) error {
	about := unserved(d, q)
	if err == nil || about == "" || !hasCode(err, "57014") || ctx.Err() != nil {
		return explained(ctx, err)
	}
	return fault.New(fault.Invalid, "%s: it takes too long on %d features; %s", about, v.Rows, narrower(d, q)).About(about).Because(err)
}

// unserved is the parameter whose condition may be asked of every row; "" where there is none.
func unserved(d *dataset.Dataset, q dataset.Query) string {
	switch {
	case q.Filter != nil:
		return "filter"
	case strings.TrimSpace(q.Search) != "":
		return "q"
	}
	for _, e := range q.Equal {
		if !slices.Contains(d.Publication.Index, e.Column) {
			return e.Column
		}
	}
	return ""
}

// narrower says what would make a query cheaper.
func narrower(d *dataset.Dataset, q dataset.Query) string {
	var add []string
	if d.Publication.Geometry != nil && q.BBox == nil {
		add = append(add, "a bbox")
	}
	if names := d.Publication.Index; len(names) > 0 {
		add = append(add, fmt.Sprintf("a condition on an indexed property (%s)", strings.Join(names[:min(2, len(names))], ", ")))
	}
	if len(add) == 0 {
		return "ask for less"
	}
	return "add " + strings.Join(add, " or ")
}
