package dump

import (
	"encoding/binary"
	"math"

	"maille/internal/fault"
)

// wkbShape is a geometry read from EWKB (PostGIS's, little-endian, two dimensions): its rings are bytes where they stand.
// The zero value reads any number of geometries, one after another.
type wkbShape struct {
	kind  uint32
	rings []wkbRing // a point is one ring of one position
	ends  []int     // of each polygon among rings
}

// wkbRing are positions of 16 bytes.
type wkbRing []byte

const (
	wkbPoint        = 1
	wkbPolygon      = 3
	wkbMultiPolygon = 6

	ewkbSRID     = 0x20000000
	wkbHead      = 1 + 4     // byte order, type
	ewkbHead     = 1 + 4 + 4 // and SRID
	positionSize = 16
)

// wkbNames are the types that a dataset may have, as GeoParquet and GeoJSON call them.
var wkbNames = map[uint32]string{wkbPoint: "Point", wkbPolygon: "Polygon", wkbMultiPolygon: "MultiPolygon"}

func (r wkbRing) len() int { return len(r) / positionSize }

func (r wkbRing) at(i int) (x, y float64) {
	return math.Float64frombits(binary.LittleEndian.Uint64(r[i*positionSize:])),
		math.Float64frombits(binary.LittleEndian.Uint64(r[i*positionSize+8:]))
}

// area is the ring's, positive when it turns counterclockwise, by the shoelace formula; from its first position, lest small
// rings far from the origin vanish.
func (r wkbRing) area() (area float64) {
	x0, y0 := r.at(0)
	for i := 1; i < r.len(); i++ {
		xa, ya := r.at(i - 1)
		xb, yb := r.at(i)
		area += (xa-x0)*(yb-y0) - (xb-x0)*(ya-y0)
	}
	return area / 2
}

// read takes a geometry apart. What is stored was checked when it was, so that anything else is a fault inside.
func (s *wkbShape) read(ewkb []byte) error {
	s.kind, s.rings, s.ends = 0, s.rings[:0], s.ends[:0]
	if len(ewkb) < ewkbHead || ewkb[0] != 1 || ewkb[4] != ewkbSRID>>24 {
		return errNotEWKB()
	}
	s.kind = uint32(ewkb[1])
	rest, ok := ewkb[ewkbHead:], true
	switch s.kind {
	case wkbPoint:
		s.rings = append(s.rings, rest)
		rest, ok = nil, len(rest) == positionSize
	case wkbPolygon:
		rest, ok = s.polygon(rest)
	case wkbMultiPolygon:
		rest, ok = s.polygons(rest)
	default:
		ok = false
	}
	if !ok || len(rest) > 0 {
		return errNotEWKB()
	}
	return nil
}

func errNotEWKB() error {
	return fault.New(fault.Internal, "a stored geometry is not the EWKB of a point or of polygons")
}

func (s *wkbShape) polygons(rest []byte) ([]byte, bool) {
	n, rest, ok := wkbCount(rest)
	for ; ok && n > 0; n-- {
		if ok = len(rest) >= wkbHead && rest[0] == 1 && binary.LittleEndian.Uint32(rest[1:]) == wkbPolygon; ok {
			rest, ok = s.polygon(rest[wkbHead:])
		}
	}
	return rest, ok
}

func (s *wkbShape) polygon(rest []byte) ([]byte, bool) {
	rings, rest, ok := wkbCount(rest)
	for ; ok && rings > 0; rings-- {
		var n int
		if n, rest, ok = wkbCount(rest); ok && 0 < n && n <= len(rest)/positionSize {
			s.rings, rest = append(s.rings, rest[:n*positionSize]), rest[n*positionSize:]
		} else {
			return rest, false
		}
	}
	s.ends = append(s.ends, len(s.rings))
	return rest, ok
}

func wkbCount(rest []byte) (int, []byte, bool) {
	if len(rest) < 4 {
		return 0, rest, false
	}
	return int(binary.LittleEndian.Uint32(rest)), rest[4:], true
}

// bounds is the box of the shape as west, south, east, north; false for a shape without a position.
func (s *wkbShape) bounds() (box [4]float64, ok bool) {
	box = [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, ring := range s.rings {
		for i := range ring.len() {
			x, y := ring.at(i)
			box[0], box[1] = min(box[0], x), min(box[1], y)
			box[2], box[3] = max(box[2], x), max(box[3], y)
		}
	}
	return box, box[0] <= box[2] && box[1] <= box[3] // an empty point is NaN
}

// wound says whether outer rings turn counterclockwise, and holes clockwise.
func (s *wkbShape) wound() bool {
	start := 0
	for _, end := range s.ends {
		for i, ring := range s.rings[start:end] {
			if area := ring.area(); i == 0 && area < 0 || i > 0 && area > 0 {
				return false
			}
		}
		start = end
	}
	return true
}

// appendISO appends the shape that was read from ewkb as WKB of ISO 13249-3: only its outermost head has an SRID, which goes.
func (s *wkbShape) appendISO(dst, ewkb []byte) []byte {
	return append(appendWKBHead(dst, s.kind), ewkb[ewkbHead:]...)
}

func appendWKBHead(dst []byte, kind uint32) []byte {
	return binary.LittleEndian.AppendUint32(append(dst, 1), kind)
}
