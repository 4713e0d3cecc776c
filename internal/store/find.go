package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/schema"
)

// Standing is a version that has a table, and the last load that led to it.
type Standing struct {
	release.Version
	Load int64
}

func scanStanding(row pgx.CollectableRow) (s Standing, err error) {
	return s, row.Scan(&s.Dataset, &s.ID, &s.Hash, &s.Rows, &s.Load)
}

// Standing lists the versions that have a table, by dataset. Those that no load leads to, which an erasure that was killed
// made, are dropped first.
func (db *DB) Standing(ctx context.Context) (all []Standing, err error) {
	defer fault.Wrap(&err, "store.Standing")
	unled, err := list(ctx, db, statement("unled_versions", nil), nil, scanStanding)
	if err != nil {
		return nil, err
	}
	conn, err := db.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	for _, s := range unled {
		if err := transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error { return forget(ctx, tx, s.Version) }); err != nil {
			return nil, explained(ctx, err)
		}
	}
	return standing(ctx, conn)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func standing(ctx context.Context, q querier) ([]Standing, error) {
	rows, err := q.Query(ctx, statement("standing_versions", nil))
	if err != nil {
		return nil, explained(ctx, err)
	}
	all, err := pgx.CollectRows(rows, scanStanding)
	return all, explained(ctx, err)
}

// forget drops a version as if it had never been.
func forget(ctx context.Context, tx pgx.Tx, v release.Version) error {
	if err := dropVersion(ctx, tx, v); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, statement("drop_version", nil), v.Dataset, v.ID)
	return err
}

// Find counts the rows of a version whose cell, or an item of whose list, has a text in it, whatever its case and accents; by
// column, those that have some.
func (db *DB) Find(ctx context.Context, v release.Version, d *dataset.Dataset, text string) (rows map[string]int64, err error) {
	defer fault.Wrap(&err, "store.Find %s", v)
	columns := textual(d)
	if len(columns) == 0 {
		return nil, nil
	}
	counts := make([]string, len(columns))
	for i, c := range columns {
		counts[i] = "count(*) filter (where " + says(c) + ")"
	}
	numbers := make([]int64, len(columns))
	into := make([]any, len(columns))
	for i := range numbers {
		into[i] = &numbers[i]
	}
	if _, err := db.one(ctx, "select "+strings.Join(counts, ", ")+" from "+versionTable(v), []any{text}, into...); err != nil {
		return nil, err
	}
	rows = map[string]int64{}
	for i, c := range columns {
		if numbers[i] > 0 {
			rows[c.Name] = numbers[i]
		}
	}
	return rows, nil
}

func textual(d *dataset.Dataset) (columns []*schema.Column) {
	for i := range d.Schema.Columns {
		if c := &d.Schema.Columns[i]; c.Type == schema.String || c.Type == schema.List {
			columns = append(columns, c)
		}
	}
	return columns
}

// inText is the condition that a text of the table has the text $1 in it.
func inText(value string) string {
	return "coalesce(position(maille.folded($1::text) in maille.folded(" + value + ")) > 0, false)"
}

// says is that condition for a column.
func says(c *schema.Column) string {
	if c.Type == schema.List {
		return "exists (select from unnest(" + quote(c.Name) + ") item where " + inText("item") + ")"
	}
	return inText(quote(c.Name))
}

// needed says whether a row cannot be without a column.
func needed(d *dataset.Dataset, c *schema.Column) bool {
	return c.Constraints.Required || slices.Contains(d.Publication.Key, c.Name)
}

// withoutText is a column whose cell, or items, that say the text are null, or left out.
func withoutText(c *schema.Column) string {
	name := quote(c.Name)
	if c.Type == schema.List {
		return fmt.Sprintf("(select array_agg(item order by n) from unnest(%s) with ordinality items (item, n) where not %s)", name, inText("item"))
	}
	return fmt.Sprintf("case when %s then null else %s end", says(c), name)
}

// goes is the condition that a row goes whole, since what it cannot be without says the text.
func goes(d *dataset.Dataset) string {
	terms := []string{"false"}
	for _, c := range textual(d) {
		switch {
		case !needed(d, c):
		case c.Type == schema.List:
			terms = append(terms, "("+says(c)+" and "+withoutText(c)+" is null)")
		default:
			terms = append(terms, says(c))
		}
	}
	return strings.Join(terms, " or ")
}

// Without fills the draft with the rows of a version, without what says a text.
func (dr *Draft) Without(ctx context.Context, v release.Version, text string) (err error) {
	defer fault.Wrap(&err, "store.Without %s", v)
	selected := []string{"0", "0"}
	for i := range dr.d.Schema.Columns {
		c := &dr.d.Schema.Columns[i]
		if c.Type == schema.String || c.Type == schema.List {
			selected = append(selected, withoutText(c))
		} else {
			selected = append(selected, quote(c.Name))
		}
	}
	if dr.d.Publication.Geometry != nil {
		selected = append(selected, "geometry")
	}
	sql := fmt.Sprintf("insert into %s (_resource, _line, %s) select %s from %s where not (%s)",
		dr.table, contentList(dr.d), strings.Join(selected, ", "), versionTable(v), goes(dr.d))
	tag, err := dr.conn.Exec(ctx, sql, text)
	dr.rows += tag.RowsAffected()
	return explained(ctx, err)
}

// Leaving gives the ids of the rows of a version that go whole.
func (db *DB) Leaving(ctx context.Context, v release.Version, d *dataset.Dataset, text string) (ids []string, err error) {
	defer fault.Wrap(&err, "store.Leaving %s", v)
	sql := fmt.Sprintf("select array[%s] from %s where %s order by _ord", keyTexts(d), versionTable(v), goes(d))
	return list(ctx, db, sql, []any{text}, func(row pgx.CollectableRow) (string, error) {
		var key []string
		err := row.Scan(&key)
		return d.IDOf(key), err
	})
}

// Issued are the loads that have an issue which says a text.
func (db *DB) Issued(ctx context.Context, text string) (loads []int64, err error) {
	defer fault.Wrap(&err, "store.Issued")
	return list(ctx, db, statement("issued_loads", nil), []any{text}, pgx.RowTo[int64])
}

// SourceFile is a publisher's file that a load of a dataset read.
type SourceFile struct{ Dataset, SHA256 string }

// SourceFiles are those of all loads.
func (db *DB) SourceFiles(ctx context.Context) (files []SourceFile, err error) {
	defer fault.Wrap(&err, "store.SourceFiles")
	return list(ctx, db, statement("all_artefacts", nil), nil, pgx.RowToStructByPos[SourceFile])
}
