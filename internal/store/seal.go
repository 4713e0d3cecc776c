package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// Version finds a sealed version; nil when there is none.
func (db *DB) Version(ctx context.Context, name, id string) (v *release.Version, err error) {
	defer fault.Wrap(&err, "store.Version %s@%s", name, id)
	v = &release.Version{Dataset: name, ID: id}
	var hash []byte
	var extent []float64
	found, err := db.one(ctx, statement("version", nil), []any{name, id}, &hash, &v.Rows, &extent, &v.Unlocated)
	if err != nil || !found {
		return nil, err
	}
	v.Hash = hex.EncodeToString(hash)
	if len(extent) == 4 {
		v.Extent = &geo.BBox{West: extent[0], South: extent[1], East: extent[2], North: extent[3]}
	}
	return v, nil
}

// Seal makes the draft an immutable version, or finds that the same content stands already, and ends the load. Either
// all of it is there afterwards or none. The table is built while another connection reads the draft for its hash.
func (dr *Draft) Seal(ctx context.Context, report *dataset.Report, now func() time.Time) (v release.Version, err error) {
	defer fault.Wrap(&err, "store.Seal %s", dr.d.Name)
	building, stop := context.WithCancel(ctx)
	defer stop()
	identified := make(chan identity, 1)
	go func() {
		i := dr.identify(ctx)
		if i.err != nil || i.standing {
			stop() // there is nothing to build
		}
		identified <- i
	}()
	tx, err := begin(ctx, dr.conn, pgx.TxOptions{}) // see transact
	if err != nil {
		return v, errors.Join(explained(ctx, err), (<-identified).err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // of no effect once committed
	unnamed := release.Version{Dataset: dr.d.Name, ID: fmt.Sprint("draft-", dr.load.ID)}
	built := exec(building, tx, buildSQL(dr.d, dr.table, unnamed)...)
	i := <-identified
	switch {
	case i.err != nil:
		return v, i.err
	case i.standing:
		err = errors.Join(tx.Rollback(ctx), dr.keep(ctx, i.version, report, now()))
	case built != nil:
		return v, dr.indexable(built)
	default:
		err = dr.name(ctx, tx, unnamed, i.version, report, now())
	}
	if err == nil {
		dr.release()
	}
	return i.version, explained(ctx, err)
}

// indexable makes a refusal of values that no index takes.
func (dr *Draft) indexable(err error) error {
	if hasCode(err, "54000") { // program_limit_exceeded: a B-tree entry holds 2 704 bytes, a GIN key about as many
		return fault.New(fault.Refused, "%s", dataset.Say("index")).About(dr.d.Name).Because(err)
	}
	return err
}

// identity is the version that a draft would be, and whether it stands already.
type identity struct {
	version  release.Version
	standing bool
	err      error
}

func (dr *Draft) identify(ctx context.Context) (i identity) {
	if i.version, i.err = dr.Digest(ctx); i.err != nil {
		return i
	}
	if i.err = dr.meets(i.version); i.err != nil {
		return i
	}
	standing, err := dr.db.Version(ctx, i.version.Dataset, i.version.ID)
	if err == nil && standing != nil && standing.Hash != i.version.Hash {
		err = fault.New(fault.Internal, "two contents of %s share the short hash %s", i.version.Dataset, i.version.ID)
	}
	if standing != nil && err == nil { // one that was pruned is built again
		_, err = dr.db.one(ctx, statement("stands", nil), []any{i.version.Dataset, i.version.ID}, &i.standing)
	}
	i.err = err
	return i
}

// keep ends a load whose content stands already. Its description may have another title, or other indexes.
func (dr *Draft) keep(ctx context.Context, v release.Version, report *dataset.Report, now time.Time) error {
	if _, err := reindex(ctx, dr.conn, v, dr.d); err != nil {
		return dr.indexable(err)
	}
	dr.load.Version, dr.load.RowsKept, dr.load.Status = v.ID, v.Rows, release.Unchanged
	return transact(ctx, dr.conn, pgx.TxOptions{}, func(tx pgx.Tx) error { return dr.end(ctx, tx, report, now) })
}

// name gives the table that was built its name, writes what the version is, and ends the load.
func (dr *Draft) name(ctx context.Context, tx pgx.Tx, built, v release.Version, report *dataset.Report, now time.Time) error {
	dr.load.Version, dr.load.RowsKept, dr.load.Status = v.ID, v.Rows, release.Sealed
	if err := exec(ctx, tx, fmt.Sprintf("alter table %s rename to %s", versionTable(built), quote(v.String()))); err != nil {
		return err
	}
	hash, err := hex.DecodeString(v.Hash)
	if err != nil {
		return err
	}
	var extent []float64
	if v.Extent != nil {
		extent = []float64{v.Extent.West, v.Extent.South, v.Extent.East, v.Extent.North}
	}
	if _, err := tx.Exec(ctx, statement("insert_version", nil), v.Dataset, v.ID, hash, v.Rows, extent, v.Unlocated, now); err != nil {
		return err
	}
	if err := dr.end(ctx, tx, report, now); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// buildSQL lists the statements that make a version's table out of a draft: rows in Hilbert order (PostGIS sorts
// geometries so since 3.0), dense _ord, indexes. The benchmark gives the same to psql.
func buildSQL(d *dataset.Dataset, draft string, v release.Version) []string {
	table := versionTable(v)
	content, order := columnList(d), keyOrder(d)
	if g := d.Publication.Geometry; g != nil {
		order = "geometry, " + order
		content += ", geometry"
		if g.Type != "Point" {
			content += fmt.Sprintf(", public.ST_AsGeoJSON(public.ST_ForcePolygonCCW(geometry), %d) as _geojson", digits(d))
		}
	}
	statements := []string{
		"set local maintenance_work_mem = '256MB'", "set local work_mem = '256MB'",
		fmt.Sprintf("create table %s as select row_number() over () as _ord, s.* from (select %s from %s order by %s) s",
			table, content, draft, order),
		fmt.Sprintf("alter table %s add primary key (_ord)", table),
	}
	return append(append(statements, indexSQL(d, table)...), "analyze "+table)
}

// indexSQL lists the indexes of a version's table but its primary key.
func indexSQL(d *dataset.Dataset, table string) []string {
	index := func(format string, args ...any) string {
		return fmt.Sprintf("create %s", fmt.Sprintf(strings.Replace(format, " on ", " on "+table+" ", 1), args...))
	}
	statements := []string{index("index on (%s)", keyHash(d))}
	if d.Publication.Geometry != nil {
		statements = append(statements, index("index on using gist (geometry)"))
	}
	for _, name := range d.Publication.Index {
		switch d.Schema.Column(name).Type {
		case schema.List:
			statements = append(statements, index("index on using gin (%s)", quote(name)))
		case schema.String: // in the order of bytes, alike on all servers; it finds equal texts all the same
			statements = append(statements, index("index on (%s text_pattern_ops, _ord)", quote(name)))
			if name == d.Publication.Title {
				statements = append(statements, index("index on (%s text_pattern_ops, _ord)", folded(name)))
			}
		default:
			statements = append(statements, index("index on (%s, _ord)", quote(name)))
		}
	}
	return statements
}
