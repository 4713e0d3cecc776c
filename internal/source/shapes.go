package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"maille/internal/geo"
)

// shapes reads the main file of a shapefile (ESRI Shapefile Technical Description, July 1998) from start to end.
type shapes struct {
	file
	r       io.Reader
	crs     *geo.CRS
	left    int64 // bytes of records that the header announces
	rank    int64
	content bytes.Buffer
	point   []byte
}

const (
	shpHeader       = 100
	shpRecordHeader = 8
	shpCode         = 9994
	shpVersion      = 1000
	shpNoData       = -1e38 // less is no value (p. 2)
)

// Types of shapes (p. 4); ten more have heights, twenty more measures.
const (
	shpNull       = 0
	shpPoint      = 1
	shpPolyLine   = 3
	shpPolygon    = 5
	shpMultiPoint = 8
	shpMultiPatch = 31
)

func openShapes(f file, r io.Reader, crs *geo.CRS) (*shapes, error) {
	s := &shapes{file: f, r: r, crs: crs}
	head := make([]byte, shpHeader)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, s.ended(err)
	}
	if binary.BigEndian.Uint32(head) != shpCode || binary.LittleEndian.Uint32(head[28:]) != shpVersion {
		return nil, s.refuse("shp.header")
	}
	s.left = 2*int64(binary.BigEndian.Uint32(head[24:])) - shpHeader
	return s, nil
}

// next reads the shape of a record as WKB in CRS84, nil for none; io.EOF follows the last. The bytes hold until the next.
func (s *shapes) next() ([]byte, error) {
	if s.left < shpRecordHeader {
		return nil, io.EOF
	}
	s.rank++
	var head [shpRecordHeader]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return nil, s.ended(err)
	}
	length := 2 * int64(binary.BigEndian.Uint32(head[4:]))
	s.left -= shpRecordHeader + length
	switch {
	case length > longestFeature:
		return nil, s.refuse("shp.long", "line", s.rank, "most", size(longestFeature))
	case length < 4 || s.left < 0:
		return nil, s.corrupt()
	case int64(binary.BigEndian.Uint32(head[:])) != s.rank: // edited in place: only the index knows the order
		return nil, s.refuse("shp.order", "line", s.rank)
	}
	s.content.Reset()
	if _, err := io.CopyN(&s.content, s.r, length); err != nil { // which grows with what comes, not with what is announced
		return nil, s.ended(err)
	}
	return s.shape(s.content.Bytes())
}

func (s *shapes) ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return s.refuse("shp.truncated", "line", s.rank).Because(err)
	}
	return s.unreadable(err)
}

func (s *shapes) corrupt() error { return s.refuse("shp.record", "line", s.rank) }

func (s *shapes) shape(content []byte) ([]byte, error) {
	said := binary.LittleEndian.Uint32(content)
	kind, body := said, content[4:]
	if kind > 10 && kind < 30 {
		kind %= 10
	}
	switch kind {
	case shpNull:
		return nil, nil
	case shpPoint:
		return s.single(body)
	case shpMultiPoint:
		return s.multiPoint(body)
	case shpPolygon:
		return s.polygon(body)
	case shpPolyLine:
		return []byte("\x01\x05\x00\x00\x00\x00\x00\x00\x00"), nil // of a type that no dataset has: its positions are no one's
	case shpMultiPatch:
		return []byte("\x01\x0f\x00\x00\x00\x00\x00\x00\x00"), nil
	}
	return nil, s.refuse("shp.type", "line", s.rank, "value", said)
}

func (s *shapes) single(body []byte) ([]byte, error) {
	if len(body) < 16 {
		return nil, s.corrupt()
	}
	x, y := float(body), float(body[8:])
	if x < shpNoData || y < shpNoData || math.IsNaN(x) && math.IsNaN(y) {
		return nil, nil
	}
	lon, lat := s.crs.LonLat(x, y)
	s.point = geo.AppendPoint(s.point[:0], lon, lat)
	return s.point, nil
}

// multiPoint takes several points for what they are only when there are several.
func (s *shapes) multiPoint(body []byte) ([]byte, error) {
	if len(body) < 36 {
		return nil, s.corrupt()
	}
	switch n := binary.LittleEndian.Uint32(body[32:]); n {
	case 0:
		return nil, nil
	case 1:
		return s.single(body[36:])
	}
	return []byte("\x01\x04\x00\x00\x00\x00\x00\x00\x00"), nil
}

func (s *shapes) polygon(body []byte) ([]byte, error) {
	rings, err := s.rings(body)
	if err != nil || len(rings) == 0 {
		return nil, err
	}
	polygons, ok := assemble(rings)
	if !ok {
		return nil, s.refuse("shp.rings", "line", s.rank)
	}
	return wkb.Marshal(polygons, binary.LittleEndian)
}

// rings reads the parts of a polygon (p. 8); heights and measures come after and are passed over.
func (s *shapes) rings(body []byte) ([]orb.Ring, error) {
	if len(body) < 40 {
		return nil, s.corrupt()
	}
	parts, points := int64(binary.LittleEndian.Uint32(body[32:])), int64(binary.LittleEndian.Uint32(body[36:]))
	if 40+4*parts+16*points > int64(len(body)) || parts > points { // rings of no point would take more memory than bytes
		return nil, s.corrupt()
	}
	starts, positions := body[40:40+4*parts], body[40+4*parts:]
	rings := make([]orb.Ring, parts)
	end := points
	for i := parts - 1; i >= 0; i-- {
		start := int64(binary.LittleEndian.Uint32(starts[4*i:]))
		if start > end || i == 0 && start != 0 {
			return nil, s.corrupt()
		}
		rings[i] = s.ring(positions[16*start : 16*end])
		end = start
	}
	return rings, nil
}

func (s *shapes) ring(positions []byte) orb.Ring {
	ring := make(orb.Ring, len(positions)/16)
	for i := range ring {
		lon, lat := s.crs.LonLat(float(positions[16*i:]), float(positions[16*i+8:]))
		ring[i] = orb.Point{lon, lat}
	}
	return ring
}

func float(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
