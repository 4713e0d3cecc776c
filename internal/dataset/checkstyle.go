package dataset

import (
	"math"
	"slices"

	"maille/internal/schema"
)

// deepestZoom is that of MapLibre, and mostClasses what a reader of a legend can tell apart.
const (
	deepestZoom   = 22
	mostClasses   = 7
	smallestTiles = 10_000 // bytes of a budget
)

func (l *loader) checkTiles(d *Dataset, where string) {
	written := d.Publication.Tiles
	if written == nil {
		return
	}
	const key = "publication.tiles"
	t := d.Tiles()
	if t == nil {
		l.problem(where, key, "needs publication.geometry")
		return
	}
	points := d.Publication.Geometry.Type == "Point"
	deepest := DeepestPolygons
	if points {
		deepest = deepestZoom
	}
	if t.MinZoom < 0 || t.MaxZoom < t.MinZoom || t.MaxZoom > deepest {
		l.problem(where, key+".maxzoom", "zooms go from minzoom to maxzoom, from 0 to %d", deepest)
	}
	if written.Prerender != nil && (!points || *written.Prerender < t.MinZoom || *written.Prerender > t.MaxZoom) {
		l.problem(where, key+".prerender", "is of points, from minzoom to maxzoom")
	}
	if t.Budget < smallestTiles {
		l.problem(where, key+".budget", "is in bytes, at least %d", smallestTiles)
	}
	l.checkFrom(d, t, where, key+".from")
	l.checkSums(d, t, where, key+".sums")
	for i, name := range t.Properties {
		if slices.Contains(t.Properties[:i], name) {
			l.problem(where, key+".properties", "%s stands twice", name)
		}
	}
	for _, name := range d.Publication.Key {
		if d.Schema.Index(name) >= 0 && !slices.Contains(t.Properties, name) {
			l.problem(where, key+".properties", "%s is part of the key, by which maps know a feature", name)
		}
	}
	if label := d.LabelColumn(); points && label == d.Publication.Title && d.Schema.Index(label) >= 0 && !slices.Contains(t.Properties, label) {
		l.problem(where, key+".properties", "%s is publication.title, which maps write beside points unless the label of publication.style is another, or %q", label, NoLabel)
	}
}

// checkLayerNames keeps the layers of tiles of several datasets apart (MVT 2.1 §4.1).
func (l *loader) checkLayerNames() {
	for _, d := range l.registry.byName {
		labels, _ := d.LabelsLayer()
		if other := l.registry.byName[labels]; other != nil && other.Publication.Geometry != nil {
			l.problem("datasets/"+labels+".json", "name", "%q is the layer of labels in the tiles of %s", labels, d.Name)
		}
	}
}

func (l *loader) checkFrom(d *Dataset, t *Tiles, where, key string) {
	for name, zoom := range t.From {
		switch {
		case !slices.Contains(t.Properties, name):
			l.problem(where, key+"."+name, "is not in publication.tiles.properties")
		case slices.Contains(d.Publication.Key, name):
			l.problem(where, key+"."+name, "is part of the key, which every tile has")
		case zoom <= t.MinZoom || zoom > t.MaxZoom:
			l.problem(where, key+"."+name, "is a zoom above minzoom, at most maxzoom")
		}
	}
}

func (l *loader) checkSums(d *Dataset, t *Tiles, where, key string) {
	for _, name := range t.Sums {
		c := d.Schema.Column(name)
		switch {
		case d.Publication.Geometry.Type != "Point":
			l.problem(where, key, "is of points, which are merged")
		case !slices.Contains(t.Properties, name):
			l.problem(where, key, "%s is not in publication.tiles.properties", name)
		case c != nil && !numeric(c):
			l.problem(where, key, "%s is a %s, which has no sum", name, c.Type)
		}
	}
}

func numeric(c *schema.Column) bool { return c.Type == schema.Integer || c.Type == schema.Number }

// checkStyle holds a style, of a descriptor or of a theme, to what the dataset's tiles have from the first zoom of the map on.
func (l *loader) checkStyle(d *Dataset, s *Style, first int, where, key string) {
	if d.Publication.Geometry == nil {
		l.problem(where, key, "%s has no geometry", d.Name)
		return
	}
	if !slices.Contains(StyleKinds, s.Kind) {
		l.problem(where, key+".kind", "%q is none of %v", s.Kind, StyleKinds[1:])
		return
	}
	if kind, known := Palettes[s.Palette]; s.Palette != "" && !slices.Contains(palettesOf[s.Kind], kind) {
		if !known {
			l.problem(where, key+".palette", "%q is not known", s.Palette)
		} else {
			l.problem(where, key+".palette", "%s is %s; %s asks for one that is %v", s.Palette, kind, shownKind(s.Kind), palettesOf[s.Kind])
		}
	}
	l.checkStyleProperty(d, s, where, key+".property")
	if from := d.Tiles().From[s.Property]; from > first {
		l.problem(where, key+".property", "tiles have %s from zoom %d on only, and the map begins at %d", s.Property, from, first)
	}
	l.checkBreaks(s, where, key+".breaks")
	l.checkCategories(d.Schema.Column(s.Property), s, where, key+".categories")
	l.checkAxes(d.Schema.Column(s.Property), s, where, key+".axes")
	if s.Label != "" && s.Label != NoLabel {
		l.checkInTiles(d, s.Label, where, key+".label")
	}
}

