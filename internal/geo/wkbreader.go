package geo

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
)

// wkbReader reads one geometry from the front of data.
type wkbReader struct {
	data  []byte
	at    int
	order binary.ByteOrder
	size  int // bytes of a position
	grid  float64
	crs   *CRS // positions are moved by it, in data

	positions int
	cut       bool // the bytes are not what they say
	outside   bool
	open      bool
}

const (
	ewkbZ        = 0x80000000
	ewkbM        = 0x40000000
	wkbMulti     = 6
	shortestHead = 5
)

// head reads the byte order, the type and its dimensions; the type is without them.
func (r *wkbReader) head() uint32 {
	if r.short(shortestHead) {
		return 0
	}
	r.order = binary.LittleEndian
	switch r.data[r.at] {
	case 0:
		r.order = binary.BigEndian
	case 1:
	default:
		r.cut = true
		return 0
	}
	r.at++
	kind := r.number()
	flags, iso := kind&(ewkbZ|ewkbM), kind&^(ewkbZ|ewkbM|ewkbSRID)
	dimensions := 2
	if flags&ewkbZ != 0 || iso/1000 == 1 || iso/1000 == 3 {
		dimensions++
	}
	if flags&ewkbM != 0 || iso/1000 == 2 || iso/1000 == 3 {
		dimensions++
	}
	if kind&ewkbSRID != 0 {
		r.number()
	}
	r.cut = r.cut || iso >= 4000 || flags != 0 && iso >= 1000
	r.size = 8 * dimensions
	return iso % 1000
}

// short says whether fewer than n bytes are left, or were.
func (r *wkbReader) short(n int) bool {
	r.cut = r.cut || len(r.data)-r.at < n
	return r.cut
}

func (r *wkbReader) number() uint32 {
	if r.short(4) {
		return 0
	}
	r.at += 4
	return r.order.Uint32(r.data[r.at-4:])
}

// count reads how many parts follow, each of at least so many bytes.
func (r *wkbReader) count(size int) int {
	n := uint64(r.number())
	if r.cut = r.cut || n*uint64(size) > uint64(len(r.data)-r.at); r.cut {
		return 0
	}
	return int(n)
}

func (r *wkbReader) shape(kind uint32) orb.Geometry {
	switch kind {
	case wkbPoint:
		return r.point()
	case wkbPolygon:
		return orb.MultiPolygon{r.polygon()}
	case wkbMulti:
		return r.polygons()
	}
	r.cut = true
	return nil
}

// point is empty when its coordinates are no numbers (OGC 12-128r18 §2.1.3, as PostGIS writes it too).
func (r *wkbReader) point() orb.Point {
	if r.short(r.size) {
		return orb.Point{}
	}
	if math.IsNaN(r.float(0)) && math.IsNaN(r.float(8)) {
		r.at += r.size
		return orb.Point{}
	}
	return r.position()
}

func (r *wkbReader) polygons() (shape orb.MultiPolygon) {
	for range r.count(shortestHead + 4) {
		if kind := r.head(); kind != wkbPolygon {
			r.cut = true
		}
		if r.cut {
			return nil
		}
		if polygon := r.polygon(); len(polygon) > 0 {
			shape = append(shape, polygon)
		}
	}
	return shape
}

func (r *wkbReader) polygon() orb.Polygon {
	var polygon orb.Polygon
	for range r.count(4) {
		ring := make(orb.Ring, r.count(r.size))
		for i := range ring {
			ring[i] = r.position()
		}
		if r.cut {
			return nil
		}
		if len(ring) < 4 || ring[0] != ring[len(ring)-1] { // PostGIS would refuse the whole COPY
			r.open = true // so nothing of it is kept: rings of no point would take more memory than bytes
			continue
		}
		polygon = append(polygon, ring)
	}
	return polygon
}

// position reads one whose bytes are known to be there.
func (r *wkbReader) position() orb.Point {
	x, y := r.float(0), r.float(8)
	if r.crs != nil {
		x, y = r.crs.LonLat(x, y)
		r.order.PutUint64(r.data[r.at:], math.Float64bits(x))
		r.order.PutUint64(r.data[r.at+8:], math.Float64bits(y))
	}
	r.at += r.size
	r.positions++
	r.outside = r.outside || !InRange(x, y)
	return orb.Point{Snap(x, r.grid), Snap(y, r.grid)}
}

func (r *wkbReader) float(offset int) float64 {
	return math.Float64frombits(r.order.Uint64(r.data[r.at+offset:]))
}
