package source

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/embed" // SQLite itself, as WebAssembly: a hostile file stays in its sandbox

	"maille/internal/geo"
)

// geopackage decodes one table of features or attributes (OGC 12-128r18).
type geopackage struct {
	file
	db    *database
	rows  *sqlite3.Stmt
	slots []int
	kinds []string // of each column, as it was declared, in capital letters
	rank  int64

	geometry int // its column, -1 for none
	srs      int32
	crs      *geo.CRS
	blob     []byte
}

func openGeoPackage(ctx context.Context, p *plan, f file, in *whole) (d decoder, err error) {
	db, err := openDatabase(ctx, f, in)
	if err != nil {
		return nil, err
	}
	g := &geopackage{file: f, db: db, geometry: -1}
	if err := db.do(func() error { return g.open(p) }); err != nil {
		db.Close()
		return nil, err
	}
	return g, nil
}

func (g *geopackage) Close() error { return g.db.Close() }

func (g *geopackage) open(p *plan) error {
	name, err := g.table(p.resource.Dialect.Table)
	if err != nil {
		return err
	}
	column, err := g.system(name)
	if err != nil {
		return err
	}
	if g.rows, err = g.db.prepare(`select * from ` + identifier(name)); err != nil {
		return err
	}
	header := make([]string, g.rows.ColumnCount())
	for i := range header {
		header[i] = g.rows.ColumnName(i)
		g.kinds = append(g.kinds, strings.ToUpper(g.rows.ColumnDeclType(i)))
		if column != "" && strings.EqualFold(header[i], column) {
			g.geometry = i
		}
	}
	if column != "" && g.geometry < 0 {
		return g.refuse("gpkg.geometry", "table", quoted(name), "column", quoted(column))
	}
	g.slots, err = p.bind(g.file, header)
	return err
}

// table finds the table that is asked for, or the only one.
func (g *geopackage) table(asked string) (string, error) {
	rows, err := g.db.query(`select c.table_name, coalesce((select max(s.rootpage) from sqlite_schema s
		where s.type = 'table' and s.name = c.table_name collate nocase), 0) > 0
		from gpkg_contents c where c.data_type in ('features', 'attributes', 'aspatial') order by 1`)
	if err != nil {
		return "", err
	}
	var names []string
	stored := map[string]bool{}
	for _, row := range rows {
		names = append(names, row[0])
		stored[row[0]] = row[1] == "1"
	}
	if asked == "" && len(names) == 1 {
		asked = names[0]
	}
	switch {
	case len(names) == 0:
		return "", g.refuse("gpkg.empty")
	case asked == "":
		return "", g.refuse("gpkg.several", "tables", guillemets(names))
	case !slices.Contains(names, asked):
		return "", g.refuse("gpkg.absent", "table", quoted(asked), "tables", guillemets(names))
	case !stored[asked]: // a view or a virtual table runs what a stranger wrote
		return "", g.refuse("gpkg.view", "table", quoted(asked))
	}
	return asked, nil
}

// system finds the geometry column of a table, "" for none, and reads its reference system.
func (g *geopackage) system(name string) (column string, err error) {
	rows, err := g.db.query(`select g.column_name, g.srs_id, s.srs_id is not null, s.srs_name, s.organization, s.organization_coordsys_id, s.definition
		from gpkg_geometry_columns g left join gpkg_spatial_ref_sys s on s.srs_id = g.srs_id
		where g.table_name = ? collate nocase`, name)
	if err != nil || len(rows) == 0 {
		return "", g.db.lacking(err, "gpkg_geometry_columns")
	}
	row := rows[0]
	column, known, said := row[0], row[2] == "1", row[3]
	if _, err := fmt.Sscan(row[1], &g.srs); err != nil || g.srs <= 0 || !known { // 0 and -1 are undefined (§1.1.2.1.2)
		return "", g.refuse("gpkg.srs", "table", quoted(name), "srs", quoted(row[1]))
	}
	var ok bool
	if g.crs, ok = geo.ParseCRS(row[4] + ":" + row[5]); !ok {
		g.crs, _, ok = geo.FromWKT(row[6])
	}
	if !ok {
		return "", g.unknownCRS(fmt.Sprintf("%s (%s:%s)", said, row[4], row[5]))
	}
	return column, nil
}

func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (g *geopackage) next(rec *record) error {
	return g.db.do(func() error {
		if !g.rows.Step() {
			if err := g.rows.Err(); err != nil {
				return err
			}
			return io.EOF
		}
		g.rank++
		rec.line, rec.wkb = g.rank, nil
		for slot, column := range g.slots {
			text, err := g.cell(column)
			if err != nil {
				return err
			}
			rec.cells[slot] = text
		}
		return g.shape(rec)
	})
}
