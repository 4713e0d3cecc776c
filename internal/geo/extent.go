package geo

import (
	"encoding/binary"
	"errors"
	"math"
)

var errWKB = errors.New("not a two-dimensional EWKB geometry")

// Extend grows the box to hold a geometry in EWKB (any type, two dimensions, either byte order). A nil box begins with
// the geometry's own. Empty geometries leave it as it is.
func Extend(box *BBox, wkb []byte) (*BBox, error) {
	if lon, lat, ok := PointOf(wkb); ok {
		return box.with(lon, lat), nil
	}
	w := walker{data: wkb, box: box}
	w.geometry(0)
	if w.bad || len(w.data) > 0 {
		return box, errWKB
	}
	return w.box, nil
}

func (b *BBox) with(lon, lat float64) *BBox {
	if math.IsNaN(lon) || math.IsNaN(lat) { // how EWKB writes an empty point
		return b
	}
	if b == nil {
		return &BBox{lon, lat, lon, lat}
	}
	b.West, b.East = min(b.West, lon), max(b.East, lon)
	b.South, b.North = min(b.South, lat), max(b.North, lat)
	return b
}

// walker reads EWKB from the front of data.
type walker struct {
	data []byte
	box  *BBox
	bad  bool
}

const (
	wkbLineString = 2
	wkbPolygon    = 3
	wkbCollection = 7
	maxDepth      = 16
)

func (w *walker) geometry(depth int) {
	if depth > maxDepth || len(w.data) < 5 {
		w.bad = true
		return
	}
	order := binary.ByteOrder(binary.LittleEndian)
	switch w.data[0] {
	case 0:
		order = binary.BigEndian
	case 1:
	default:
		w.bad = true
		return
	}
	kind := order.Uint32(w.data[1:])
	w.data = w.data[5:]
	if kind&ewkbSRID != 0 {
		w.number(order)
	}
	switch kind &^ ewkbSRID {
	case wkbPoint:
		w.points(order, 1)
	case wkbLineString:
		w.points(order, w.number(order))
	case wkbPolygon:
		for range w.count(order, 4) {
			w.points(order, w.number(order))
		}
	case 4, 5, 6, wkbCollection:
		for range w.count(order, 9) {
			w.geometry(depth + 1)
		}
	default:
		w.bad = true
	}
}

func (w *walker) number(order binary.ByteOrder) uint32 {
	if len(w.data) < 4 {
		w.bad = true
		return 0
	}
	n := order.Uint32(w.data)
	w.data = w.data[4:]
	return n
}

// count reads how many parts follow, each of at least so many bytes.
func (w *walker) count(order binary.ByteOrder, size int) uint32 {
	n := w.number(order)
	if uint64(n)*uint64(size) > uint64(len(w.data)) {
		w.bad = true
		return 0
	}
	return n
}

func (w *walker) points(order binary.ByteOrder, n uint32) {
	if uint64(n)*16 > uint64(len(w.data)) {
		w.bad = true
		return
	}
	for range n {
		lon := math.Float64frombits(order.Uint64(w.data))
		lat := math.Float64frombits(order.Uint64(w.data[8:]))
		w.box = w.box.with(lon, lat)
		w.data = w.data[16:]
	}
}