// palettesOf are the kinds of palettes of each kind of style.
var palettesOf = map[string][]string{StylePlain: {Single}, StyleClasses: {Sequential, Diverging}, StyleCategories: {Categorical}, StyleCircles: {Single}, StyleBivariate: {Crossed}}

func shownKind(kind string) string {
	if kind == StylePlain {
		return "one colour"
	}
	return kind
}

func (l *loader) checkInTiles(d *Dataset, name, where, key string) {
	switch {
	case d.Schema.Index(name) < 0:
		l.problem(where, key, "the schema has no field %q", name)
	case !slices.Contains(d.Tiles().Properties, name):
		l.problem(where, key, "%s is not in publication.tiles.properties", name)
	}
}

func (l *loader) checkStyleProperty(d *Dataset, s *Style, where, key string) {
	if s.Property == "" || s.Kind == StylePlain {
		if (s.Property == "") != (s.Kind == StylePlain) {
			l.problem(where, key, "goes with a kind, and a kind needs one")
		}
		return
	}
	l.checkInTiles(d, s.Property, where, key)
	c := d.Schema.Column(s.Property)
	if c == nil {
		return
	}
	fit := numeric(c)
	switch s.Kind {
	case StyleCategories:
		fit = c.Type == schema.String || c.Type == schema.List
	case StyleBivariate:
		fit = c.Type == schema.String
	}
	if !fit {
		l.problem(where, key, "%s is a %s, which %s cannot show", s.Property, c.Type, s.Kind)
	}
	if s.Kind == StyleBivariate && d.Publication.Geometry.Type == "Point" {
		l.problem(where, key, "a bivariate map is of polygons; points that are merged would have no colour")
	}
	if s.Kind != StyleCircles {
		return
	}
	switch {
	case d.Publication.Geometry.Type != "Point":
		l.problem(where, key, "circles are of points; classes show polygons")
	case !slices.Contains(d.Tiles().Sums, s.Property):
		l.problem(where, key, "%s is not in publication.tiles.sums, so that points that are merged would have no circle", s.Property)
	}
}

func (l *loader) checkBreaks(s *Style, where, key string) {
	least, most := 0, 0
	switch s.Kind {
	case StyleClasses:
		least, most = 3, mostClasses+1
	case StyleCircles:
		least, most = 1, mostClasses
	}
	if n := len(s.Breaks); n < least || n > most {
		l.problem(where, key, "%s has from %d to %d of them, not %d", shownKind(s.Kind), least, most, n)
	}
	for i, b := range s.Breaks {
		if i > 0 && b <= s.Breaks[i-1] || math.IsInf(b, 0) || s.Kind == StyleCircles && b <= 0 {
			l.problem(where, key, "must rise, and those of circles are above 0")
			return
		}
	}
}

func (l *loader) checkCategories(c *schema.Column, s *Style, where, key string) {
	if s.Kind != StyleCategories {
		if len(s.Categories) > 0 {
			l.problem(where, key, "go with the kind %s", StyleCategories)
		}
		return
	}
	if n := len(s.Categories); n == 0 || n > mostClasses {
		l.problem(where, key, "from 1 to %d can be told apart, not %d", mostClasses, n)
	}
	seen := map[string]bool{}
	for _, category := range s.Categories {
		if seen[category.Value] {
			l.problem(where, key, "%q stands twice", category.Value)
		}
		seen[category.Value] = true
		if enum := enumOf(c); enum != nil && !slices.Contains(enum, category.Value) {
			l.problem(where, key, "%q is no value of %s, which has %q", category.Value, s.Property, enum)
		}
	}
}

// checkAxes holds a bivariate map to two quantities of three named classes each, of which the column has all nine pairs.
func (l *loader) checkAxes(c *schema.Column, s *Style, where, key string) {
	if s.Kind != StyleBivariate {
		if len(s.Axes) > 0 {
			l.problem(where, key, "go with the kind %s", StyleBivariate)
		}
		return
	}
	if len(s.Axes) != 2 {
		l.problem(where, key, "are two, not %d", len(s.Axes))
	}
	for _, axis := range s.Axes {
		if axis.Title == "" || len(axis.Classes) != CrossedClasses || slices.Contains(axis.Classes, "") {
			l.problem(where, key, "each has a title, and %d classes that have names, from low to high", CrossedClasses)
		}
	}
	for i := range CrossedClasses * CrossedClasses {
		value := CrossedValue(i/CrossedClasses, i%CrossedClasses)
		if enum := enumOf(c); enum != nil && !slices.Contains(enum, value) {
			l.problem(where, key, "%q is no value of %s, which has %q", value, s.Property, enum)
		}
	}
}

func enumOf(c *schema.Column) []string {
	if c == nil {
		return nil
	}
	return c.Enum()
}
