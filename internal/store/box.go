package store

import (
	"fmt"
	"math"
	"strings"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// box is the condition of OGC 17-069r4 /req/core/fc-bbox-response; its "or has no geometry" stands only where a version
// has such rows and they are asked for, because it keeps PostgreSQL from using the index alone.
func (w *where) box(d *dataset.Dataset, b geo.BBox, crs *geo.OGCCRS, unlocated bool) string {
	var terms []string
	if crs == nil || crs.Code == geo.SRID {
		for _, part := range b.Parts() {
			terms = append(terms, w.boxInDegrees(d, part))
		}
	} else {
		terms = append(terms, w.boxInMetres(d, b, crs))
	}
	if unlocated {
		terms = append(terms, "geometry is null")
	}
	return "(" + strings.Join(terms, " or ") + ")"
}

func (w *where) boxInDegrees(d *dataset.Dataset, b geo.BBox) string {
	c := w.corners(b)
	// A box2d becomes a point or a line where it has no area; ST_MakeEnvelope's polygon would intersect nothing.
	envelope := c.envelope(geo.SRID)
	exact := fmt.Sprintf("public.ST_Intersects(geometry, %s)", envelope)
	if d.Publication.Geometry.Type == "Point" {
		exact = c.has("geometry")
	}
	return "(geometry operator(public.&&) " + envelope + " and " + exact + ")" // && itself compares float32 boxes
}

// boxInMetres compares in the box's own system, where its edges are straight. The index is asked for what its edges enclose
// on the globe, a little more.
func (w *where) boxInMetres(d *dataset.Dataset, b geo.BBox, crs *geo.OGCCRS) string {
	c := w.corners(b)
	exact := fmt.Sprintf("public.ST_Intersects(p, %s)", c.envelope(crs.Code))
	if d.Publication.Geometry.Type == "Point" {
		exact = c.has("p")
	}
	sql := fmt.Sprintf("coalesce((select %s from (values (%s)) projected (p)), false)", exact, projected("geometry", crs))
	if around, ok := enclosing(b, crs); ok {
		sql = "geometry operator(public.&&) " + w.corners(around).envelope(geo.SRID) + " and " + sql
	}
	return "(" + sql + ")"
}

// corners are the parameters of a box.
type corners struct{ west, south, east, north string }

func (w *where) corners(b geo.BBox) corners {
	return corners{w.arg(b.West), w.arg(b.South), w.arg(b.East), w.arg(b.North)}
}

func (c corners) envelope(code int) string {
	return fmt.Sprintf("public.ST_SetSRID(public.ST_MakeBox2D(public.ST_Point(%s, %s), public.ST_Point(%s, %s))::public.geometry, %d)",
		c.west, c.south, c.east, c.north, code)
}

func (c corners) has(point string) string {
	return fmt.Sprintf("public.ST_X(%[1]s) between %[2]s and %[3]s and public.ST_Y(%[1]s) between %[4]s and %[5]s", point, c.west, c.east, c.south, c.north)
}

// enclosing is a box on the globe that has all that a box of a projection has; false where the projection is too far from
// what it is meant for to tell, or the box has a pole or the antimeridian in it.
func enclosing(b geo.BBox, crs *geo.OGCCRS) (around geo.BBox, ok bool) {
	if crs.Code == 3857 {
		b = clamped(b)
	}
	system, ok := geo.OfEPSG(crs.Code)
	if !ok || !tame(b, crs) {
		return around, false
	}
	const steps = 64 // an edge bends by a 4096th of its own arrow between two
	around = geo.BBox{West: math.Inf(1), South: math.Inf(1), East: math.Inf(-1), North: math.Inf(-1)}
	for i := range steps + 1 {
		x, y := b.West+(b.East-b.West)*float64(i)/steps, b.South+(b.North-b.South)*float64(i)/steps
		for _, p := range [4][2]float64{{x, b.South}, {x, b.North}, {b.West, y}, {b.East, y}} {
			lon, lat := system.LonLat(p[0], p[1])
			if !geo.InRange(lon, lat) {
				return around, false
			}
			around = geo.BBox{West: min(around.West, lon), South: min(around.South, lat), East: max(around.East, lon), North: max(around.North, lat)}
		}
	}
	margin := (around.East-around.West+around.North-around.South)/1000 + 1e-6
	return geo.BBox{West: around.West - margin, South: around.South - margin, East: around.East + margin, North: around.North + margin}, true
}

// tame says whether a box lies where the inverse of a projection is one to one and exact.
func tame(b geo.BBox, crs *geo.OGCCRS) bool {
	within := geo.BBox{West: -3.5e6, South: -1e7, East: 4.5e6, North: 1e7} // transverse Mercator: some 36 degrees around its meridian
	switch crs.Code {
	case 3857:
		within = geo.BBox{West: -20037508.35, South: -4e7, East: 20037508.35, North: 4e7} // as clients round half the equator
	case 2154:
		within = geo.BBox{West: -1e7, South: -1e7, East: 1e7, North: 1.26e7} // this side of the pole
	case 2975, 4471:
		within.South, within.North = 0, 2e7
	}
	return b.West >= within.West && b.South >= within.South && b.East <= within.East && b.North <= within.North
}

// halfEquator is where Web Mercator's antimeridian is, in metres, and a tenth of a millimetre less: it shall not be beyond it.
const halfEquator = 20037508.3427

// clamped is what a box of Web Mercator has of the world, an edge of it where it has nothing: maps show more than one world.
func clamped(b geo.BBox) geo.BBox {
	x := func(metres float64) float64 { return min(max(metres, -halfEquator), halfEquator) }
	y := func(metres float64) float64 { return min(max(metres, -4e7), 4e7) }
	return geo.BBox{West: x(b.West), South: y(b.South), East: x(b.East), North: y(b.North)}
}
