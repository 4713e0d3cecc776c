package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// Draft is a load on its way: a table that nobody serves, and a lock so that one dataset has one draft at a time.
type Draft struct {
	db    *DB
	conn  *pgxpool.Conn
	d     *dataset.Dataset
	load  *release.Load
	table string // quoted
	rows  int64

	apart  bool             // no load leads to it: see Rebuild
	wanted *release.Version // the only one that it may become; nil for any
}

// Begin opens a draft for a dataset, after any other that is under way, and clears what a killed run left behind. End it
// with Seal or Abandon.
func (db *DB) Begin(ctx context.Context, d *dataset.Dataset, code string, now time.Time) (draft *Draft, err error) {
	defer fault.Wrap(&err, "store.Begin %s", d.Name)
	conn, err := db.acquire(ctx)
	if err != nil {
		return nil, err
	}
	draft = &Draft{db: db, conn: conn, d: d, load: &release.Load{
		Dataset: d.Name, Status: release.Running, Code: code, Fingerprint: d.Fingerprint(),
	}}
	if err := draft.open(ctx, now); err != nil {
		draft.release()
		return nil, explained(ctx, err)
	}
	return draft, nil
}

func (dr *Draft) open(ctx context.Context, now time.Time) error {
	if _, err := dr.conn.Exec(ctx, statement("lock_dataset", nil), dr.d.Name); err != nil {
		return err
	}
	if _, err := dr.conn.Exec(ctx, "set work_mem = '256MB'"); err != nil { // rules over a set hash all its keys
		return err
	}
	return transact(ctx, dr.conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := dropOrphans(ctx, tx, dr.d.Name, now); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, statement("insert_load", nil), dr.d.Name, now, dr.load.Fingerprint,
			string(dr.d.DescriptorText), string(dr.d.SchemaText), dr.load.Code).Scan(&dr.load.ID)
		if err != nil {
			return err
		}
		dr.table = quote("draft", draftName(dr.d.Name, dr.load.ID))
		return exec(ctx, tx, draftDDL(dr.d, dr.table))
	})
}

// dropOrphans ends the loads of a dataset that a killed program left running, and drops their drafts. The caller holds
// the dataset's lock, so no living program works on them.
func dropOrphans(ctx context.Context, tx pgx.Tx, name string, now time.Time) error {
	rows, err := tx.Query(ctx, statement("end_orphans", nil), name, now, dataset.Say("interrupted"))
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := exec(ctx, tx, "drop table if exists "+quote("draft", draftName(name, id))); err != nil {
			return err
		}
	}
	return nil
}

// Load copies features into the draft. An error of the sequence leaves the draft as it was.
func (dr *Draft) Load(ctx context.Context, features iter.Seq2[*dataset.Feature, error]) (rows int64, err error) {
	defer fault.Wrap(&err, "store.Load %s", dr.d.Name)
	reader := newCopyReader(dr.d, features)
	defer reader.Close()
	columns := "_resource, _line, " + contentList(dr.d)
	tag, err := dr.conn.Conn().PgConn().CopyFrom(ctx, reader, "copy "+dr.table+" ("+columns+") from stdin (format binary)")
	if reader.failure() != nil {
		return 0, reader.failure() // PostgreSQL's own words only repeat it
	}
	dr.rows += tag.RowsAffected()
	return tag.RowsAffected(), explained(ctx, err)
}

// Located says whether any row of the draft has a geometry.
func (dr *Draft) Located(ctx context.Context) (any bool, err error) {
	defer fault.Wrap(&err, "store.Located %s", dr.d.Name)
	err = dr.conn.QueryRow(ctx, "select exists (select from "+dr.table+" where geometry is not null)").Scan(&any)
	return any, explained(ctx, err)
}

// Record is the load's lineage, to be filled before the draft ends.
func (dr *Draft) Record() *release.Load { return dr.load }

// Rows is how many rows the draft holds.
func (dr *Draft) Rows() int64 { return dr.rows }

// Abandon ends a draft that led to nothing: the load is kept with its reason, the rows are dropped. It works when the
// caller's context is over.
func (dr *Draft) Abandon(ctx context.Context, status, reason string, report *dataset.Report, now time.Time) (err error) {
	defer fault.Wrap(&err, "store.Abandon %s", dr.d.Name)
	defer dr.release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	dr.load.Version, dr.load.Status, dr.load.Reason = "", status, reason // Seal may have got as far as naming a version
	return transact(ctx, dr.conn, pgx.TxOptions{}, func(tx pgx.Tx) error { return dr.end(ctx, tx, report, now) })
}

// end drops the draft and writes what the load was.
func (dr *Draft) end(ctx context.Context, tx pgx.Tx, report *dataset.Report, now time.Time) error {
	if err := exec(ctx, tx, "drop table "+dr.table); err != nil {
		return err
	}
	if dr.apart {
		if _, err := tx.Exec(ctx, statement("drop_load", nil), dr.load.ID); err != nil {
			return err
		}
		return edit(ctx, tx)
	}
	return endLoad(ctx, tx, dr.load, report, now)
}

// release gives the lock and the connection back. A connection that is broken loses its lock by itself.
func (dr *Draft) release() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, unlocked := dr.conn.Exec(ctx, statement("unlock_dataset", nil), dr.d.Name)
	_, reset := dr.conn.Exec(ctx, "reset work_mem")
	if errors.Join(unlocked, reset) != nil {
		_ = dr.conn.Conn().Close(ctx) // the pool drops closed connections
	}
	dr.conn.Release()
}
