package store

import (
	"context"
	"fmt"

	"maille/internal/fault"
	"maille/internal/schema"
)

// Forget takes out of a draft the cells that were taken out of its dataset for a person's sake: what SQL puts together may be
// in no file. It gives how many rows each column lost one of; a row that cannot be without goes whole.
func (dr *Draft) Forget(ctx context.Context) (taken map[string]int64, err error) {
	defer fault.Wrap(&err, "store.Forget %s", dr.d.Name)
	_, digests, err := dr.db.Erased(ctx, dr.d.Name)
	if err != nil {
		return nil, err
	}
	taken = map[string]int64{}
	for _, c := range textual(dr.d) {
		if len(digests[c.Name]) == 0 {
			continue
		}
		var known [][]byte
		for digest := range digests[c.Name] {
			known = append(known, digest[:])
		}
		if taken[c.Name], err = dr.forget(ctx, c, known); err != nil {
			return nil, explained(ctx, err)
		}
	}
	return taken, nil
}

func (dr *Draft) forget(ctx context.Context, c *schema.Column, known [][]byte) (rows int64, err error) {
	says, left := forgotten(c)
	if needed(dr.d, c) {
		tag, err := dr.conn.Exec(ctx, fmt.Sprintf("delete from %s where %s and %s is null", dr.table, says, left), known)
		if err != nil {
			return 0, err
		}
		rows = tag.RowsAffected()
		dr.rows -= rows
	}
	tag, err := dr.conn.Exec(ctx, fmt.Sprintf("update %s set %s = %s where %s", dr.table, quote(c.Name), left, says), known)
	return rows + tag.RowsAffected(), err
}

// forgotten are the condition that a column has something of what is known, $1, and the column without.
func forgotten(c *schema.Column) (says, left string) {
	name := quote(c.Name)
	is := func(value string) string {
		return "coalesce(maille.keyed(convert_to(" + value + ", 'UTF8')) = any ($1::bytea[]), false)"
	}
	if c.Type == schema.List {
		return "exists (select from unnest(" + name + ") item where " + is("item") + ")",
			"(select array_agg(item order by n) from unnest(" + name + ") with ordinality items (item, n) where not " + is("item") + ")"
	}
	return is(name), "case when " + is(name) + " then null else " + name + " end"
}

// ErasedTexts are the texts that were taken out, as digests of their folded words, by how many these are; and the key.
func (db *DB) ErasedTexts(ctx context.Context) (key []byte, digests map[string]map[[32]byte]bool, err error) {
	return db.Erased(ctx, "")
}
