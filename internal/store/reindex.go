package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"maille/internal/dataset"
	"maille/internal/release"
)

// reindexAll gives all versions that stand the indexes that they would have if they were sealed today.
func reindexAll(ctx context.Context, url string) error {
	db, err := Open(ctx, url, Options{Connections: 2})
	if err != nil {
		return err
	}
	defer db.Close()
	all, err := list(ctx, db, statement("standing", nil), nil, pgx.RowToStructByPos[described])
	if err != nil {
		return err
	}
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for len(all) > 0 {
		v := release.Version{Dataset: all[0].Dataset, ID: all[0].Version}
		n := slices.IndexFunc(all, func(s described) bool { return s.Dataset != v.Dataset || s.Version != v.ID })
		if n < 0 {
			n = len(all)
		}
		more, err := reindex(ctx, conn, v, restored(all[:n])...)
		if err == nil {
			err = dropIndexes(ctx, conn, more)
		}
		if err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// described is a description that a version has had.
type described struct{ Dataset, Version, Descriptor, Schema string }

// restored passes over those that this program cannot read: nor are they served.
func restored(all []described) (ds []*dataset.Dataset) {
	for _, s := range all {
		if d, err := dataset.Restore([]byte(s.Descriptor), []byte(s.Schema)); err == nil {
			ds = append(ds, d)
		}
	}
	return ds
}

// reindex makes the indexes that a version lacks, by any of its descriptions, while it is read; more are those that none of
// them counts on. PostgreSQL compares, by an empty table like the version's.
func reindex(ctx context.Context, conn *pgxpool.Conn, v release.Version, ds ...*dataset.Dataset) (more []index, err error) {
	if len(ds) == 0 {
		return nil, nil
	}
	table := versionTable(v)
	probe := []string{"set local lock_timeout = '30s'", "set local maintenance_work_mem = '256MB'",
		"lock table " + table + " in share row exclusive mode", // of two programs one works; readers go on
		"create temporary table probe (like " + table + ") on commit drop"}
	for _, d := range ds {
		probe = append(probe, indexSQL(d, "probe")...)
	}
	err = transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := exec(ctx, tx, probe...); err != nil {
			return err
		}
		wanted, err := indexes(ctx, tx, "probe")
		if err != nil {
			return err
		}
		standing, err := indexes(ctx, tx, table)
		if err != nil {
			return err
		}
		more = without(standing, wanted)
		return create(ctx, tx, table, without(wanted, standing))
	})
	return more, explained(ctx, err)
}

// index is one, by its quoted name and by what it says of its table.
type index struct{ Name, Definition string }

func indexes(ctx context.Context, tx pgx.Tx, table string) ([]index, error) {
	rows, err := tx.Query(ctx, statement("indexes", nil), table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[index])
}

// without are the indexes of all that are not among others, each once.
func without(all, others []index) (rest []index) {
	for _, i := range all {
		if !slices.ContainsFunc(slices.Concat(others, rest), func(o index) bool { return o.Definition == i.Definition }) {
			rest = append(rest, i)
		}
	}
	return rest
}

func create(ctx context.Context, tx pgx.Tx, table string, missing []index) error {
	if len(missing) == 0 {
		return nil
	}
	var statements []string
	for _, i := range missing {
		statements = append(statements, "create index on "+table+" "+i.Definition)
	}
	return exec(ctx, tx, append(statements, "analyze "+table)...)
}

// dropIndexes waits for readers two seconds, since those who come after wait behind it. One that is not dropped takes room
// until the next time, and does no other harm.
func dropIndexes(ctx context.Context, conn *pgxpool.Conn, all []index) error {
	if len(all) == 0 {
		return nil
	}
	statements := []string{"set local lock_timeout = '2s'"}
	for _, i := range all {
		statements = append(statements, "drop index if exists "+i.Name)
	}
	err := transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error { return exec(ctx, tx, statements...) })
	if hasCode(err, "55P03") { // lock_not_available
		return nil
	}
	return explained(ctx, err)
}
