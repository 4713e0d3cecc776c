package store

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// predicates are PostGIS' names. Its planner support finds the GiST index behind all but disjoint.
var predicates = map[string]string{
	"s_contains":   "ST_Contains",
	"s_crosses":    "ST_Crosses",
	"s_disjoint":   "ST_Disjoint",
	"s_equals":     "ST_Equals",
	"s_intersects": "ST_Intersects",
	"s_overlaps":   "ST_Overlaps",
	"s_touches":    "ST_Touches",
	"s_within":     "ST_Within",
}

func (f *filter) predicate(e cql2.Call) term {
	first := len(f.shapes)
	a, b := f.place(e.Args[0]), f.place(e.Args[1])
	for i := first; i < len(f.shapes) && e.Op != "s_intersects" && e.Op != "s_disjoint"; i++ {
		f.shapes[i].simple = true
	}
	return truth(fmt.Sprintf("public.%s(%s, %s)", predicates[e.Op], a.sql, b.sql))
}

// place is a term that must be a geometry.
func (f *filter) place(e cql2.Expr) term {
	t := f.term(e)
	if t.kind != isGeometry && f.err == nil {
		return f.refuse("%s is not a geometry", cql2.AppendText(nil, e))
	}
	return t
}

// shape is a spatial literal that PostGIS moves to CRS84 and makes valid before the query, which takes it as a parameter:
// so the planner knows where it is, and no row waits for it.
type shape struct {
	arg    int // its place among the parameters
	ewkb   []byte
	column int
	simple bool // it may be no collection: DE-9IM knows none of them (GEOS)
}

func (f *filter) geometry(g orb.Geometry, column int) term {
	if f.crs != nil && f.crs.Flipped {
		g = flipped(g)
	}
	code := geo.SRID
	if f.crs != nil {
		code = f.crs.Code
	}
	if b := g.Bound(); code != geo.SRID && !tame(geo.BBox{West: b.Left(), South: b.Bottom(), East: b.Right(), North: b.Top()}, f.crs) {
		// GEOS may go round in the tangle that such a shape is on the globe, and no timeout of PostgreSQL stops it
		return f.refuse("a geometry goes far beyond where its coordinate reference system is meant for (column %d)", column)
	}
	data, err := ewkb.Marshal(g, code)
	if err != nil {
		return f.refuse("a geometry cannot be read")
	}
	sql := f.arg(hex.EncodeToString(data)) + "::public.geometry"
	if _, point := g.(orb.Point); !point || code != geo.SRID {
		f.shapes = append(f.shapes, shape{arg: len(f.args) - 1, ewkb: data, column: column})
	}
	return term{sql: sql, kind: isGeometry, fixed: true}
}

func flipped(g orb.Geometry) orb.Geometry {
	g = orb.Clone(g)
	flip(g)
	if p, ok := g.(orb.Point); ok {
		return orb.Point{p[1], p[0]}
	}
	return g
}

// flip exchanges the coordinates of all positions but that of a lone point, which is a value of its own.
func flip(g orb.Geometry) {
	switch g := g.(type) {
	case orb.MultiPoint:
		flipAll(g)
	case orb.LineString:
		flipAll(g)
	case orb.Ring:
		flipAll(g)
	case orb.MultiLineString:
		for _, part := range g {
			flip(part)
		}
	case orb.Polygon:
		for _, part := range g {
			flip(part)
		}
	case orb.MultiPolygon:
		for _, part := range g {
			flip(part)
		}
	case orb.Collection:
		for i := range g {
			g[i] = flipped(g[i])
		}
	}
}

func flipAll(points []orb.Point) {
	for i, p := range points {
		points[i] = orb.Point{p[1], p[0]}
	}
}

// bbox is a box of x and y: a point or a line where it has no area, and two boxes across the antimeridian.
func (f *filter) bbox(e cql2.BBox) term {
	half := len(e.Value) / 2
	if half != 2 && half != 3 {
		return f.refuse("BBOX takes four numbers, or six")
	}
	b := geo.BBox{West: e.Value[0], South: e.Value[1], East: e.Value[half], North: e.Value[half+1]}
	if f.crs != nil && f.crs.Flipped {
		b = geo.BBox{West: b.South, South: b.West, East: b.North, North: b.East}
	}
	degrees := f.crs == nil || f.crs.Code == geo.SRID
	if b.South > b.North || b.West > b.East && !degrees {
		return f.refuse("a corner of BBOX is on the wrong side of the other (column %d)", e.Column())
	}
	shape := boxShape(b)
	if f.crs != nil && f.crs.Flipped {
		shape = flipped(shape) // geometry flips it back
	}
	return f.geometry(shape, e.Column())
}

