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

// swatch draws the symbol of a class as the map does, points and lines on the map's ground. Colours are attributes, since the
// policy allows no inline style.
func swatch(s *carto.Symbology, c carto.Class) template.HTML {
	var b strings.Builder
	radius := c.Radius
	if s.Points && radius == 0 {
		radius = carto.DotRadius
	}
	height := max(swatchHeight, int(2*radius)+6)
	width := max(swatchWidth, height)
	fmt.Fprintf(&b, `<svg class="swatch" width="%d" height="%d" viewBox="0 0 %d %d" aria-hidden="true" focusable="false">`, width, height, width, height)
	switch {
	case radius > 0:
		dot(&b, c, radius, width, height)
	case s.Kind == dataset.StylePlain:
		ground(&b, width, height)
		for _, line := range []struct {
			colour carto.Colour
			width  float64
		}{{carto.White, 2*s.Width + 2.5}, {c.Colour, 2 * s.Width}} {
			fmt.Fprintf(&b, `<path class="line" d="M2 %dh%d" stroke="%s" stroke-width="%.1f"/>`, height/2, width-4, line.colour, line.width)
		}
	default:
		fmt.Fprintf(&b, `<path class="patch" d="M.5.5h%dv%dh-%dz" fill="%s"/>`, width-1, height-1, width-1, c.Colour)
		if c.Hatch {
			b.WriteString(`<path class="hatch" d="M1 8 8 1M1 15 15 1M8 15 22 1M15 15 25 5M22 15 25 12"/>`)
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers and colours of ours
}

// ground is what lies under the map's symbols, whatever the colours of the page.
func ground(b *strings.Builder, width, height int) {
	fmt.Fprintf(b, `<rect width="%d" height="%d" rx="3" fill="%s"/>`, width, height, carto.Ground)
}

// dot is a point, with their number where it stands for several.
func dot(b *strings.Builder, c carto.Class, radius float64, width, height int) {
	ground(b, width, height)
	ring := carto.White
	if c.Hatch {
		ring = carto.Hatching
	}
	fmt.Fprintf(b, `<circle cx="%d" cy="%d" r="%.1f" fill="%s" fill-opacity=".9" stroke="%s"/>`, width/2, height/2, radius, c.Colour, ring)
	if c.Count > 0 {
		fmt.Fprintf(b, `<text x="%d" y="%.1f" text-anchor="middle" stroke="%s">%d</text>`, width/2, float64(height)/2+3.6, c.Colour.Darker(0.7), c.Count)
	}
}

// plain is the only class of a map of one colour.
func plain(s *carto.Symbology) carto.Class { return carto.Class{Colour: s.Colour} }

// rest are the classes of what is in none of the others.
func rest(s *carto.Symbology) (all []carto.Class) {
	for _, c := range []*carto.Class{s.Other, s.Null, s.Merged} {
		if c != nil {
			all = append(all, *c)
		}
	}
	return all
}

// strip shows the colours of a map in one small picture, for lists.
func strip(s *carto.Symbology) template.HTML {
	if len(s.Classes) == 0 || s.Kind == dataset.StyleCircles {
		return swatch(s, plain(s))
	}
	const step, height = 13, swatchHeight
	var b strings.Builder
	width := step*len(s.Classes) + 1
	fmt.Fprintf(&b, `<svg class="swatch" width="%d" height="%d" viewBox="0 0 %d %d" aria-hidden="true" focusable="false">`, width, height, width, height)
	if s.Points {
		ground(&b, width, height)
	}
	for i, c := range s.Classes {
		if s.Points {
			fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%.1f" fill="%s" stroke="%s"/>`, step*i+7, height/2, carto.DotRadius, c.Colour, carto.White)
			continue
		}
		fmt.Fprintf(&b, `<path class="patch" d="M%d.5.5h%dv%dh-%dz" fill="%s"/>`, step*i, step, height-1, step, c.Colour)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers and colours of ours
}
