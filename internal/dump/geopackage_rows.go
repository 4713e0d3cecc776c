package dump

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// longestRow is what fits several times in the memory that SQLite has here, 256 MiB.
const longestRow = 32 << 20

func (g *gpkg) insertRows() error {
	width := 1 + len(g.columns)
	if g.geom != "" {
		width++
	}
	b, err := newBatch(g.db, g.table, width)
	if err != nil {
		return err
	}
	defer b.close()
	row := gpkgRow{gpkg: g, batch: b}
	for f, err := range g.Features {
		if err != nil {
			return err
		}
		if g.rows == mostPlaces {
			return tooManyRows("gpkg", mostPlaces)
		}
		if err := row.write(f); err != nil {
			return err
		}
		if row.rows%rowsAtOnce == 0 {
			if err := g.grown(); err != nil {
				return err
			}
		}
	}
	return b.flush()
}

// gpkgRow writes rows.
type gpkgRow struct {
	*gpkg
	batch *batch
	shape wkbShape
}

func (r *gpkgRow) write(f *dataset.Feature) error {
	start := len(r.batch.bytes)
	r.rows++
	r.batch.integer(r.rows)
	if r.geom != "" {
		if err := r.addGeometry(f.WKB); err != nil {
			return err
		}
	}
	for _, column := range r.columns {
		r.add(f.Values[column])
	}
	if len(r.batch.bytes)-start > longestRow {
		return fault.New(fault.Unacceptable, "a feature of more than %d bytes does not fit in a GeoPackage", longestRow)
	}
	return r.batch.row()
}

func (r *gpkgRow) add(v schema.Value) {
	b := r.batch
	switch v.Type() {
	case schema.Integer:
		b.integer(v.Int())
	case schema.Number:
		b.float(v.Float())
	case schema.Boolean:
		b.integer(0)
		if v.Bool() {
			b.cells[len(b.cells)-1].bits = 1
		}
	case schema.String, schema.List, schema.Date:
		start := len(b.bytes)
		b.bytes = v.AppendText(b.bytes)
		b.ended(sqlite3.TEXT, start)
	default:
		b.null()
	}
}

// addGeometry adds null where there is no geometry, or an empty one.
func (r *gpkgRow) addGeometry(ewkb []byte) error {
	if ewkb == nil {
		r.batch.null()
		return nil
	}
	if err := r.shape.read(ewkb); err != nil {
		return err
	}
	bounds, ok := r.shape.bounds()
	if !ok {
		r.batch.null()
		return nil
	}
	if name := wkbNames[r.shape.kind]; !strings.EqualFold(name, r.geomType) {
		return fault.New(fault.Internal, "a stored geometry is a %s, in a dataset of %s", name, r.geomType)
	}
	if err := r.tree.add(bounds, r.rows); err != nil {
		return err
	}
	start := len(r.batch.bytes)
	r.batch.bytes = r.shape.appendISO(r.appendGeometryHead(r.batch.bytes, bounds), ewkb)
	r.batch.ended(sqlite3.BLOB, start)
	return nil
}

// appendGeometryHead appends what stands before WKB (OGC 12-128r18 §2.1.3): "GP", the version, how it is written, the
// system, and the box as readers want it of all but a point.
func (r *gpkgRow) appendGeometryHead(dst []byte, b box) []byte {
	const littleEndian, boxXY = 1, 1 << 1
	flags := byte(littleEndian)
	if r.shape.kind != wkbPoint {
		flags |= boxXY
	}
	dst = append(dst, 'G', 'P', 0, flags)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(r.system.code))
	if r.shape.kind == wkbPoint {
		return dst
	}
	for _, f := range [4]float64{b[0], b[2], b[1], b[3]} {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
	}
	return dst
}
