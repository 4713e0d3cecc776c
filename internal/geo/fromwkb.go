package geo

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb/encoding/ewkb"
)

// FromWKB is FromGeoJSON for a publisher's WKB (ISO 13249-3 or EWKB; Z and M are dropped): the same types are taken, with
// the same errors. An SRID in it is passed over.
//
// go-geom's own reader allocates what a count announces before it looks whether the bytes are there, and its limits are
// the whole program's: hence ours.
func FromWKB(data []byte, want string, grid float64) ([]byte, error) {
	r := wkbReader{data: data, grid: grid}
	kind := r.head()
	if name := wkbName(kind); r.cut || name == "" {
		return nil, fmt.Errorf("%w: no type of WKB", ErrUnreadable)
	} else if name != want && (name != "Polygon" || want != "MultiPolygon") {
		return nil, ErrType
	}
	shape := r.shape(kind)
	switch {
	case r.cut || r.at < len(data):
		return nil, fmt.Errorf("%w: WKB of another length than it says", ErrUnreadable)
	case r.positions > maxCoordinates:
		return nil, fmt.Errorf("%w: more than %d coordinates", ErrUnreadable, maxCoordinates)
	case r.positions == 0:
		return nil, nil
	case r.outside:
		return nil, ErrRange
	case r.open:
		return nil, ErrRing
	}
	return ewkb.Marshal(shape, SRID)
}

// TypeOfWKB is the type of a geometry by its GeoJSON name, by its number when it has none, or "".
func TypeOfWKB(data []byte) string {
	r := wkbReader{data: data}
	kind := r.head()
	if name := wkbName(kind); name != "" || r.cut {
		return name
	}
	return strconv.Itoa(int(kind))
}

// Reproject moves the positions of a point, a polygon or polygons in WKB to longitude and latitude, where they stand.
// Bytes that are none of these are left for FromWKB to refuse.
func (c *CRS) Reproject(wkb []byte) {
	if c.Degrees() {
		return
	}
	r := wkbReader{data: wkb, grid: 1, crs: c}
	r.shape(r.head())
}

var wkbNames = [...]string{"", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}

func wkbName(kind uint32) string {
	if kind >= uint32(len(wkbNames)) {
		return ""
	}
	return wkbNames[kind]
}
