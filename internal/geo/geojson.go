package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	geom "github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/geojson"
)

// maxCoordinates bounds one geometry: the most detailed commune of France has under 100 000.
const maxCoordinates = 5_000_000

// FromGeoJSON reads a publisher's geometry (RFC 7946; heights are dropped) and gives it as EWKB, its coordinates rounded
// to grid. It must be of the type want, or the single form of it: a Polygon is taken where MultiPolygon is asked. The
// error says what is wrong with it.
func FromGeoJSON(data []byte, want string, grid float64) ([]byte, error) {
	g, err := decode(data, want)
	if err != nil {
		return nil, err
	}
	if g == nil || len(g.FlatCoords()) == 0 {
		return nil, nil
	}
	if len(g.FlatCoords()) > maxCoordinates*g.Stride() {
		return nil, fmt.Errorf("%w: more than %d coordinates", ErrUnreadable, maxCoordinates)
	}
	shape, err := flatten(g, grid)
	if err != nil {
		return nil, err
	}
	return ewkb.Marshal(shape, SRID)
}

// Kinds of wrong geometry.
var (
	ErrUnreadable = fmt.Errorf("unreadable geometry")
	ErrType       = fmt.Errorf("wrong geometry type")
	ErrRing       = fmt.Errorf("ring that does not close or has under four positions")
	ErrRange      = fmt.Errorf("coordinate out of range")
)

// decode reads the geometry with go-geom once its type is known to be one that we take: a collection would be read to
// any depth, and has no coordinates of its own. A null coordinate is no number, and go-geom would read zero. It is nil
// for JSON's null.
func decode(data []byte, want string) (geom.T, error) {
	if string(bytes.TrimSpace(data)) == "null" {
		return nil, nil
	}
	var g geojson.Geometry
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrUnreadable, err)
	}
	switch {
	case g.Type == "":
		return nil, fmt.Errorf("%w: it has no type", ErrUnreadable)
	case g.Type != want && (g.Type != "Polygon" || want != "MultiPolygon"):
		return nil, ErrType
	case g.Coordinates != nil && bytes.Contains(*g.Coordinates, []byte("null")):
		return nil, fmt.Errorf("%w: a coordinate is null", ErrUnreadable)
	}
	shape, err := g.Decode()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrUnreadable, err)
	}
	return shape, nil
}

// TypeOf is the "type" member of a GeoJSON geometry, or "".
func TypeOf(data []byte) string {
	var g struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(data, &g)
	return g.Type
}

// flatten is the one door from go-geom, which reads strangers' bytes with Z and M, to two-dimensional orb.
func flatten(g geom.T, grid float64) (orb.Geometry, error) {
	f := flattener{stride: g.Stride(), grid: grid}
	var shape orb.Geometry
	switch g := g.(type) {
	case *geom.Point:
		shape = f.point(g.FlatCoords())
	case *geom.Polygon:
		shape = orb.MultiPolygon{f.polygon(g.FlatCoords(), 0, g.Ends())}
	case *geom.MultiPolygon:
		shape = f.multiPolygon(g)
	default:
		return nil, ErrType
	}
	switch {
	case f.outside:
		return nil, ErrRange
	case f.open:
		return nil, ErrRing
	}
	return shape, nil
}

type flattener struct {
	stride  int
	grid    float64
	outside bool
	open    bool
}

func (f *flattener) point(flat []float64) orb.Point {
	lon, lat := flat[0], flat[1]
	if !InRange(lon, lat) {
		f.outside = true
	}
	return orb.Point{Snap(lon, f.grid), Snap(lat, f.grid)}
}

// InRange says whether a longitude and a latitude are finite degrees on the globe.
func InRange(lon, lat float64) bool {
	return math.Abs(lon) <= 180 && math.Abs(lat) <= 90
}

func (f *flattener) polygon(flat []float64, start int, ends []int) orb.Polygon {
	polygon := make(orb.Polygon, 0, len(ends))
	for _, end := range ends {
		ring := make(orb.Ring, 0, (end-start)/f.stride)
		for i := start; i < end; i += f.stride {
			ring = append(ring, f.point(flat[i:]))
		}
		if len(ring) < 4 || ring[0] != ring[len(ring)-1] { // RFC 7946 §3.1.6; PostGIS would refuse the whole COPY
			f.open = true
		}
		polygon = append(polygon, ring)
		start = end
	}
	return polygon
}

func (f *flattener) multiPolygon(g *geom.MultiPolygon) orb.MultiPolygon {
	shape := make(orb.MultiPolygon, 0, g.NumPolygons())
	start := 0
	for _, ends := range g.Endss() {
		if len(ends) == 0 {
			continue
		}
		shape = append(shape, f.polygon(g.FlatCoords(), start, ends))
		start = ends[len(ends)-1]
	}
	return shape
}