func boxShape(b geo.BBox) orb.Geometry {
	if b.West > b.East {
		parts := b.Parts()
		return orb.Collection{boxShape(parts[0]), boxShape(parts[1])}
	}
	low, high := orb.Point{b.West, b.South}, orb.Point{b.East, b.North}
	switch {
	case low == high:
		return low
	case b.West == b.East || b.South == b.North:
		return orb.LineString{low, high}
	}
	return orb.Bound{Min: low, Max: high}.ToPolygon()
}

// prepare has PostGIS put the shapes where the query wants them.
func (f *filter) prepare(ctx context.Context, db *DB) error {
	if len(f.shapes) == 0 {
		return nil
	}
	raw := make([][]byte, len(f.shapes))
	for i := range f.shapes {
		raw[i] = f.shapes[i].ewkb
	}
	type prepared struct {
		Shape      *string
		Collection bool
	}
	all, err := list(ctx, db, statement("shapes", nil), []any{raw, longestEdge}, pgx.RowToStructByPos[prepared])
	if err != nil {
		return f.explain(err)
	}
	for i, p := range all {
		s := f.shapes[i]
		if p.Collection && s.simple {
			return fault.New(fault.Invalid, "filter: only S_INTERSECTS and S_DISJOINT take a collection of different shapes (column %d)", s.column).About("filter")
		}
		if p.Shape == nil {
			return fault.New(fault.Invalid, "filter: a geometry is not of this coordinate reference system (column %d)", s.column).About("filter")
		}
		f.args[s.arg] = *p.Shape
	}
	return nil
}

// longestEdge, in metres, is how far a straight edge of a projection goes before it is given another position: a
// meridian's arc of that length is within a metre of its chord.
const longestEdge = 5000.0

// explain makes of what PostGIS says of a stranger's shape, or PROJ of where it is, a refusal.
func (f *filter) explain(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.New(fault.Invalid, "filter: a geometry cannot be read in its coordinate reference system").About("filter").Because(err)
}

// measure is a function over geometries on the ellipsoid.
func measure(name string, count int) func(*filter, []cql2.Expr) term {
	return func(f *filter, args []cql2.Expr) term {
		sql := "public." + name + "("
		for i := range count {
			if i > 0 {
				sql += ", "
			}
			sql += f.place(args[i]).sql + "::public.geography"
		}
		return term{sql: sql + ")", kind: isDouble}
	}
}

// nearby is what stands before the comparison of a distance from a point with a number that it may not pass, so that an index
// serves: a box around the point. It is for points only: an edge is a geodesic, which leaves the box of its ends.
func (f *filter) nearby(e cql2.Call) string {
	measured, op, most := e.Args[0], e.Op, e.Args[1]
	if _, mirrored := measured.(cql2.Number); mirrored {
		measured, op, most = most, inverse[op], measured
	}
	call, _ := measured.(cql2.Call)
	number, bounded := most.(cql2.Number)
	if call.Op != "distance" || !bounded || op != "<" && op != "<=" {
		return ""
	}
	literal, ok := f.fromPoint(call.Args)
	if !ok {
		return ""
	}
	return fmt.Sprintf("geometry operator(public.&&) maille.around(%s, %s::double precision) and ", f.term(literal).sql, f.arg(number.Value))
}

// fromPoint is the point that the features' own are measured from.
func (f *filter) fromPoint(args []cql2.Expr) (literal cql2.Geometry, ok bool) {
	if g := f.d.Publication.Geometry; g == nil || g.Type != "Point" {
		return literal, false
	}
	for i, arg := range args {
		if property, is := arg.(cql2.Property); !is || property.Name != dataset.GeometryField {
			continue
		}
		literal, ok = args[1-i].(cql2.Geometry)
		_, point := literal.Value.(orb.Point)
		return literal, ok && point
	}
	return literal, false
}

func centroid(f *filter, args []cql2.Expr) term {
	return term{sql: "public.ST_Centroid(" + f.place(args[0]).sql + ")", kind: isGeometry}
}
