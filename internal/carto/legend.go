package carto

import (
	"strings"

	"maille/internal/dataset"
)

// Legend of a map, as JSON has it: a part for each layer, the one that is drawn last first.
type legend struct {
	Title   string        `json:"title"`
	Release string        `json:"release"`
	Layers  []layerLegend `json:"layers"`
}

// layerLegend says what the symbols of a layer mean.
type layerLegend struct {
	Dataset  string `json:"dataset"`
	Version  string `json:"version"`
	Title    string `json:"title"`
	About    string `json:"about"` // title of the dataset
	Kind     string `json:"kind"`  // plain, classes, categories, circles, bivariate
	Property string `json:"property,omitempty"`
	Unit     string `json:"unit,omitempty"`
	MinZoom  int    `json:"minzoom"` // from which it is drawn
	// Axes are the quantities of a bivariate map: its entries begin with nine, row by row from the highest class of the first one.
	Axes    []dataset.Axis `json:"axes,omitempty"`
	Entries []entry        `json:"entries"`
	Sources []sourceLink   `json:"sources"`
}

type sourceLink struct {
	Title string `json:"title"`
	Href  string `json:"href,omitempty"`
}

// entry is one symbol.
type entry struct {
	Label   string   `json:"label"`
	Shape   string   `json:"shape"` // area, line or circle
	Colour  Colour   `json:"colour"`
	Pattern string   `json:"pattern,omitempty"` // over the colour
	Min     *float64 `json:"min,omitempty"`     // from this number
	Max     *float64 `json:"max,omitempty"`     // to below this one
	Value   string   `json:"value,omitempty"`
	Number  float64  `json:"number,omitempty"`
	Radius  float64  `json:"radius,omitempty"` // in pixels
	Width   float64  `json:"width,omitempty"`  // of a line, in pixels
	Count   int      `json:"count,omitempty"`  // written on a point that stands for so many
	Null    bool     `json:"null,omitempty"`   // what has no value
}

const (
	shapeArea   = "area"
	shapeLine   = "line"
	shapeCircle = "circle"
	hatches     = "hatch"
)

// LegendJSON says what the symbols of the map mean.
func LegendJSON(m *Map) []byte { return written(m.legend()) }

func (m *Map) legend() legend {
	doc := legend{Title: m.Title, Release: m.Release, Layers: []layerLegend{}}
	for i := len(m.Layers) - 1; i >= 0; i-- {
		doc.Layers = append(doc.Layers, m.Layers[i].legend())
	}
	return doc
}

func (l *Layer) legend() layerLegend {
	s := l.Symbology()
	doc := layerLegend{Dataset: l.Name, Version: l.Version, Title: s.Title, About: l.Title, Kind: s.Kind, Unit: s.Unit, MinZoom: l.MinZoom, Axes: s.Axes, Entries: s.entries()}
	if s.Kind == dataset.StylePlain {
		doc.Kind = "plain"
	}
	if s.Column != nil {
		doc.Property = s.Column.Name
	}
	for _, source := range l.Sources {
		doc.Sources = append(doc.Sources, sourceLink{source.Title, source.Path})
	}
	return doc
}

// entries are the symbols in the order in which they are read: classes, then what is in none of them.
func (s *Symbology) entries() (all []entry) {
	switch {
	case s.Kind != dataset.StylePlain:
	case s.Points:
		return []entry{{Label: s.Title, Shape: shapeCircle, Colour: s.Colour, Radius: DotRadius}, s.entry(s.Merged)}
	default:
		return []entry{{Label: s.Title, Shape: shapeLine, Colour: s.Colour, Width: s.Width}}
	}
	for i := range s.Classes {
		all = append(all, s.entry(&s.Classes[i]))
	}
	for _, c := range []*Class{s.Other, s.Null, s.Merged} {
		if c == nil {
			continue
		}
		e := s.entry(c)
		e.Null = c == s.Null
		all = append(all, e)
	}
	return all
}

func (s *Symbology) entry(c *Class) entry {
	e := entry{Label: c.Label, Shape: shapeArea, Colour: c.Colour, Min: c.Lower, Max: c.Upper, Value: c.Value, Number: c.Number, Radius: c.Radius, Count: c.Count}
	if s.Points {
		e.Shape = shapeCircle
		if e.Radius == 0 {
			e.Radius = DotRadius
		}
	}
	if c.Hatch {
		e.Pattern = hatches
	}
	return e
}

// summary says the legend in one line, for those who do not see it.
func (d *layerLegend) summary() string {
	labels := make([]string, len(d.Entries))
	for i := range d.Entries {
		labels[i] = d.Entries[i].Label
	}
	return texts.Say("legend.summary", "title", d.Title, "entries", strings.Join(labels, ", "))
}
