package web

import (
	"fmt"
	"html/template"
	"strings"

	"maille/internal/carto"
	"maille/internal/dataset"
)

// Sides of a legend's symbol, in pixels.
const swatchWidth, swatchHeight = 26, 16

// swatch draws the symbol of a class as the map does. Colours are attributes, since the policy allows no inline style.
func swatch(s *carto.Symbology, c carto.Class) template.HTML {
	var b strings.Builder
	side := swatchHeight
	if c.Radius > 0 {
		side = max(side, int(2*c.Radius)+4)
	}
	width := max(swatchWidth, side)
	fmt.Fprintf(&b, `<svg class="swatch" width="%d" height="%d" viewBox="0 0 %d %d" aria-hidden="true" focusable="false">`, width, side, width, side)
	switch {
	case c.Radius > 0:
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%.1f" fill="%s" fill-opacity=".75" stroke="%s"/>`, width/2, side/2, c.Radius, c.Colour, c.Colour.Darker(.7))
	case s.Points:
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="6" fill="%s" stroke="#fff" stroke-width="1.5"/>`, width/2, side/2, c.Colour)
	case s.Kind == dataset.StylePlain:
		fmt.Fprintf(&b, `<path d="M2 2h%dv%dh-%dz" fill="%s" fill-opacity=".12" stroke="%s" stroke-width="2"/>`, width-4, side-4, width-4, c.Colour, c.Colour)
	default:
		fmt.Fprintf(&b, `<path class="patch" d="M.5.5h%dv%dh-%dz" fill="%s"/>`, width-1, side-1, width-1, c.Colour)
	}
	if c.Hatch && !s.Points {
		b.WriteString(`<path class="hatch" d="M1 8 8 1M1 15 15 1M8 15 22 1M15 15 25 5M22 15 25 12"/>`)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers and colours of ours
}

// plain is the only class of a map of one colour.
func plain(s *carto.Symbology) carto.Class { return carto.Class{Colour: s.Colour} }

// mergedRadius is that of a point that stands for several, which the map makes larger the more they are.
const mergedRadius = 8

// rest are the classes of what is in none of the others.
func rest(s *carto.Symbology) (all []carto.Class) {
	for _, c := range []*carto.Class{s.Other, s.Null, s.Merged} {
		if c != nil {
			all = append(all, *c)
			if c == s.Merged {
				all[len(all)-1].Radius = mergedRadius
			}
		}
	}
	return all
}
