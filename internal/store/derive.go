package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/schema"
)

// Derive fills the draft with what the dataset's SQL selects from versions of its inputs. The SQL runs as a role that
// sees nothing but temporary views named like the datasets, which shadow opendata, without parallel workers (they would
// change the order of sums) and JIT (which takes seconds where a recursive query is thought to be long), in a transaction
// whose views end with it. An error of the SQL is Invalid and names the file.
func (dr *Draft) Derive(ctx context.Context, inputs map[string]release.Version, described map[string]*dataset.Dataset) (rows int64, err error) {
	defer fault.Wrap(&err, "store.Derive %s", dr.d.Name)
	err = transact(ctx, dr.conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := exec(ctx, tx, dr.deriveSetup(inputs, described)...); err != nil {
			return err
		}
		// The extended protocol takes one statement: none can close the parenthesis and go on as somebody else.
		tag, err := tx.Conn().PgConn().ExecParams(ctx, dr.deriveSQL(), nil, nil, nil, nil).Close()
		rows = tag.RowsAffected()
		if err != nil {
			return dr.badSQL(ctx, err)
		}
		return exec(ctx, tx, dr.deriveTeardown(inputs)...)
	})
	dr.rows += rows
	return rows, err
}

func (dr *Draft) deriveSetup(inputs map[string]release.Version, described map[string]*dataset.Dataset) []string {
	statements := []string{"set local max_parallel_workers_per_gather = 0", "set local jit = off", "set local work_mem = '256MB'", "set local timezone = 'UTC'"}
	for _, name := range dr.d.Derived.From {
		view := quote("pg_temp", dataset.Relation(name))
		statements = append(statements,
			fmt.Sprintf("create temp view %s as select %s from %s", quote(dataset.Relation(name)), contentList(described[name]), versionTable(inputs[name])),
			fmt.Sprintf("grant select on %s to maille_derive", view))
	}
	return append(statements,
		fmt.Sprintf("grant insert on %s to maille_derive", dr.table),
		"set local role maille_derive",
		"set local search_path = pg_temp, public")
}

func (dr *Draft) deriveSQL() string {
	content := contentList(dr.d)
	selected := strings.Join(derivedColumns(dr.d), ", ")
	if g := dr.d.Publication.Geometry; g != nil {
		selected += ", " + canonicalGeometry(g.Type, dr.d.Grid())
	}
	sql := dr.d.Statement()
	return fmt.Sprintf("insert into %s (_resource, _line, %s) select 0, 0, %s from (\n%s\n) derived", dr.table, content, selected, sql)
}

// derivedColumns gives equal values equal bytes, those that a file gives back: no minus zero, no empty text or list where null is
// meant, and lists of one dimension, from 1 on, without nulls and empty items.
func derivedColumns(d *dataset.Dataset) []string {
	columns := make([]string, len(d.Schema.Columns))
	for i := range columns {
		c := &d.Schema.Columns[i]
		columns[i] = quote(c.Name)
		switch c.Type {
		case schema.String:
			columns[i] = "nullif(" + columns[i] + ", '')"
		case schema.Number:
			columns[i] += " + 0"
		case schema.List:
			columns[i] = "nullif(array(select item from unnest(" + columns[i] + ") with ordinality list (item, n) where item <> '' order by n), '{}')"
		}
	}
	return columns
}

// canonicalGeometry gives equal shapes equal bytes (another SRID than the column's is an error of the SQL): on the grid,
// in GEOS' normal order, rings as RFC 7946 §3.1.6 asks. An empty one, also of what is less than the grid, is none: files do not tell them apart.
func canonicalGeometry(kind string, grid float64) string {
	shape := fmt.Sprintf("public.ST_ReducePrecision(geometry, %g)", grid)
	if kind != "Point" {
		shape = "public.ST_Multi(public.ST_ForcePolygonCCW(public.ST_Normalize(" + shape + ")))"
	}
	return "(select shape from (select " + shape + " offset 0) once (shape) where not public.ST_IsEmpty(shape))" // which is made once
}

func (dr *Draft) deriveTeardown(inputs map[string]release.Version) []string {
	statements := []string{"reset role"}
	for name := range inputs {
		statements = append(statements, "drop view if exists "+quote("pg_temp", dataset.Relation(name)))
	}
	return append(statements, fmt.Sprintf("revoke insert on %s from maille_derive", dr.table))
}

func (dr *Draft) badSQL(ctx context.Context, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	if e := explained(ctx, err); fault.KindOf(e) != fault.Internal {
		return e
	}
	return fault.New(fault.Invalid, "datasets/%s.sql: %s", dr.d.Name, pg.Message).About(dr.d.Name).Because(err)
}
