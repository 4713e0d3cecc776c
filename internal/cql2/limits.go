package cql2

import "github.com/paulmach/orb"

// What a filter may be at most. Whatever it is, it is read in a time that its length bounds.
const (
	MaxLength = 64 << 10 // bytes of text or JSON
	MaxDepth  = 64       // nodes one in another; a chain of AND or of OR is one node, one of additions is as deep as long
	MaxNodes  = 10_000   // nodes of the tree, the positions of its geometries among them

	maxNesting    = 4 * MaxDepth // brackets one in another, which guards the stack while the tree is not there yet
	maxCoordinate = 1e9          // far beyond any system's metres, and no trouble to one who computes with it
)

// bounded refuses a tree that is too deep or too large.
func bounded(e Expr) (Expr, error) {
	depth, nodes := measure(e)
	switch {
	case depth > MaxDepth:
		return nil, wrong(placeOf(e), "it is more than %d operations deep", MaxDepth)
	case nodes > MaxNodes:
		return nil, wrong(at{}, "it has more than %d operations, values and positions", MaxNodes)
	}
	return e, nil
}

func measure(e Expr) (depth, nodes int) {
	nodes = 1
	for _, child := range children(e) {
		d, n := measure(child)
		depth, nodes = max(depth, d), nodes+n
	}
	if g, ok := e.(Geometry); ok {
		nodes += positions(g.Value)
	}
	return depth + 1, nodes
}

func children(e Expr) []Expr {
	switch e := e.(type) {
	case Call:
		return e.Args
	case Array:
		return e.Items
	case Interval:
		return ends(e)
	}
	return nil
}

func ends(i Interval) (known []Expr) {
	for _, end := range []Expr{i.From, i.To} {
		if end != nil {
			known = append(known, end)
		}
	}
	return known
}

func positions(g orb.Geometry) (n int) {
	eachPosition(g, func(orb.Point) bool { n++; return true })
	return n
}

// eachPosition gives the positions of a geometry until yield says that it has enough.
func eachPosition(g orb.Geometry, yield func(orb.Point) bool) bool {
	switch g := g.(type) {
	case orb.Point:
		return yield(g)
	case orb.MultiPoint:
		return eachOf(g, yield)
	case orb.LineString:
		return eachOf(g, yield)
	case orb.Ring:
		return eachOf(g, yield)
	case orb.MultiLineString:
		return eachIn(g, yield)
	case orb.Polygon:
		return eachIn(g, yield)
	case orb.MultiPolygon:
		return eachIn(g, yield)
	case orb.Collection:
		return eachIn(g, yield)
	}
	return true
}

func eachOf[S ~[]orb.Point](points S, yield func(orb.Point) bool) bool {
	for _, p := range points {
		if !yield(p) {
			return false
		}
	}
	return true
}

func eachIn[S ~[]G, G orb.Geometry](parts S, yield func(orb.Point) bool) bool {
	for _, part := range parts {
		if !eachPosition(part, yield) {
			return false
		}
	}
	return true
}
