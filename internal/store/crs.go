package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// heldIn is where a projection answers, in CRS84: PROJ refuses what is a quarter of the globe away from the meridian of a
// transverse Mercator, and the poles that a projection does not have. Elsewhere a geometry is null in it.
func heldIn(crs *geo.OGCCRS) geo.BBox {
	switch crs.Code {
	case geo.SRID:
		return geo.BBox{West: -180, South: -90, East: 180, North: 90}
	case 3857:
		return geo.BBox{West: -180, South: -89, East: 180, North: 89}
	case 2154:
		return geo.BBox{West: -180, South: -80, East: 180, North: 90}
	}
	middle := math.Round((crs.Area.West + crs.Area.East) / 2)
	return geo.BBox{West: middle - 75, South: -85, East: middle + 75, North: 85}
}

// projected is a geometry in another system, x and y in this order; null where the projection does not answer.
func projected(geometry string, crs *geo.OGCCRS) string {
	if crs.IsCRS84() || crs.Code == geo.SRID {
		return geometry
	}
	b := heldIn(crs)
	return fmt.Sprintf("case when %s operator(public.@) public.ST_MakeEnvelope(%g, %g, %g, %g, %d) then public.ST_Transform(%s, %d) end",
		geometry, b.West, b.South, b.East, b.North, geo.SRID, geometry, crs.Code)
}

// selectList is _ord, the columns in schema order, null where one is not asked for, and the geometry as it is asked for: of
// AsBoth the text, unless it is a point's, then the bytes.
func selectList(d *dataset.Dataset, v release.Version, q dataset.Query) string {
	var b strings.Builder
	b.WriteString("_ord")
	wanted := q.Columns
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		switch {
		case q.Columns != nil && (len(wanted) == 0 || wanted[0] != i):
			b.WriteString(", null")
			continue
		case c.Type == schema.List:
			fmt.Fprintf(&b, ", array_to_string(%s, '%s')", quote(c.Name), strings.ReplaceAll(c.Delimiter, "'", "''"))
		default:
			b.WriteString(", " + quote(c.Name))
		}
		if q.Columns != nil {
			wanted = wanted[1:]
		}
	}
	if g := d.Publication.Geometry; g != nil && q.Geometry != dataset.NoGeometry {
		if q.Geometry == dataset.AsBoth { // of a point one is made of the other
			q.Geometry = dataset.AsWKB
			if g.Type != "Point" {
				text := q
				text.Geometry = dataset.AsGeoJSON
				b.WriteString(", " + geometryAsked(d, v, text))
			}
		}
		b.WriteString(", " + geometryAsked(d, v, q))
	}
	return b.String()
}

func geometryAsked(d *dataset.Dataset, v release.Version, q dataset.Query) string {
	text := q.Geometry == dataset.AsGeoJSON && d.Publication.Geometry.Type != "Point"
	level := q.Geometry == dataset.AsGeoJSON && q.Level > 0
	sql := "geometry"
	if level {
		sql = "g.geometry"
	}
	switch {
	case text && q.CRS.IsCRS84() && level:
		sql = "g._geojson"
	case text && q.CRS.IsCRS84():
		sql = "_geojson"
	case text:
		sql = asGeoJSON(sql, d, q.CRS)
	default:
		sql = projected(sql, q.CRS)
	}
	if level {
		return fmt.Sprintf("(select %s from %s g where g.level = %g and g._ord = v._ord)", sql, levelTable(v), q.Level)
	}
	return sql
}

// asGeoJSON writes a geometry in another system, in the axis order of its authority (OGC 18-058r1 /req/crs/ogc-crs-…),
// without the member "crs" that RFC 7946 §4 withdrew.
func asGeoJSON(geometry string, d *dataset.Dataset, crs *geo.OGCCRS) string {
	sql := "public.ST_ForcePolygonCCW(" + projected(geometry, crs) + ")"
	places := crs.Digits
	if crs.Code == geo.SRID {
		places = digits(d)
	}
	if crs.Flipped {
		sql = "public.ST_FlipCoordinates(" + sql + ")"
	}
	return fmt.Sprintf("public.ST_AsGeoJSON(%s, %d, 0)", sql, places)
}

// position reads a point as EWKB, in the axis order and with the digits of its system.
func (r *rowReader) position(ewkb []byte) (x, y float64, ok bool) {
	if r.crs == nil {
		return geo.PointOf(ewkb)
	}
	const size = 1 + 4 + 4 + 16
	if len(ewkb) != size || ewkb[0] != 1 {
		return 0, 0, false
	}
	x = math.Float64frombits(binary.LittleEndian.Uint64(ewkb[9:]))
	y = math.Float64frombits(binary.LittleEndian.Uint64(ewkb[17:]))
	if r.crs.Code != geo.SRID {
		grid := math.Pow10(-r.crs.Digits)
		x, y = geo.Snap(x, grid), geo.Snap(y, grid)
	}
	if r.crs.Flipped {
		x, y = y, x
	}
	return x, y, true
}
