package carto

import (
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// What MapLibre takes of a glyph: drawn at 24 pixels, with a border of 3; a byte says the distance to the outline, from 2
// pixels inside (255) to 6 outside (0), so that the outline is at 191.
const (
	glyphSize   = 24
	glyphBorder = 3
	glyphRadius = 8
	glyphCutoff = 0.25
	// glyphTop is how far above the baseline MapLibre has the top of a line, so that capitals stand in the middle of it.
	glyphTop = 26
)

// narrow is the width in pixels of the narrow spaces that French typography needs, which the fonts lack.
const narrow = 4

// hyphen is where the fonts have one: their "-" is a minus sign, as programs want it, too wide for names of places.
const hyphen = '\u00ad'

// draw makes the glyph of a character; nil when the font has none.
func draw(f *sfnt.Font, char rune) *glyph {
	shape := char
	switch char {
	case '\u2009', '\u202f':
		return &glyph{char: char, advance: narrow}
	case '-', '\u2010', '\u2011':
		shape = hyphen
	}
	var buffer sfnt.Buffer
	index, err := f.GlyphIndex(&buffer, shape)
	if err != nil || index == 0 {
		return nil
	}
	advance, err := f.GlyphAdvance(&buffer, index, fixed.I(glyphSize), font.HintingNone)
	if err != nil {
		return nil
	}
	segments, err := f.LoadGlyph(&buffer, index, fixed.I(glyphSize), nil)
	if err != nil {
		return nil
	}
	g := &glyph{char: char, advance: advance.Round()}
	if lines := flatten(segments); len(lines) > 0 {
		g.fill(lines)
	}
	return g
}

// fill computes the field of distances to the outline. Y grows downwards from the baseline.
func (g *glyph) fill(lines []line) {
	west, north, east, south := bounds(lines)
	g.left, g.width, g.height = int(west), int(east-west), int(south-north)
	g.top = -int(north) - glyphTop
	wide, high := g.width+2*glyphBorder, g.height+2*glyphBorder
	g.field = make([]byte, wide*high)
	for row := range high {
		for column := range wide {
			x, y := west-glyphBorder+float64(column)+0.5, north-glyphBorder+float64(row)+0.5
			g.field[row*wide+column] = level(distance(lines, x, y))
		}
	}
}

// level is the byte of a distance, above 0 outside.
func level(d float64) byte {
	return byte(min(max(math.Round(255-256*(d/glyphRadius+glyphCutoff)), 0), 255))
}

// line is a straight part of an outline.
type line struct{ x1, y1, x2, y2 float64 }

// distance is that to the nearest line, negative inside (the rule of non-zero winding).
func distance(lines []line, x, y float64) float64 {
	nearest, winding := math.Inf(1), 0
	for _, l := range lines {
		dx, dy := l.x2-l.x1, l.y2-l.y1
		t := min(max(((x-l.x1)*dx+(y-l.y1)*dy)/(dx*dx+dy*dy), 0), 1)
		ex, ey := l.x1+t*dx-x, l.y1+t*dy-y
		nearest = min(nearest, ex*ex+ey*ey)
		if side := dx*(y-l.y1) - (x-l.x1)*dy; l.y1 <= y && l.y2 > y && side > 0 {
			winding++
		} else if l.y2 <= y && l.y1 > y && side < 0 {
			winding--
		}
	}
	if winding != 0 {
		return -math.Sqrt(nearest)
	}
	return math.Sqrt(nearest)
}

// bounds are the whole pixels that hold the lines.
func bounds(lines []line) (west, north, east, south float64) {
	west, north, east, south = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, l := range lines {
		west, east = min(west, l.x1), max(east, l.x1)
		north, south = min(north, l.y1), max(south, l.y1)
	}
	return math.Floor(west), math.Floor(north), math.Ceil(east), math.Ceil(south)
}

// flatten makes lines of an outline, each curve in eight, which is finer than a fiftieth of a pixel at this size.
func flatten(segments sfnt.Segments) (lines []line) {
	var start, pen point
	to := func(p point) {
		if p != pen {
			lines = append(lines, line{pen.x, pen.y, p.x, p.y})
		}
		pen = p
	}
	for _, s := range segments {
		a, b, c := at(s.Args[0]), at(s.Args[1]), at(s.Args[2])
		from := pen
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			to(start) // outlines are closed
			start, pen = a, a
		case sfnt.SegmentOpLineTo:
			to(a)
		case sfnt.SegmentOpQuadTo:
			for i := 1; i <= 8; i++ {
				to(quadratic(from, a, b, float64(i)/8))
			}
		case sfnt.SegmentOpCubeTo:
			for i := 1; i <= 8; i++ {
				t := float64(i) / 8
				to(mixed(quadratic(from, a, b, t), quadratic(a, b, c, t), t))
			}
		}
	}
	to(start)
	return lines
}

type point struct{ x, y float64 }

func at(p fixed.Point26_6) point { return point{float64(p.X) / 64, float64(p.Y) / 64} }

func mixed(a, b point, t float64) point { return point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)} }

func quadratic(a, b, c point, t float64) point { return mixed(mixed(a, b, t), mixed(b, c, t), t) }
