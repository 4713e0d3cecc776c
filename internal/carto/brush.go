package carto

import (
	"maille/internal/dataset"
)

// brush draws one layer of a map.
type brush struct {
	*Layer
	*Symbology
	bottom bool // nothing lies under it but the ground
}

// Fonts of the labels, which the service has.
const (
	fontRegular = "Go Regular"
	fontBold    = "Go Bold"
)

func (b *brush) layer(suffix, kind string, filter []any, paint map[string]any) drawn {
	return drawn{ID: b.Name + suffix, Type: kind, Source: b.Name, SourceLayer: b.Name, MinZoom: b.MinZoom, Filter: filter, Paint: paint,
		Metadata: map[string]any{"maille:dataset": b.Name, "maille:title": b.Layer.Title}}
}

func (b *brush) shapes() []drawn {
	switch {
	case b.Points:
		return []drawn{b.circle()}
	case b.Kind == dataset.StylePlain:
		return b.outlines()
	}
	return b.choropleth()
}

// choropleth fills polygons, hatches those without a value, and keeps those too small to be drawn in sight.
func (b *brush) choropleth() []drawn {
	drawn, z := hasNot(dataset.ReducedProperty), b.Tiles().MinZoom
	return append(b.fills(drawn),
		b.line("-limites", drawn, map[string]any{"line-color": "#ffffff", "line-opacity": zooming(z+1, 0, z+4, 0.55), "line-width": zooming(z+1, 0.2, z+4, 0.5, z+7, 1.2)}),
		b.layer("-reduits", "circle", has(dataset.ReducedProperty), map[string]any{"circle-color": b.colour(), "circle-radius": zooming(5, 0.8, 9, 1.6), "circle-pitch-alignment": "map"}))
}

func (b *brush) fills(filter []any) []drawn {
	return []drawn{
		b.layer("-aplats", "fill", filter, map[string]any{"fill-color": b.colour()}),
		b.layer("-hachures", "fill", all(filter, hasNot(b.Column.Name)), map[string]any{"fill-pattern": HatchPattern}),
	}
}

// outlines are lines over a lighter one, seen on any colour; alone, or at the bottom, the polygons are tinted too.
func (b *brush) outlines() (layers []drawn) {
	filter := hasNot(dataset.ReducedProperty)
	if b.bottom {
		layers = append(layers, b.layer("-aplats", "fill", filter, map[string]any{"fill-color": b.Colour, "fill-opacity": 0.08}))
	}
	w := b.Width
	return append(layers,
		b.line("-halo", filter, map[string]any{"line-color": "#ffffff", "line-opacity": zooming(5, 0.3, 9, 0.65), "line-width": zooming(4, w+0.6, 8, 1.5*w+1.4, 14, 3*w+2)}),
		b.line("-limites", filter, map[string]any{"line-color": b.Colour, "line-width": zooming(4, 0.5*w, 8, w, 14, 2.2*w)}),
		b.layer("-reduits", "circle", has(dataset.ReducedProperty), map[string]any{"circle-color": b.Colour, "circle-radius": 1.2}))
}

func (b *brush) line(suffix string, filter []any, paint map[string]any) drawn {
	l := b.layer(suffix, "line", filter, paint)
	l.Layout = map[string]any{"line-join": "round", "line-cap": "round"}
	return l
}

// weight is how wide lines are, and large labels, relative to others: territories that are seen from farther are larger.
func weight(d *dataset.Dataset) float64 {
	return min(max(2-0.3*float64(d.Tiles().MinZoom), 0.5), mostWeight)
}

const mostWeight = 1.4

// circle draws points. One that stands for several is larger, with room for their number, and grows with its logarithm:
// they lie in a grid of 8 pixels, which leaves no room for areas in proportion. The largest lie on top.
func (b *brush) circle() drawn {
	l := b.layer("-points", "circle", nil, map[string]any{
		"circle-color": b.colour(), "circle-radius": b.radius(), "circle-opacity": 0.9,
		"circle-stroke-color": b.ring(), "circle-stroke-width": zooming(5, 0.3, 9, 1.2),
	})
	if b.Merged != nil {
		l.Layout = map[string]any{"circle-sort-key": []any{"coalesce", get(dataset.CountProperty), 1}}
	}
	return l
}

// ring goes round points: what has no value is as light as the ground, and has it darker.
func (b *brush) ring() any {
	if b.Null == nil || b.Merged == nil {
		return "#ffffff"
	}
	return []any{"case", all(hasNot(b.Column.Name), []any{"!", several()}), hatchColour, "#ffffff"}
}

