package carto

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// millimetre is a pixel of CSS, 1/96 of an inch, in the unit of QGIS' symbols.
const millimetre = 25.4 / 96

// length is a number of pixels as QGIS reads it.
func length(pixels float64) string {
	return strconv.FormatFloat(pixels*millimetre, 'f', 3, 64)
}

// rgba is a colour as QGIS reads it.
func rgba(c Colour, opacity float64) string {
	return fmt.Sprintf("%d,%d,%d,%d", c.R, c.G, c.B, int(255*opacity+0.5))
}

// symbol is of a kind, marker or fill, from its layers, the lowest first. Its name is given when it is put in a list.
func symbol(kind string, layers ...*element) *element {
	return el("symbol", "type", kind, "name", "", "alpha", "1", "clip_to_extent", "1", "force_rhr", "0").with(layers...)
}

// named is the symbol under a name, which is the second of its attributes.
func (e *element) named(name string) *element {
	named := *e
	named.attrs = slices.Clone(e.attrs)
	named.attrs[3] = name
	return &named
}

func symbolLayer(class string, options ...string) *element {
	return el("layer", "class", class, "enabled", "1", "locked", "0", "pass", "0").with(optionMap(options...))
}

// fill is the inside of polygons; style is a word of Qt for how.
func fill(c Colour, opacity float64, style string) *element {
	return symbolLayer("SimpleFill", "color", rgba(c, opacity), "style", style, "outline_style", "no")
}

// stroke is the border of polygons, of so many pixels at zooms: zoom, pixels…
func stroke(c Colour, opacity string, stops ...float64) *element {
	pixels := []string{"outlineWidth", times(millimetre, byZoom(stops...))}
	if opacity != "" {
		pixels = append(pixels, "outlineColor", fmt.Sprintf("color_rgba(%d, %d, %d, %s)", c.R, c.G, c.B, times(255, opacity)))
	}
	return symbolLayer("SimpleLine", "line_color", rgba(c, 1), "line_width", length(stops[1]), "line_width_unit", "MM",
		"joinstyle", "round", "capstyle", "round").with(defined(pixels...))
}

// marker is a shape whose radius, in pixels, is what an expression says.
func marker(shape string, c, border Colour, radius string, opacity float64) *element {
	return symbol("marker", symbolLayer("SimpleMarker", "name", shape, "color", rgba(c, opacity), "outline_color", rgba(border, 1), "outline_style", "solid",
		"outline_width", length(1), "outline_width_unit", "MM", "size", length(2*DotRadius), "size_unit", "MM", "scale_method", "diameter").
		with(defined("size", times(2*millimetre, radius), "outlineWidth", times(millimetre, byZoom(5, 0.3, 9, 1)))))
}

// centred puts a marker in the middle of a polygon.
func centred(marker *element) *element {
	layer := symbolLayer("CentroidFill", "point_on_surface", "1", "point_on_all_parts", "0", "clip_points", "0", "clip_on_current_part_only", "0")
	return symbol("fill", layer.with(marker.named("@0@0")))
}

// defined makes properties of a symbol's layer what expressions say of each feature: property, expression…
func defined(pairs ...string) *element {
	const isExpression = "3" // QgsProperty::ExpressionBasedProperty
	properties := el("Option", "type", "Map", "name", "properties")
	for i := 0; i < len(pairs); i += 2 {
		properties.with(el("Option", "type", "Map", "name", pairs[i]).with(optionFlag("active", "true"), option("expression", pairs[i+1]),
			el("Option", "type", "int", "name", "type", "value", isExpression)))
	}
	return el("data_defined_properties").with(optionMap("name", "", "type", "collection").with(properties))
}

// equatorScale is the scale's denominator of zoom 0, in tiles of 256 pixels of 0.28 mm, at the equator (OGC 17-083r4, annex D.1), by
// which QGIS chooses tiles. groundScale is that at which it shows as much of the ground as MapLibre at zoom 0, where tiles have
// 512 pixels, here of 1/96 of an inch, at the latitude of 46.5° N.
const (
	equatorScale = 559_082_264
	groundScale  = 591_658_711 / 2 * 0.688
)

// zoomExpression is the zoom of MapLibre at a map's scale.
var zoomExpression = "log(2, " + decimal(math.Round(groundScale)) + " / @map_scale)"

// byZoom is an expression of a number that changes with the zoom, in straight lines between pairs of zoom and value.
func byZoom(stops ...float64) string {
	n := len(stops)
	if n == 2 {
		return decimal(stops[1])
	}
	var b strings.Builder
	for i := 0; i+3 < n; i += 2 {
		line := fmt.Sprintf("scale_linear(%s, %s, %s, %s, %s)", zoomExpression, decimal(stops[i]), decimal(stops[i+2]), decimal(stops[i+1]), decimal(stops[i+3]))
		if i+4 >= n {
			b.WriteString(line)
			break
		}
		fmt.Fprintf(&b, "if(%s < %s, %s, ", zoomExpression, decimal(stops[i+2]), line)
	}
	return b.String() + strings.Repeat(")", n/2-2)
}

func times(factor float64, expression string) string {
	return strconv.FormatFloat(factor, 'f', 4, 64) + " * (" + expression + ")"
}

// decimal is a number in an expression.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
