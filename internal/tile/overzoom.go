package tile

import (
	"github.com/paulmach/orb"

	"maille/internal/fault"
	"maille/internal/geo"
)

// MostOverzoom is how many zooms beyond the last one Overzoom goes: there, a unit of that one is a pixel of 512.
const MostOverzoom = 4

// Overzoom makes, of a tile of the last zoom that was built, one of those that it holds, up to MostOverzoom deeper; nil where
// it has no feature. Places are the same, on a finer grid: polygons are cut as Build cuts them, all borders moved together to
// where they are cut, so that those that were shared are; a point is in the tile in which it is. Ids and properties are the
// same. Both tiles are MVT, not compressed.
func Overzoom(mvt []byte, from, to geo.Tile) (made []byte, err error) {
	defer fault.Wrap(&err, "tile.Overzoom from %v to %v", from, to)
	if to.Z <= from.Z || to.Z-from.Z > MostOverzoom || to.X>>(to.Z-from.Z) != from.X || to.Y>>(to.Z-from.Z) != from.Y {
		return nil, fault.New(fault.Internal, "this is not the tile to make it of")
	}
	e := enlarger{zoom: int(to.Z - from.Z)}
	e.column, e.row = int32(to.X-from.X<<e.zoom), int32(to.Y-from.Y<<e.zoom)
	m := message{data: mvt}
	for m.next() {
		if m.field != tileLayer {
			continue
		}
		l, err := e.enlarge(m.bytes)
		if err != nil {
			return nil, err
		}
		made = l.appendTo(made)
	}
	if m.bad {
		return nil, m.broken()
	}
	return made, nil
}

// enlarger makes the tile of a column and a row so many zooms deeper: what was made of is the world, on whose grid the tile is.
type enlarger struct {
	zoom        int
	column, row int32
}

// enlarge makes a layer of one.
func (e *enlarger) enlarge(data []byte) (*layer, error) {
	read, err := readLayer(data)
	if err != nil {
		return nil, err
	}
	geometries, err := e.geometries(read)
	if err != nil {
		return nil, err
	}
	l := newLayer(read.name, read.keys)
	for i, polygons := range geometries {
		if len(polygons) == 0 {
			continue
		}
		if err := l.beginAs(&read.features[i], read.values); err != nil {
			return nil, err
		}
		for _, rings := range polygons {
			e.draw(l, rings)
		}
		l.end()
	}
	return l, nil
}

// draw writes a polygon, or a point, which is one of one ring of one vertex.
func (e *enlarger) draw(l *layer, rings polygon) {
	for _, ring := range rings {
		moved := make([]pixel, len(ring))
		for i, p := range ring {
			moved[i] = pixel{p[0] - e.column*Extent, p[1] - e.row*Extent}
		}
		if l.kind == mvtPoint {
			l.point(moved[0][0], moved[0][1])
		} else {
			l.ring(moved)
		}
	}
}

// geometries are what the tile has of each feature, on the grid of its zoom.
func (e *enlarger) geometries(l *readable) ([][]polygon, error) {
	geometries := make([][]polygon, len(l.features))
	b := newBuilder()
	var shaped []int // features that b took
	for i, f := range l.features {
		switch f.kind {
		case mvtPoint:
			p, err := readPoint(f.geometry)
			if err != nil {
				return nil, err
			}
			if p = (pixel{p[0] << e.zoom, p[1] << e.zoom}); p[0]>>extentBits == e.column && p[1]>>extentBits == e.row {
				geometries[i] = []polygon{{{p}}}
			}
		case mvtPolygon:
			rings, err := readRings(f.geometry)
			if err != nil {
				return nil, err
			}
			if !e.reaches(rings) {
				continue
			}
			shape, err := nested(rings)
			if err != nil {
				return nil, err
			}
			b.take(shape)
			shaped = append(shaped, i)
		default:
			return nil, errBroken
		}
	}
	if len(shaped) > 0 {
		for i, polygons := range e.cut(b.coverage()) {
			geometries[shaped[i]] = polygons
		}
	}
	return geometries, nil
}

// extentBits is the logarithm of Extent.
const extentBits = 12

func (e *enlarger) box() box { return tileBox(e.column, e.row, e.column, e.row) }

// reaches says whether rings may have something in the tile. Those that have not move no border there.
func (e *enlarger) reaches(rings [][]pixel) bool {
	if len(rings) == 0 {
		return false
	}
	var outers []polygon
	for _, r := range rings {
		outers = append(outers, polygon{r})
	}
	of, tile := bounds(outers), e.box()
	return of.west<<e.zoom <= tile.east && of.east<<e.zoom >= tile.west && of.north<<e.zoom <= tile.south && of.south<<e.zoom >= tile.north
}

// nested is polygons of rings, in parts of the tile's side: a ring whose area is positive begins one.
func nested(rings [][]pixel) (shape orb.MultiPolygon, err error) {
	for _, r := range rings {
		points := make(orb.Ring, len(r))
		for i, p := range r {
			points[i] = orb.Point{float64(p[0]) / Extent, float64(p[1]) / Extent}
		}
		switch last := len(shape) - 1; {
		case area(r) > 0:
			shape = append(shape, orb.Polygon{points})
		case area(r) < 0 && last >= 0:
			shape[last] = append(shape[last], points)
		default:
			return nil, errBroken
		}
	}
	return shape, nil
}

// cut is what the tile has of each shape.
func (e *enlarger) cut(c *Coverage) [][]polygon {
	a, clipper, tile := newAssembler(c.snap(e.zoom, 1)), clipper{tracer: newTracer()}, e.box()
	cut := make([][]polygon, len(c.shapes))
	for i := range c.shapes {
		cut[i] = cloned(a.assemble(i))
		if len(cut[i]) == 0 || bounds(cut[i]).within(tile) {
			continue
		}
		var rings [][]pixel
		for _, polygon := range cut[i] {
			rings = append(rings, polygon...)
		}
		cut[i] = cloned(clipper.clip(rings, tile))
	}
	return cut
}
