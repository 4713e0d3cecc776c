package tile

import (
	"cmp"

	"github.com/paulmach/orb"

	"maille/internal/geo"
	"maille/internal/schema"
)

// Clash says whether two segments have more in common than an end.
func Clash(a, b, c, d orb.Point) bool {
	s := simplifier{Coverage: &Coverage{}}
	ids := map[orb.Point]int32{}
	for _, p := range []orb.Point{a, b, c, d} {
		if _, known := ids[p]; !known {
			ids[p] = int32(len(s.points))
			s.points = append(s.points, p)
		}
		s.chain = append(s.chain, ids[p])
	}
	return s.clash(&segment{from: 0, to: 1}, &segment{from: 2, to: 3})
}

// Compress is what tiles are compressed with.
func Compress(dst, mvt []byte) []byte { return compress(dst, mvt) }

// Hilbert is where places stand in the order of tiles.
func Hilbert(x, y uint32) uint64 { return hilbert(x, y) }

// InRuns has points sorted so many bytes at a time.
func (o Options) InRuns(bytes int) Options {
	o.run = bytes
	return o
}

// Layer is an encoder.
type Layer struct{ *layer }

// NewLayer makes one.
func NewLayer(name string, keys ...string) Layer { return Layer{newLayer(name, keys)} }

// Reset forgets the features.
func (l Layer) Reset() { l.reset() }

// Point adds a point.
func (l Layer) Point(id uint64, x, y int32, values ...schema.Value) {
	l.start(id, mvtPoint, values)
	l.point(x, y)
	l.end()
}

// Polygon adds a polygon.
func (l Layer) Polygon(id uint64, rings [][][2]int32, values ...schema.Value) {
	l.start(id, mvtPolygon, values)
	for _, ring := range rings {
		l.ring(ring)
	}
	l.end()
}

func (l Layer) start(id uint64, kind byte, values []schema.Value) {
	l.begin(id, kind)
	for i, v := range values {
		l.tag(i, appendValue(nil, v, ""))
	}
}

// AppendValue writes a value as MVT does.
func AppendValue(dst []byte, v schema.Value, delimiter string) []byte {
	return appendValue(dst, v, delimiter)
}

// Bytes are the layer's.
func (l Layer) Bytes() []byte { return l.appendTo(nil) }

// Press delivers tiles of one layer, numbered by X.
func Press(l Layer, tiles int, deliver func(geo.Tile, []byte) error) (err error) {
	p := newPress(deliver)
	defer func() { err = cmp.Or(err, p.close()) }()
	for x := range tiles {
		if err := p.add(geo.Tile{Z: 20, X: uint32(x)}, l.layer); err != nil {
			return err
		}
	}
	return nil
}

// Enters says whether the segment ab passes through a pixel.
func Enters(a, b orb.Point, x, y int32) bool {
	_, ok := enters(a, b, pixel{x, y})
	return ok
}
