package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/release"
)

// Prunable is a version whose table nobody needs but releases that are not kept.
type Prunable struct {
	release.Version
	Bytes    int64    // of the table and its indexes
	Levels   int64    // of its generalised geometries
	Releases []string // that have it, the oldest first; none when it never was published
}

// Prunable lists the versions whose table may go when only these releases are kept, besides the one that is served. The
// versions that the next load or publication begins from are none of them.
func (db *DB) Prunable(ctx context.Context, kept []string) (all []Prunable, err error) {
	defer fault.Wrap(&err, "store.Prunable")
	return list(ctx, db, statement("prunable", nil), []any{kept, ""}, scanPrunable)
}

func scanPrunable(row pgx.CollectableRow) (p Prunable, err error) {
	return p, row.Scan(&p.Dataset, &p.ID, &p.Rows, &p.Bytes, &p.Levels, &p.Releases)
}

// Prune drops the table of a version and what is generalised of it, and notes that it did: both or neither. It is false when
// the version came to be needed meanwhile, or its dataset is being loaded.
func (db *DB) Prune(ctx context.Context, v release.Version, kept []string, now time.Time) (pruned bool, err error) {
	defer fault.Wrap(&err, "store.Prune %s", v)
	conn, err := db.acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	err = transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var free bool // a load under way may end on this very version
		if err := tx.QueryRow(ctx, statement("try_dataset", nil), v.Dataset).Scan(&free); err != nil || !free {
			return err
		}
		rows, err := tx.Query(ctx, statement("prunable", nil), kept, v.String())
		if err != nil {
			return err
		}
		still, err := pgx.CollectRows(rows, scanPrunable)
		if err != nil || len(still) == 0 {
			return err
		}
		if err := dropVersion(ctx, tx, v); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, statement("mark_pruned", nil), v.Dataset, v.ID, now); err != nil {
			return err
		}
		pruned = true
		return edit(ctx, tx)
	})
	return pruned && err == nil, explained(ctx, err)
}

func dropVersion(ctx context.Context, tx pgx.Tx, v release.Version) error {
	return exec(ctx, tx, "set local lock_timeout = '30s'", "drop table if exists "+levelTable(v), "drop table if exists "+versionTable(v))
}

// edit tells servers that what was published already is not what it was.
func edit(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, statement("edit", nil)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, statement("notify", nil), releaseChannel, "")
	return err
}

// Edition changes when what was published already does: a version was pruned, restored or erased. Failures does when a
// publication comes to nothing.
func (db *DB) Edition(ctx context.Context) (edition, failures int64, err error) {
	defer fault.Wrap(&err, "store.Edition")
	_, err = db.one(ctx, statement("edition", nil), nil, &edition, &failures)
	return edition, failures, err
}

// Pruned are the names of the versions that have no table any more.
func (db *DB) Pruned(ctx context.Context) (pruned map[string]bool, err error) {
	defer fault.Wrap(&err, "store.Pruned")
	names, err := list(ctx, db, statement("pruned", nil), nil, pgx.RowTo[string])
	pruned = make(map[string]bool, len(names))
	for _, name := range names {
		pruned[name] = true
	}
	return pruned, err
}

// LeftDraft is the table of a load whose program was killed.
type LeftDraft struct {
	Table string
	Bytes int64
}

// LeftDrafts are those that Sweep would drop.
func (db *DB) LeftDrafts(ctx context.Context) (drafts []LeftDraft, err error) {
	defer fault.Wrap(&err, "store.LeftDrafts")
	return list(ctx, db, statement("drafts", nil), nil, pgx.RowToStructByPos[LeftDraft])
}

// NamedObjects are the objects that the files of releases are, and those that publishers' files are: true for one that the
// next load may be read from, or the release that is served was.
func (db *DB) NamedObjects(ctx context.Context) (files map[string]bool, sources map[string]bool, err error) {
	defer fault.Wrap(&err, "store.NamedObjects")
	names, err := list(ctx, db, statement("named_objects", nil), nil, pgx.RowTo[string])
	if err != nil {
		return nil, nil, err
	}
	files, sources = make(map[string]bool, len(names)), map[string]bool{}
	for _, name := range names {
		files[name] = true
	}
	type object struct {
		SHA256 string
		Needed bool
	}
	of, err := list(ctx, db, statement("source_objects", nil), nil, pgx.RowToStructByPos[object])
	for _, o := range of {
		sources[o.SHA256] = o.Needed
	}
	return files, sources, err
}

// SourceObject says of one object what NamedObjects does of all, now: whether a load names it, and whether the next one may be read
// from it.
func (db *DB) SourceObject(ctx context.Context, hash string) (named, needed bool, err error) {
	defer fault.Wrap(&err, "store.SourceObject %s", hash)
	_, err = db.one(ctx, statement("source_object", nil), []any{hash}, &named, &needed)
	return named, needed, err
}

// Doomed are the objects that a person's data are in, and that are yet to be deleted.
func (db *DB) Doomed(ctx context.Context) (hashes []string, err error) {
	defer fault.Wrap(&err, "store.Doomed")
	return list(ctx, db, statement("doomed", nil), nil, pgx.RowTo[string])
}

// Spare notes that an object was deleted, or is not to be.
func (db *DB) Spare(ctx context.Context, hash string, now time.Time) (err error) {
	defer fault.Wrap(&err, "store.Spare")
	return db.exec(ctx, "spare_object", hash, now)
}

// Doom notes that objects are to be deleted, because a person's data are in them.
func (db *DB) Doom(ctx context.Context, hashes []string, now time.Time) (err error) {
	defer fault.Wrap(&err, "store.Doom")
	return db.exec(ctx, "doom", hashes, now)
}

// DoomAgain notes it of those that were deleted before, and have come again.
func (db *DB) DoomAgain(ctx context.Context, hashes []string) (err error) {
	defer fault.Wrap(&err, "store.DoomAgain")
	return db.exec(ctx, "doom_again", hashes)
}

func (db *DB) exec(ctx context.Context, name string, args ...any) error {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, statement(name, nil), args...)
	return explained(ctx, err)
}
