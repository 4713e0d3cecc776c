package source

import (
	"encoding/binary"
	"strconv"

	"github.com/ncruces/go-sqlite3"
)

// cell writes a column of the row; -1 is none.
func (g *geopackage) cell(column int) (string, error) {
	if column < 0 || column == g.geometry {
		return "", nil
	}
	switch g.rows.ColumnType(column) {
	case sqlite3.NULL:
		return "", nil
	case sqlite3.FLOAT:
		return strconv.FormatFloat(g.rows.ColumnFloat(column), 'f', -1, 64), nil
	case sqlite3.INTEGER:
		n := g.rows.ColumnInt64(column)
		if g.kinds[column] == "BOOLEAN" && (n == 0 || n == 1) { // table 1: SQLite has no type of its own for it
			return strconv.FormatBool(n == 1), nil
		}
		return strconv.FormatInt(n, 10), nil
	case sqlite3.TEXT:
		return g.rows.ColumnText(column), nil
	}
	return "", g.refuse("gpkg.blob", "line", g.rank, "column", quoted(g.rows.ColumnName(column)))
}

// Header of a geometry (§2.1.3, table 5).
const (
	gpkgHeader     = 8
	gpkgLittle     = 1 // bits of the flags
	gpkgEnvelope   = 7 << 1
	gpkgEmpty      = 1 << 4
	gpkgExtended   = 1 << 5
	gpkgSomeBlob   = "GP\x00"
	gpkgNoGeometry = "" // what FromWKB refuses
)

// gpkgEnvelopes are the bytes of the box that follows the header, by the code of its contents.
var gpkgEnvelopes = [...]int{0, 32, 48, 48, 64}

// shape hands the row's geometry over in CRS84. One whose header is wrong is handed over as the nothing that it is, and
// reported as unreadable.
func (g *geopackage) shape(rec *record) error {
	if g.geometry < 0 || g.rows.ColumnType(g.geometry) == sqlite3.NULL {
		return nil
	}
	g.blob = g.rows.ColumnBlob(g.geometry, g.blob[:0])
	rec.wkb = []byte(gpkgNoGeometry)
	if len(g.blob) < gpkgHeader || string(g.blob[:3]) != gpkgSomeBlob {
		return nil
	}
	order, flags := binary.ByteOrder(binary.BigEndian), g.blob[3]
	if flags&gpkgLittle != 0 {
		order = binary.LittleEndian
	}
	if srs := int32(order.Uint32(g.blob[4:])); srs != g.srs {
		return g.refuse("gpkg.srs.blob", "line", g.rank, "srs", srs, "expected", g.srs)
	}
	code := int(flags & gpkgEnvelope >> 1)
	switch {
	case flags&gpkgEmpty != 0:
		rec.wkb = nil
	case flags&gpkgExtended == 0 && code < len(gpkgEnvelopes) && len(g.blob) >= gpkgHeader+gpkgEnvelopes[code]:
		rec.wkb = g.blob[gpkgHeader+gpkgEnvelopes[code]:]
		g.crs.Reproject(rec.wkb)
	}
	return nil
}
