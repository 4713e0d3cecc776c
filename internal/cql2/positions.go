package cql2

import (
	"math"

	"github.com/paulmach/orb"

	"maille/internal/geo"
)

// CheckPositions refuses spatial literals that are not where a system is meant for, to 30 degrees around: what follows
// cannot compute with them (OGC 21-065r2 §A.7.1 expects it of POINT(90 180)). A nil system is CRS84. A box in degrees
// may cross the antimeridian.
func CheckPositions(e Expr, crs *geo.OGCCRS) (err error) {
	switch literal := e.(type) {
	case Geometry:
		eachPosition(literal.Value, func(p orb.Point) bool {
			err = outside(literal.at, p, crs)
			return err == nil
		})
	case BBox:
		return wrongBox(literal, crs)
	}
	for _, child := range children(e) {
		if err = CheckPositions(child, crs); err != nil {
			return err
		}
	}
	return err
}

func wrongBox(b BBox, crs *geo.OGCCRS) error {
	half := len(b.Value) / 2
	low, high := orb.Point{b.Value[0], b.Value[1]}, orb.Point{b.Value[half], b.Value[half+1]}
	for _, corner := range [...]orb.Point{low, high} {
		if err := outside(b.at, corner, crs); err != nil {
			return err
		}
	}
	x, y := axes(crs)
	if low[y] > high[y] || low[x] > high[x] && !inDegrees(crs) {
		return wrong(b.at, "the first corner of a bounding box is the lower one")
	}
	return nil
}

func outside(place at, p orb.Point, crs *geo.OGCCRS) error {
	const around, rounding = 30, 1e-6
	x, y := axes(crs)
	lon, lat := p[x], p[y]
	west, south, east, north := -180.0, -90.0, 180.0, 90.0
	if !inDegrees(crs) {
		if system, ok := geo.OfEPSG(crs.Code); ok {
			lon, lat = system.LonLat(lon, lat)
		}
		area := crs.Area
		west, south, east, north = area.West-around, area.South-around, area.East+around, area.North+around
	}
	west, south = max(west, -180)-rounding, max(south, -90)-rounding
	east, north = min(east, 180)+rounding, min(north, 90)+rounding
	if lon >= west && lon <= east && lat >= south && lat <= north && !math.IsNaN(lon+lat) {
		return nil
	}
	return wrong(place, "the position %s %s is not where its system is meant for (filter-crs says which)",
		appendFloat(nil, p[0]), appendFloat(nil, p[1]))
}

// axes are where x and y stand in a position.
func axes(crs *geo.OGCCRS) (x, y int) {
	if crs != nil && crs.Flipped {
		return 1, 0
	}
	return 0, 1
}

func inDegrees(crs *geo.OGCCRS) bool { return crs == nil || crs.Code == geo.SRID }
