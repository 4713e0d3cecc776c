package cql2

import "github.com/paulmach/orb"

func appendFloats(dst []byte, values []float64, separator string) []byte {
	for i, v := range values {
		if i > 0 {
			dst = append(dst, separator...)
		}
		dst = appendFloat(dst, v)
	}
	return dst
}

func appendWKT(dst []byte, g orb.Geometry) []byte {
	switch g := g.(type) {
	case orb.Point:
		return append(appendFloats(append(dst, "POINT("...), g[:], " "), ')')
	case orb.MultiPoint:
		return appendParts(append(dst, "MULTIPOINT"...), g, appendBracketed)
	case orb.LineString:
		return appendParts(append(dst, "LINESTRING"...), g, appendPosition)
	case orb.MultiLineString:
		return appendParts(append(dst, "MULTILINESTRING"...), g, appendLine)
	case orb.Polygon:
		return appendParts(append(dst, "POLYGON"...), g, appendRing)
	case orb.MultiPolygon:
		return appendParts(append(dst, "MULTIPOLYGON"...), g, appendPolygon)
	case orb.Collection:
		return appendParts(append(dst, "GEOMETRYCOLLECTION"...), g, appendWKT)
	}
	return dst
}

func appendParts[S ~[]G, G any](dst []byte, parts S, one func([]byte, G) []byte) []byte {
	if len(parts) == 0 {
		return append(dst, " EMPTY"...)
	}
	dst = append(dst, '(')
	for i, part := range parts {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = one(dst, part)
	}
	return append(dst, ')')
}

func appendPosition(dst []byte, p orb.Point) []byte { return appendFloats(dst, p[:], " ") }

func appendBracketed(dst []byte, p orb.Point) []byte {
	return append(appendPosition(append(dst, '('), p), ')')
}

func appendRing(dst []byte, r orb.Ring) []byte { return appendParts(dst, r, appendPosition) }

func appendLine(dst []byte, l orb.LineString) []byte { return appendParts(dst, l, appendPosition) }

func appendPolygon(dst []byte, p orb.Polygon) []byte { return appendParts(dst, p, appendRing) }
