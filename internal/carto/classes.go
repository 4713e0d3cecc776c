package carto

import (
	"math"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// Symbology is how a layer looks, resolved: MapLibre, QGIS and the legends all draw what stands here.
type Symbology struct {
	Kind    string         // one of dataset.StyleKinds
	Points  bool           // the features are points, not polygons
	Column  *schema.Column // that colours or sizes; nil for one colour
	Title   string         // of the legend, in French
	Unit    string         // of the numbers
	Classes []Class        // of classes and categories, in the legend's order; of circles, those that the legend shows; of a bivariate map, row by row from the highest
	Axes    []dataset.Axis // of a bivariate map, whose classes fill a square: the first one upward, the second one to the right
	Colour  Colour         // of one colour, and of circles
	Other   *Class         // what is in none of the categories; nil elsewhere
	Null    *Class         // what has no value; nil where that cannot be, or is not drawn
	Merged  *Class         // a point that stands for several (tile.Count above 1); nil for polygons
	Label   *schema.Column // what is written; nil for none
	Scale   float64        // of circles: the radius is Scale times the square root of the number
	Width   float64        // of the outlines of polygons of one colour, in pixels at zoom 8; 0 elsewhere
}

// Class is one symbol, and what it stands for.
type Class struct {
	Label  string   // in French: de 50 à 80 %
	Colour Colour   // under the hatching, where Hatch is
	Hatch  bool     // hatched: no class of numbers ever is
	Lower  *float64 // the class's numbers are at least this; nil for the first class, which has all that is below
	Upper  *float64 // and below this; nil for the last class, which has all that is above
	Value  string   // of a category
	Number float64  // of a circle
	Radius float64  // of a circle, in pixels of CSS
	Count  int      // how many a point stands for, of the symbol that legends show; 0 for one
}

// Symbology resolves how the layer is shown.
func (l *Layer) Symbology() *Symbology { return Resolve(l.Dataset, l.Style) }

// Resolve makes of a style what is drawn. A style that names what the dataset has not, as that of an old release may, is one
// colour.
func Resolve(d *dataset.Dataset, style dataset.Style) *Symbology {
	style = d.Styled(style)
	s := &Symbology{Kind: style.Kind, Column: d.Schema.Column(style.Property), Title: style.Title, Unit: style.Unit,
		Points: d.Publication.Geometry != nil && d.Publication.Geometry.Type == "Point", Label: d.Schema.Column(style.Label)}
	if s.Column == nil {
		s.Kind = dataset.StylePlain
	}
	switch s.Kind {
	case dataset.StyleClasses:
		s.classes(style)
	case dataset.StyleCategories:
		s.categories(style)
	case dataset.StyleCircles:
		s.circles(style)
	case dataset.StyleBivariate:
		s.crossed(style)
	default:
		s.Kind, s.Colour = dataset.StylePlain, single(style.Palette)
		if !s.Points {
			s.Width = weight(d)
		}
	}
	if s.Points && s.Kind != dataset.StyleCircles {
		s.Merged = &Class{Label: texts.Say("merged"), Colour: mergedColour, Radius: MergedRadius, Count: mergedCount}
		if s.Kind == dataset.StylePlain {
			s.Merged.Colour = s.Colour
		}
	}
	return s
}

// classes are between one edge and the next; the first and the last one have what is beyond the edges.
func (s *Symbology) classes(style dataset.Style) {
	n := len(style.Breaks) - 1
	for i, colour := range ramp(style.Palette, n) {
		c := Class{Colour: colour}
		if i > 0 {
			c.Lower = &style.Breaks[i]
		}
		if i < n-1 {
			c.Upper = &style.Breaks[i+1]
		}
		c.Label = s.between(&c, style.Breaks[0])
		s.Classes = append(s.Classes, c)
	}
	s.Null = absent()
}

func (s *Symbology) categories(style dataset.Style) {
	colours := ramp(style.Palette, len(style.Categories))
	for i := range colours {
		if !s.Points {
			colours[i] = pale(colours[i])
		}
	}
	for i, c := range style.Categories {
		label := c.Title
		if label == "" {
			label = c.Value
		}
		s.Classes = append(s.Classes, Class{Label: label, Colour: colours[i%len(colours)], Value: c.Value})
	}
	s.Other, s.Null = &Class{Label: texts.Say("other"), Colour: otherColour}, absent()
}

// circles have an area in proportion to their number: the largest that the legend shows has the largest radius.
func (s *Symbology) circles(style dataset.Style) {
	s.Colour = single(style.Palette)
	largest := 0.0
	for _, b := range style.Breaks {
		largest = max(largest, b)
	}
	s.Scale = largestRadius / math.Sqrt(max(largest, 1))
	for _, b := range style.Breaks {
		if b > 0 {
			s.Classes = append(s.Classes, Class{Label: s.amount(b), Colour: s.Colour, Number: b, Radius: s.Radius(b)})
		}
	}
}

// largestRadius is that of the largest circle of a legend, in pixels.
const largestRadius = 24

// Radius is that of a circle that stands for a number, in pixels; 0 of what is not above 0.
func (s *Symbology) Radius(number float64) float64 {
	return s.Scale * math.Sqrt(max(number, 0))
}

// absent is the symbol of what has no value: hatched, so that it is never taken for a class.
func absent() *Class { return &Class{Label: texts.Say("null"), Colour: nullColour, Hatch: true} }