func (b *brush) radius() any {
	if b.Kind == dataset.StyleCircles {
		number := []any{"max", []any{"coalesce", get(b.Column.Name), 0}, 0}
		return []any{"*", b.Scale, []any{"sqrt", number}}
	}
	grown := func(alone float64, of size) []any {
		return []any{"case", several(), []any{"+", of.least, []any{"*", of.by, []any{"log10", get(dataset.CountProperty)}}}, alone}
	}
	return zooming(5, grown(farDot, farMerged), 9, grown(DotRadius, midMerged), 14, grown(nearDot, nearMerged))
}

// size is the radius of a point that stands for several: least, and by times the logarithm of their number.
type size struct{ least, by float64 }

// Radii of points at zooms 5, 9 and 14. At 9 one that stands for ten holds two digits.
var farMerged, midMerged, nearMerged = size{1.8, 1.1}, size{6, 2.4}, size{7.5, 2.6}

const (
	farDot, nearDot = 1.8, 6

	DotRadius    = 4.0 // of one point, as legends show it: that of zoom 9
	MergedRadius = 8.6 // of mergedCount that are one
	mergedCount  = 12
)

// labels are names, and on points that stand for several their number.
func (b *brush) labels() (layers []drawn) {
	if b.Points {
		if b.Merged != nil {
			layers = append(layers, b.counts())
		}
		return append(append(layers, b.clearing()), b.pointNames()...)
	}
	if b.Label == nil || !b.labelled() {
		return nil
	}
	w := weight(b.Dataset)
	l := b.text(dataset.LabelsSuffix, get(b.Label.Name), fontRegular, zooming(5, 8+3*w, 12, 10.5+5*w))
	l.SourceLayer = b.Name + dataset.LabelsSuffix
	l.Layout["text-variable-anchor"], l.Layout["text-radial-offset"] = []string{"center", "top", "bottom"}, 0.7
	if w > 1 {
		l.Layout["text-font"] = []string{fontBold}
		l.Layout["text-letter-spacing"] = 0.04
	}
	if w >= mostWeight {
		l.Layout["text-transform"] = "uppercase"
		l.Layout["text-letter-spacing"] = 0.1
	}
	return []drawn{l}
}

func (b *brush) counts() drawn {
	number := []any{"number-format", get(dataset.CountProperty), map[string]any{"locale": "fr-FR", "max-fraction-digits": 0}}
	l := b.text("-nombres", number, fontBold, zooming(8, 9, 12, 11))
	l.MinZoom, l.Filter = max(b.MinZoom, countsFrom), several()
	l.Layout["symbol-sort-key"], l.Layout["text-padding"] = []any{"-", get(dataset.CountProperty)}, 0
	l.Paint = map[string]any{"text-color": "#ffffff", "text-halo-color": b.Merged.Colour.Darker(0.7), "text-halo-width": 1}
	return l
}

// countsFrom is the zoom from which points that stand for several say how many.
const countsFrom = 8

// clearing writes nothing, where a point is: names of what lies below find another place, and leave the point in sight.
func (b *brush) clearing() drawn {
	l := b.text("-degagement", "o", fontRegular, 10)
	l.MinZoom, l.Filter = max(b.MinZoom, countsFrom), []any{"!", several()}
	l.Layout["text-allow-overlap"], l.Layout["text-padding"] = true, 0
	l.Paint = map[string]any{"text-opacity": 0}
	return l
}

func (b *brush) pointNames() []drawn {
	if b.Label == nil {
		return nil
	}
	l := b.text(dataset.LabelsSuffix, get(b.Label.Name), fontRegular, 11)
	l.MinZoom, l.Filter = max(b.MinZoom, 13), []any{"!", several()}
	l.Layout["text-variable-anchor"] = []string{"left", "right", "top", "bottom"}
	l.Layout["text-radial-offset"] = 0.8
	l.Layout["text-justify"] = "auto"
	return []drawn{l}
}

func (b *brush) text(suffix string, field any, font string, size any) drawn {
	l := b.layer(suffix, "symbol", nil, map[string]any{"text-color": Ink, "text-halo-color": "#ffffff", "text-halo-width": 1.5})
	l.Layout = map[string]any{"text-field": field, "text-font": []string{font}, "text-size": size, "text-max-width": 9, "text-padding": 4}
	return l
}
