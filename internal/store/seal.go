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
)

// Version finds a sealed version; nil when there is none.
func (db *DB) Version(ctx context.Context, name, id string) (v *release.Version, err error) {
	defer fault.Wrap(&err, "store.Version %s@%s", name, id)
	v = &release.Version{Dataset: name, ID: id}
	var hash []byte
	var extent []float64
	err = db.pool.QueryRow(ctx, statement("version", nil), name, id).Scan(&hash, &v.Rows, &extent, &v.Unlocated)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, explained(err)
	}
	v.Hash = hex.EncodeToString(hash)
	if len(extent) == 4 {
		v.Extent = &geo.BBox{West: extent[0], South: extent[1], East: extent[2], North: extent[3]}
	}
	return v, nil
}

// Seal makes the draft an immutable version, or finds that the same content stands already, and ends the load. Either
// all of it is there afterwards or none.
func (dr *Draft) Seal(ctx context.Context, report *dataset.Report, now func() time.Time) (v release.Version, err error) {
	defer fault.Wrap(&err, "store.Seal %s", dr.d.Name)
	if v, err = dr.Digest(ctx); err != nil {
		return v, err
	}
	standing, err := dr.db.Version(ctx, v.Dataset, v.ID)
	if err != nil {
		return v, err
	}
	if standing != nil && standing.Hash != v.Hash {
		return v, fault.New(fault.Internal, "two contents of %s share the short hash %s", v.Dataset, v.ID)
	}
	dr.load.Version, dr.load.RowsKept = v.ID, v.Rows
	dr.load.Status = release.Sealed
	if standing != nil {
		dr.load.Status = release.Unchanged
	}
	err = pgx.BeginFunc(ctx, dr.conn, func(tx pgx.Tx) error {
		if standing == nil {
			if err := dr.build(ctx, tx, v, now()); err != nil {
				return err
			}
		}
		return dr.end(ctx, tx, report, now())
	})
	if err == nil {
		dr.release()
	}
	return v, explained(err)
}

// build makes the version's table: rows in Hilbert order (PostGIS sorts geometries so since 3.0), dense _ord, indexes.
func (dr *Draft) build(ctx context.Context, tx pgx.Tx, v release.Version, now time.Time) error {
	if err := exec(ctx, tx, buildSQL(dr.d, dr.table, v)...); err != nil {
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
	_, err = tx.Exec(ctx, statement("insert_version", nil), v.Dataset, v.ID, hash, v.Rows, extent, v.Unlocated, now)
	return err
}

// buildSQL lists the statements that make a version's table out of a draft; the benchmark gives the same to psql.
func buildSQL(d *dataset.Dataset, draft string, v release.Version) []string {
	table := versionTable(v)
	content, order := columnList(d), keyColumns(d)
	if g := d.Publication.Geometry; g != nil {
		order = "geometry, " + order
		content += ", geometry"
		if g.Type != "Point" {
			content += fmt.Sprintf(", public.ST_AsGeoJSON(geometry, %d) as _geojson", digits(d))
		}
	}
	statements := []string{
		"set local maintenance_work_mem = '256MB'", "set local work_mem = '256MB'",
		fmt.Sprintf("create table %s as select row_number() over () as _ord, s.* from (select %s from %s order by %s) s",
			table, content, draft, order),
		fmt.Sprintf("alter table %s add primary key (_ord)", table),
	}
	return append(statements, indexSQL(d, v)...)
}

func indexSQL(d *dataset.Dataset, v release.Version) []string {
	table := versionTable(v)
	index := func(format string, args ...any) string {
		return fmt.Sprintf("create %s", fmt.Sprintf(strings.Replace(format, " on ", " on "+table+" ", 1), args...))
	}
	statements := []string{index("index on (%s)", keyHash(d))}
	if d.Publication.Geometry != nil {
		statements = append(statements, index("index on using gist (geometry)"))
	}
	for _, name := range d.Publication.Index {
		if d.Schema.Column(name).Delimiter != "" {
			statements = append(statements, index("index on using gin (%s)", quote(name)))
		} else {
			statements = append(statements, index("index on (%s, _ord)", quote(name)))
		}
	}
	return append(statements, "analyze "+table)
}
