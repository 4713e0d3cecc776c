package carto

import (
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// swatch is a symbol, and which features it draws.
type swatch struct {
	label  string
	filter string // expression of QGIS; "" for all
	class  *Class // nil of one colour
	symbol *element
}

// swatches are the classes as QGIS draws them, each feature by one. In tiles a list is its items joined by |.
func (b *brush) swatches(tiles bool) (all []swatch) {
	add := func(c *Class, filter string) {
		all = append(all, swatch{c.Label, filter, c, b.symbol(c)})
	}
	switch b.Kind {
	case dataset.StyleClasses:
		for i := range b.Classes {
			add(&b.Classes[i], b.within(&b.Classes[i]))
		}
	case dataset.StyleCategories, dataset.StyleBivariate:
		for i := range b.Classes {
			add(&b.Classes[i], b.first(i, tiles))
		}
		if b.Other != nil {
			add(b.Other, b.none(tiles))
		}
	case dataset.StyleCircles:
		name := field(b.Column.Name)
		return []swatch{{b.Symbology.Title, name + " > 0", nil, b.circleSymbol(b.Colour, times(b.Scale, "sqrt("+name+")"))}}
	default:
		return []swatch{{b.Symbology.Title, "", nil, b.plainSymbol()}}
	}
	if b.Null != nil {
		add(b.Null, field(b.Column.Name)+" IS NULL")
	}
	return all
}

// samples are the circles that the legend shows: QGIS lists the symbols of rules, and these draw nothing.
func (b *brush) samples() (all []swatch) {
	if b.Kind == dataset.StyleCircles {
		for i := range b.Classes {
			c := &b.Classes[i]
			all = append(all, swatch{c.Label, "FALSE", c, b.circleSymbol(c.Colour, decimal(c.Radius))})
		}
	}
	return all
}

// symbol is that of a class.
func (b *brush) symbol(c *Class) *element {
	if b.Points {
		return b.dot(c, byZoom(5, farDot, 9, DotRadius, 14, nearDot))
	}
	layers := []*element{fill(c.Colour, 1, "solid")}
	if c.Hatch {
		layers = append(layers, fill(hatchColour, 1, "b_diagonal"))
	}
	return symbol("fill", append(layers, stroke(White, byZoom(6, 0, 9, 0.55), 6, 0.2, 9, 0.5, 12, 1.2))...)
}

func (b *brush) dot(c *Class, radius string) *element {
	if c.Hatch {
		return marker("circle", c.Colour, hatchColour, radius, 0.9)
	}
	return marker("circle", c.Colour, White, radius, 0.9)
}

// circleSymbol is a circle, on a point or in the middle of a polygon.
func (b *brush) circleSymbol(c Colour, radius string) *element {
	circle := marker("circle", c, White, radius, 0.9)
	if !b.Points {
		return centred(circle)
	}
	return circle
}

// plainSymbol is the one of all features: of polygons their outlines, and a tint at the bottom of a map. There is no lighter line
// under them as MapLibre has: QGIS draws feature by feature, and that of a neighbour would cover the line they share.
func (b *brush) plainSymbol() *element {
	if b.Points {
		return b.symbol(&Class{Colour: b.Colour})
	}
	w := weight(b.Dataset)
	layers := []*element{stroke(b.Colour, "", 4, 0.5*w, 8, w, 14, 2.2*w)}
	if b.bottom {
		layers = append([]*element{fill(b.Colour, 0.08, "solid")}, layers...)
	}
	return symbol("fill", layers...)
}

// within says that the number is of the class.
func (s *Symbology) within(c *Class) string {
	name := field(s.Column.Name)
	var parts []string
	if c.Lower != nil {
		parts = append(parts, name+" >= "+decimal(*c.Lower))
	}
	if c.Upper != nil {
		parts = append(parts, name+" < "+decimal(*c.Upper))
	}
	if len(parts) == 0 {
		return name + " IS NOT NULL"
	}
	return strings.Join(parts, " AND ")
}

// first says that a value is, or that a list has, the category, and of a list that it has none of those before.
func (s *Symbology) first(i int, tiles bool) string {
	text := s.isIn(i, tiles)
	if s.Column.Type == schema.List {
		for j := range i {
			text += " AND NOT " + s.isIn(j, tiles)
		}
	}
	return text
}

// none says that there is a value, and that it is of no category.
func (s *Symbology) none(tiles bool) string {
	text := field(s.Column.Name) + " IS NOT NULL"
	for i := range s.Classes {
		text += " AND NOT " + s.isIn(i, tiles)
	}
	return text
}

func (s *Symbology) isIn(i int, tiles bool) string {
	name, value := field(s.Column.Name), literal(s.Classes[i].Value)
	switch {
	case s.Column.Type != schema.List:
		return "(" + name + " = " + value + ")"
	case tiles:
		return "array_contains(string_to_array(" + name + ", '|'), " + value + ")"
	}
	return "array_contains(" + name + ", " + value + ")"
}

// renderer draws the features of a vector layer.
func (b *brush) renderer() *element {
	all := append(b.swatches(false), b.samples()...)
	list := el("symbols")
	for i, w := range all {
		list.with(w.symbol.named(strconv.Itoa(i)))
	}
	renderer := func(kind string) *element {
		return el("renderer-v2", "type", kind, "forceraster", "0", "symbollevels", "0", "enableorderby", "0", "referencescale", "-1")
	}
	if len(all) == 1 && all[0].filter == "" {
		return renderer("singleSymbol").with(list)
	}
	rules := el("rules", "key", "rules")
	for i, w := range all {
		rules.with(el("rule", "key", "rule"+strconv.Itoa(i), "symbol", strconv.Itoa(i), "filter", w.filter, "label", w.label))
	}
	return renderer("RuleRenderer").with(rules, list)
}
