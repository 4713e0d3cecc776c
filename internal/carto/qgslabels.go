package carto

import (
	"math"
	"strconv"

	"maille/internal/dataset"
)

// Placements of labels (Qgis::LabelPlacement).
const (
	overPoint   = 1
	horizontal  = 4 // inside a polygon
	aroundPoint = 6 // at the best of some places around
)

// pointNames is the zoom of MapLibre from which points have their names.
const pointNames = 13

// labels is how something is written on a map.
type labels struct {
	text       string // column or expression
	expression bool
	ink, halo  Colour
	pixels     float64
	bold       bool
	placement  int
	avoided    bool    // by other labels, with the symbol
	inside     bool    // only where it fits in its polygon
	nearest    float64 // the scale's denominator up to which it is written; 0 for any
}

// nameLabels write what features are called.
func (b *brush) nameLabels(placement int) *labels {
	l := labels{text: b.Label.Name, ink: Ink, halo: White, pixels: 11, placement: placement}
	if !b.Points {
		w := weight(b.Dataset)
		l.pixels, l.bold = 10+3*w, w > 1
	}
	return &l
}

// countLabels write how many features a point stands for.
func (b *brush) countLabels() *element {
	l := labels{text: "format_number(" + field(dataset.CountProperty) + ", 0)", expression: true, ink: White, halo: b.Merged.Colour.Darker(0.7), pixels: 10, bold: true, placement: overPoint}
	return l.settings()
}

func (l *labels) settings() *element {
	weight, face, expression := "50", "", "0"
	if l.bold {
		weight, face = "75", "Bold"
	}
	if l.expression {
		expression = "1"
	}
	text := el("text-style", "fieldName", l.text, "isExpression", expression, "fontFamily", "Sans Serif", "namedStyle", face, "fontWeight", weight,
		"fontSize", decimal(l.pixels*0.75), "fontSizeUnit", "Point", "textColor", rgba(l.ink, 1), "textOpacity", "1", "fontKerning", "1", "multilineHeight", "1").with(
		el("text-buffer", "bufferDraw", "1", "bufferSize", length(1.5), "bufferSizeUnits", "MM", "bufferColor", rgba(l.halo, 1), "bufferOpacity", "1",
			"bufferNoFill", "1", "bufferJoinStyle", "128"))
	inside, obstacle, limited, nearest := "0", "0", "0", "0"
	if l.avoided {
		obstacle = "1"
	}
	if l.inside {
		inside = "1"
	}
	if l.nearest > 0 {
		limited, nearest = "1", decimal(math.Round(l.nearest))
	}
	place := el("placement", "fitInPolygonOnly", inside, "placement", strconv.Itoa(l.placement), "quadOffset", "4", "dist", length(DotRadius+1), "distUnits", "MM",
		"priority", "5", "offsetType", "1", "predefinedPositionOrder", "R,L,TR,BR,TL,BL,TSR,BSR")
	rendering := el("rendering", "drawLabels", "1", "scaleVisibility", limited, "scaleMin", "0", "scaleMax", nearest,
		"obstacle", obstacle, "obstacleFactor", "1", "fontMinPixelSize", "3", "fontMaxPixelSize", "10000", "maxNumLabels", "2000")
	lines := el("text-format", "autoWrapLength", "18", "useMaxLineLengthForAutoWrap", "1", "multilineAlign", "1")
	return el("settings", "calloutType", "simple").with(text, lines, place, rendering)
}

// labeling is that of a vector layer; nil where nothing is written.
func (b *brush) labeling() *element {
	if b.Label == nil {
		return nil
	}
	l := b.nameLabels(horizontal)
	l.inside = true
	if b.Points {
		l.placement, l.avoided, l.inside, l.nearest = aroundPoint, true, false, groundScale/(1<<pointNames)
	}
	return el("labeling", "type", "simple").with(l.settings())
}
