package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/schema"
)

// Erasure is the switch from what says a person's text to what does not.
type Erasure struct {
	Text      string
	Words     []string // of the text, folded, by which sentences that say it are known
	At        time.Time
	Instead   string                      // of sentences that say the text, in French
	Searched  []Standing                  // all that stood when it was looked for
	Versions  []Rewritten                 // those that said it
	Releases  []*release.Manifest         // as they are from now on
	Next      *release.Manifest           // a release of it, that follows the one that is served; nil where that one did not say the text
	Described map[string]*dataset.Dataset // those of Next
	Lost      []string                    // datasets of versions that may have said it, and that nothing replaces
	Doomed    []string                    // objects to delete
}

// Rewritten is a version that said the text, and the one in its place.
type Rewritten struct {
	Old, New release.Version
	Dataset  *dataset.Dataset
	Gone     []string // ids of the rows that went whole
}

// Erase is one transaction: whoever looks sees all of what was, or all of what is. It is Unavailable when something was loaded
// since it was looked for.
func (db *DB) Erase(ctx context.Context, e Erasure) (err error) {
	defer fault.Wrap(&err, "store.Erase")
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		for _, step := range []func(context.Context, pgx.Tx) error{hasty, e.alone, e.remember, e.hush, e.relead, e.rename, e.drop} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		return edit(ctx, tx)
	}))
}

// Busy says whether an erasure came to nothing because something else was read or loaded for long: to try again is enough.
func Busy(err error) bool { return hasCode(err, "55P03") }

// hasty has no statement wait for long, so that those who wait behind it go on.
func hasty(ctx context.Context, tx pgx.Tx) error {
	return exec(ctx, tx, "set local lock_timeout = '30s'")
}

// alone waits for the loads under way, of which none begins until the end, and refuses when one changed what was searched.
func (e *Erasure) alone(ctx context.Context, tx pgx.Tx) error {
	var names []string
	for _, s := range e.Searched {
		names = append(names, s.Dataset)
	}
	slices.Sort(names) // so that two programs lock in one order
	for _, name := range slices.Compact(names) {
		if _, err := tx.Exec(ctx, statement("lock_dataset_here", nil), name); err != nil {
			return err
		}
	}
	now, err := standing(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.Equal(now, e.Searched) {
		return fault.New(fault.Unavailable, "data were loaded meanwhile, which were not searched; run it again")
	}
	return nil
}

// remember keeps digests of what goes: of cells and of the text, so that they do not come back with the next load, and of the
// ids of rows, whose addresses say so.
func (e *Erasure) remember(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, statement("erase_text", nil), strconv.Itoa(len(e.Words)), strings.Join(e.Words, " "), e.At); err != nil {
		return err
	}
	for _, v := range e.Versions {
		for _, id := range v.Gone {
			if _, err := tx.Exec(ctx, statement("erase_row", nil), v.Old.Dataset, id, e.At); err != nil {
				return err
			}
		}
		for _, c := range textual(v.Dataset) {
			if err := e.rememberCells(ctx, tx, v.Old, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Erasure) rememberCells(ctx context.Context, tx pgx.Tx, v release.Version, c *schema.Column) error {
	fill := map[string]string{"value": quote(c.Name), "from": versionTable(v), "condition": "position(maille.folded($4::text) in maille.folded(" + quote(c.Name) + ")) > 0"}
	if c.Type == schema.List {
		fill = map[string]string{"value": "item", "from": versionTable(v) + " cross join unnest(" + quote(c.Name) + ") item",
			"condition": "position(maille.folded($4::text) in maille.folded(item)) > 0"}
	}
	_, err := tx.Exec(ctx, statement("erase_cells", fill), v.Dataset, c.Name, e.At, e.Text)
	return err
}

// hush takes the text out of sentences.
func (e *Erasure) hush(ctx context.Context, tx pgx.Tx) error {
	for _, name := range []string{"erase_issues", "erase_load_reasons", "erase_attempts", "erase_sources"} {
		if _, err := tx.Exec(ctx, statement(name, nil), e.Text, e.Instead); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, statement("erase_communes", nil), e.Text); err != nil {
		return err
	}
	if err := e.hushJobs(ctx, tx); err != nil {
		return err
	}
	names := append([]string{}, e.Lost...)
	for _, v := range e.Versions {
		names = append(names, v.Old.Dataset)
	}
	_, err := tx.Exec(ctx, statement("erase_samples", nil), names)
	return err
}

func (e *Erasure) hushJobs(ctx context.Context, tx pgx.Tx) error {
	jobless := false
	if err := tx.QueryRow(ctx, statement("no_jobs", nil)).Scan(&jobless); err != nil || jobless {
		return err
	}
	_, err := tx.Exec(ctx, statement("erase_jobs", nil), e.Text, e.Instead)
	return err
}

// relead has loads lead to the new versions, and be made of them.
func (e *Erasure) relead(ctx context.Context, tx pgx.Tx) error {
	for _, v := range e.Versions {
		if _, err := tx.Exec(ctx, statement("erase_load_version", nil), v.Old.Dataset, v.Old.ID, v.New.ID, v.New.Rows); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, statement("erase_load_input", nil), v.Old.Dataset, v.Old.ID, v.New.ID); err != nil {
			return err
		}
	}
	return nil
}

// rename has releases name the new versions and files.
func (e *Erasure) rename(ctx context.Context, tx pgx.Tx) error {
	for _, m := range e.Releases {
		if _, err := tx.Exec(ctx, statement("rewrite_release", nil), m.Release, m.Text()); err != nil {
			return err
		}
	}
	if e.Next == nil {
		return nil
	}
	return follow(ctx, tx, e.Next, e.Described)
}

func (e *Erasure) drop(ctx context.Context, tx pgx.Tx) error {
	for _, v := range e.Versions {
		if err := forget(ctx, tx, v.Old); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, statement("doom", nil), e.Doomed, e.At)
	return err
}

// Erased are the cells of a dataset that were taken out: the key of their digests, which are HMAC-SHA-256, by column. There
// are none for most datasets.
func (db *DB) Erased(ctx context.Context, name string) (key []byte, digests map[string]map[[32]byte]bool, err error) {
	defer fault.Wrap(&err, "store.Erased %s", name)
	type cell struct {
		key    []byte
		column string
		digest [32]byte
	}
	cells, err := list(ctx, db, statement("erased_cells", nil), []any{name}, func(row pgx.CollectableRow) (c cell, err error) {
		var digest []byte
		err = row.Scan(&c.key, &c.column, &digest)
		copy(c.digest[:], digest)
		return c, err
	})
	for _, c := range cells {
		if digests == nil {
			key, digests = c.key, map[string]map[[32]byte]bool{}
		}
		if digests[c.column] == nil {
			digests[c.column] = map[[32]byte]bool{}
		}
		digests[c.column][c.digest] = true
	}
	return key, digests, err
}

// IsErased says whether a row of this id was taken out of a dataset.
func (db *DB) IsErased(ctx context.Context, name, id string) (erased bool, err error) {
	defer fault.Wrap(&err, "store.IsErased %s", name)
	_, err = db.one(ctx, statement("is_erased", nil), []any{name, id}, &erased)
	return erased, err
}
