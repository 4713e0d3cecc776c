package tile

import (
	"cmp"
	"math"
	"strings"

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
	p := newPress(func() error { return nil }, deliver)
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

// LongestRun is which zooms are kept, "+" of those within the budget.
func LongestRun(held string) string {
	var spools []*spool
	for i, c := range held {
		spools = append(spools, &spool{held: c == '+', Zoom: Zoom{Zoom: i, Tiles: 1}})
	}
	run := []byte(strings.Repeat(" ", len(held)))
	var c census
	for _, s := range c.choose(spools) {
		run[s.Zoom.Zoom] = '+'
	}
	if len(c.Zooms)+len(c.LeftOut) != len(held) {
		return "not all are accounted for"
	}
	return string(run)
}

// SetMostPieces bounds what a zoom has, until what it returns is called.
func SetMostPieces(n int) (back func()) {
	before := mostPieces
	mostPieces = n
	return func() { mostPieces = before }
}

// CrossingPairs is how many pairs of segments are looked at for crossings.
func CrossingPairs(shapes []orb.MultiPolygon) (pairs int) {
	t := NewCoverage(shapes).asItCame()
	for cell := range cellsOf(t.entries) {
		for range t.pairs(cell) {
			pairs++
		}
	}
	return pairs
}

// Crossings are those of borders.
func Crossings(shapes []orb.MultiPolygon) []orb.Point { return NewCoverage(shapes).findCrossings() }

// Crowds is how many cells of a zoom's grid are crowded.
func Crowds(shapes []orb.MultiPolygon, zoom int) int {
	for _, shape := range shapes {
		for _, polygon := range shape {
			for _, r := range polygon {
				for i, p := range r {
					r[i][0], r[i][1] = geo.WorldPosition(p[0], p[1])
				}
			}
		}
	}
	c := NewCoverage(shapes)
	s := &snapper{Coverage: c, extent: Extent, buffer: Buffer, scale: math.Ldexp(Extent, zoom)}
	s.cells = newCells(s.meanLength(), len(s.chain))
	s.heat()
	return len(s.crowds)
}

// Passages are the pixels, of those that are there, through which the segment ab passes, in order, when they are looked up in
// cells of a size; each is entered twice.
func Passages(pixels [][2]int32, apart float64, a, b orb.Point) (passed [][2]int32, entered, crowds int) {
	c := newCells(apart, len(pixels))
	m := c.mason()
	for range 2 {
		for _, p := range pixels {
			m.id(p)
		}
	}
	c.lineUp()
	for _, p := range m.passages(nil, a, b, -1, -1) {
		passed = append(passed, c.pixels[p.pixel])
	}
	return passed, len(c.pixels), len(c.crowds)
}
