package dump

import (
	"math"
	"strconv"

	"maille/internal/geo"
)

// numberForm writes coordinates of a system: those at rest as they are, computed ones rounded to about a centimetre.
type numberForm struct{ grid float64 }

func newNumberForm(crs *geo.OGCCRS) numberForm {
	if crs == nil || crs.Code == geo.SRID {
		return numberForm{}
	}
	return numberForm{grid: math.Pow10(-crs.Digits)}
}

func (n numberForm) append(dst []byte, coordinate float64) []byte {
	if n.grid > 0 {
		coordinate = geo.Snap(coordinate, n.grid)
	}
	return strconv.AppendFloat(dst, coordinate, 'f', -1, 64)
}

// appendWKT appends the shape as well-known text (OGC 06-103r4 §7), x first.
func (s *wkbShape) appendWKT(dst []byte, form numberForm) []byte {
	switch {
	case s.kind == wkbPoint:
		dst = append(dst, "POINT "...)
		if _, ok := s.bounds(); !ok {
			return append(dst, "EMPTY"...)
		}
		dst = appendWKTRing(dst, s.rings[0], form)
	case s.kind == wkbPolygon:
		dst = s.appendWKTPolygon(append(dst, "POLYGON "...), 0, len(s.rings), form)
	case len(s.ends) == 0:
		dst = append(dst, "MULTIPOLYGON EMPTY"...)
	default:
		dst = append(dst, "MULTIPOLYGON "...)
		start := 0
		for i, end := range s.ends {
			dst = s.appendWKTPolygon(append(dst, separator(i)), start, end, form)
			start = end
		}
		dst = append(dst, ')')
	}
	return dst
}

func (s *wkbShape) appendWKTPolygon(dst []byte, start, end int, form numberForm) []byte {
	if start == end {
		return append(dst, "EMPTY"...)
	}
	for i, ring := range s.rings[start:end] {
		dst = appendWKTRing(append(dst, separator(i)), ring, form)
	}
	return append(dst, ')')
}

func appendWKTRing(dst []byte, ring wkbRing, form numberForm) []byte {
	for i := range ring.len() {
		x, y := ring.at(i)
		dst = form.append(append(dst, separator(i)), x)
		dst = form.append(append(dst, ' '), y)
	}
	return append(dst, ')')
}

// separator opens a list or goes on with it.
func separator(i int) byte {
	if i == 0 {
		return '('
	}
	return ','
}
