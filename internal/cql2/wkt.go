package cql2

import (
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// shapeOf reads what follows a tag of well-known text, in capitals (OGC 06-103r4 §7.2); nil when it is none. Heights and
// measures are dropped: no data here have them. POINT EMPTY is read as MULTIPOINT EMPTY, since a point has coordinates.
func shapeOf(tag string) func(*parser) (orb.Geometry, error) {
	switch tag {
	case "POINT":
		return (*parser).wktPoint
	case "LINESTRING":
		return shape((*parser).wktLine)
	case "POLYGON":
		return shape((*parser).wktPolygon)
	case "MULTIPOINT":
		return shape(inBrackets[orb.MultiPoint]((*parser).wktPosition))
	case "MULTILINESTRING":
		return shape(inBrackets[orb.MultiLineString]((*parser).wktLine))
	case "MULTIPOLYGON":
		return shape(inBrackets[orb.MultiPolygon]((*parser).wktPolygon))
	case "GEOMETRYCOLLECTION":
		return shape(inBrackets[orb.Collection]((*parser).wktMember))
	}
	return nil
}

func shape[G orb.Geometry](read func(*parser) (G, error)) func(*parser) (orb.Geometry, error) {
	return func(p *parser) (orb.Geometry, error) { return read(p) }
}

func inBrackets[S ~[]G, G any](one func(*parser) (G, error)) func(*parser) (S, error) {
	return func(p *parser) (S, error) { return parts[S](p, one) }
}

// shapeTags are what may stand between the name of a shape and its coordinates.
var shapeTags = map[string]bool{"Z": true, "M": true, "ZM": true, "EMPTY": true}

// geometry reads a spatial literal.
func (p *parser) geometry() (Expr, error) {
	start := p.tok.at
	shape, err := p.shape()
	return Geometry{start, shape}, err
}

func (p *parser) shape() (orb.Geometry, error) {
	read := shapeOf(strings.ToUpper(p.tok.value))
	p.advance()
	if p.tok.kind == name && !p.tok.is("EMPTY") && shapeTags[strings.ToUpper(p.tok.value)] {
		p.advance()
	}
	return read(p)
}

// wktMember reads one of a collection, which is no collection itself.
func (p *parser) wktMember() (orb.Geometry, error) {
	if p.tok.kind != name || shapeOf(strings.ToUpper(p.tok.value)) == nil || p.tok.is("GEOMETRYCOLLECTION") {
		return nil, p.expected("POINT, LINESTRING, POLYGON or one of their MULTI forms")
	}
	return p.shape()
}

// parts reads EMPTY, or parts in brackets.
func parts[S ~[]G, G any](p *parser, one func(*parser) (G, error)) (S, error) {
	all := S{}
	if p.accept("EMPTY") {
		return all, nil
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for {
		part, err := one(p)
		if err != nil {
			return nil, err
		}
		all = append(all, part)
		if !p.accept(",") {
			break
		}
	}
	if !p.accept(")") {
		return nil, p.expected(`"," or ")"`)
	}
	return all, nil
}

func (p *parser) wktPoint() (orb.Geometry, error) {
	if p.accept("EMPTY") {
		return orb.MultiPoint{}, nil
	}
	if !p.tok.is("(") {
		return nil, p.expected(`"("`)
	}
	return p.wktPosition()
}

func (p *parser) wktLine() (orb.LineString, error) {
	start := p.tok.at
	line, err := parts[orb.LineString](p, (*parser).coordinates)
	if err == nil {
		err = wrongLine(start, line)
	}
	return line, err
}

func (p *parser) wktPolygon() (orb.Polygon, error) { return parts[orb.Polygon](p, (*parser).wktRing) }

func (p *parser) wktRing() (orb.Ring, error) {
	start := p.tok.at
	ring, err := parts[orb.Ring](p, (*parser).coordinates)
	if err == nil {
		err = wrongRing(start, ring)
	}
	return ring, err
}

func wrongLine(place at, line orb.LineString) error {
	if len(line) == 1 {
		return wrong(place, "a line has at least two positions")
	}
	return nil
}

func wrongRing(place at, ring orb.Ring) error {
	if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
		return wrong(place, "a ring of a polygon has at least four positions, the last of which is the first")
	}
	return nil
}

// wktPosition reads x y, in brackets or not: MULTIPOINT has been written both ways.
func (p *parser) wktPosition() (orb.Point, error) {
	if !p.accept("(") {
		return p.coordinates()
	}
	point, err := p.coordinates()
	if err != nil {
		return point, err
	}
	return point, p.expect(")")
}

// coordinates reads x y, and passes over a height and a measure.
func (p *parser) coordinates() (point orb.Point, err error) {
	for i := range 4 {
		if i > 1 && p.tok.kind != number && !p.tok.is("-") && !p.tok.is("+") {
			break
		}
		c, err := p.coordinate()
		if err != nil {
			return point, err
		}
		if i < 2 {
			point[i] = c
		}
	}
	return point, nil
}

func (p *parser) coordinate() (float64, error) {
	start, sign := p.tok.at, ""
	if p.tok.is("-") || p.tok.is("+") {
		sign = strings.TrimPrefix(p.tok.value, "+")
		p.advance()
	}
	if p.tok.kind != number {
		return 0, p.expected("a coordinate")
	}
	written := p.tok.value
	p.advance()
	e, err := newNumber(start, sign+written)
	if err != nil {
		return 0, err
	}
	return coordinate(e.(Number))
}

func coordinate(n Number) (float64, error) {
	if math.Abs(n.Value) > maxCoordinate {
		return 0, wrong(n.at, "%s is no coordinate", shorten(n.Text))
	}
	return n.Value, nil
}

// bbox reads BBOX(…).
func (p *parser) bbox() (Expr, error) {
	box := BBox{at: p.tok.at}
	p.advance()
	p.advance()
	for {
		c, err := p.coordinate()
		if err != nil {
			return nil, err
		}
		box.Value = append(box.Value, c)
		if !p.accept(",") {
			break
		}
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return box, wrongBBox(box)
}

func wrongBBox(b BBox) error {
	if n := len(b.Value); n != 4 && n != 6 {
		return wrong(b.at, "a bounding box has four numbers, or six with heights, not %d", n)
	}
	return nil
}
