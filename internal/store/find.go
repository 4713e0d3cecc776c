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

// Standing lists the versions that have a table, by dataset.
func (db *DB) Standing(ctx context.Context) (all []Standing, err error) {
	defer fault.Wrap(&err, "store.Standing")
	conn, err := db.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	return standing(ctx, conn)
}

// DropUnled drops the versions that no load leads to: an erasure makes some, and one that was killed left them. It is for who
// keeps others from erasing.
func (db *DB) DropUnled(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "store.DropUnled")
	unled, err := list(ctx, db, statement("unled_versions", nil), nil, scanStanding)
	if err != nil || len(unled) == 0 {
		return err
	}
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for _, s := range unled {
		if err := transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error { return forget(ctx, tx, s.Version) }); err != nil {
			return explained(ctx, err)
		}
	}
	return nil
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

// Find counts the rows of a version that say a text, and by column those whose cell, or an item of whose list, has it in it,
// whatever its case and accents. Columns are those that have some.
func (db *DB) Find(ctx context.Context, v release.Version, d *dataset.Dataset, text string) (rows int64, columns map[string]int64, err error) {
	defer fault.Wrap(&err, "store.Find %s", v)
	of := textual(d)
	if len(of) == 0 {
		return 0, nil, nil
	}
	conditions, counts := make([]string, len(of)), make([]string, len(of))
	for i, c := range of {
		conditions[i] = says(c)
		counts[i] = "count(*) filter (where " + conditions[i] + ")"
	}
	numbers := make([]int64, len(of))
	into := []any{&rows}
	for i := range numbers {
		into = append(into, &numbers[i])
	}
	sql := "select count(*), " + strings.Join(counts, ", ") + " from " + versionTable(v) + " where " + strings.Join(conditions, " or ")
	if _, err := db.one(ctx, sql, []any{text}, into...); err != nil {
		return 0, nil, err
	}
	columns = map[string]int64{}
	for i, c := range of {
		if numbers[i] > 0 {
			columns[c.Name] = numbers[i]
		}
	}
	return rows, columns, nil
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

// Told counts the reasons of loads, sources and publications that say a text.
func (db *DB) Told(ctx context.Context, text string) (n int, err error) {
	defer fault.Wrap(&err, "store.Told")
	_, err = db.one(ctx, statement("told", nil), []any{text}, &n)
	if err != nil {
		return 0, err
	}
	jobs, jobless := 0, false
	if _, err := db.one(ctx, statement("no_jobs", nil), nil, &jobless); err != nil || jobless {
		return n, err
	}
	_, err = db.one(ctx, statement("told_jobs", nil), []any{text}, &jobs)
	return n + jobs, err
}

// Issued are the loads that have an issue which says a text.
func (db *DB) Issued(ctx context.Context, text string) (loads []int64, err error) {
	defer fault.Wrap(&err, "store.Issued")
	return list(ctx, db, statement("issued_loads", nil), []any{text}, pgx.RowTo[int64])
}

// SourceFile is a publisher's file that loads of a dataset read.
type SourceFile struct {
	Dataset, SHA256 string
	Versions        []string // that they led to
}

// SourceFiles are those of all loads.
func (db *DB) SourceFiles(ctx context.Context) (files []SourceFile, err error) {
	defer fault.Wrap(&err, "store.SourceFiles")
	return list(ctx, db, statement("all_artefacts", nil), nil, pgx.RowToStructByPos[SourceFile])
}
