package carto

import (
	"strconv"

	"maille/internal/dataset"
)

// Types of geometry (Qgis::GeometryType).
const (
	pointGeometry   = "0"
	polygonGeometry = "2"
)

// tileStyle draws features of one layer of tiles, from a zoom of tiles of 256 pixels on; -1 is any.
type tileStyle struct {
	swatch
	layer    string
	geometry string
	from     int
}

// Expressions on what tiles add to features.
const (
	severalTogether = `"` + dataset.CountProperty + `" > 1`
	aloneHere       = `coalesce("` + dataset.CountProperty + `", 1) = 1`
	tooSmall        = `"` + dataset.ReducedProperty + `" IS NOT NULL` // QGIS draws points in the middle of polygons too, where a style of points has them
)

// tileStyles are those of a layer's tiles, the lowest first: QGIS draws each in turn, tile by tile.
func (b *brush) tileStyles() (all []tileStyle) {
	add := func(w swatch, geometry string) {
		all = append(all, tileStyle{w, b.Name, geometry, -1})
	}
	for _, w := range b.swatches(true) {
		if b.Merged != nil {
			w.filter = both(w.filter, aloneHere)
		}
		if b.Points {
			add(w, pointGeometry)
			continue
		}
		add(w, polygonGeometry)
		if b.Kind != dataset.StyleCircles {
			w.filter, w.symbol = both(w.filter, tooSmall), b.reducedSymbol(w.class)
			add(w, pointGeometry)
		}
	}
	if b.Merged != nil {
		add(swatch{b.Merged.Label, severalTogether, b.Merged, b.dot(b.Merged, mergedSize)}, pointGeometry)
	}
	return all
}

func both(a, b string) string {
	if a == "" {
		return b
	}
	return "(" + a + ") AND " + b
}

// mergedSize is that of a point that stands for several, which grows with the logarithm of their number.
var mergedSize = byZoom(5, farMerged.least, 9, midMerged.least, 14, nearMerged.least) + " + " + byZoom(5, farMerged.by, 9, midMerged.by, 14, nearMerged.by) + ` * log10("` + dataset.CountProperty + `")`

// reducedSymbol is a polygon that tiles hold as a point, too small to be drawn.
func (b *brush) reducedSymbol(c *Class) *element {
	colour := b.Colour
	if c != nil {
		colour = c.Colour
	}
	return marker("circle", colour, colour, byZoom(5, 0.8, 9, 1.6), 1)
}

// tileRenderer draws tiles.
func (b *brush) tileRenderer() *element {
	list := el("styles")
	for i, t := range b.tileStyles() {
		list.with(t.element(i, el("symbols").with(t.symbol.named("0"))))
	}
	return el("renderer", "type", "basic").with(list)
}

func (t *tileStyle) element(number int, what *element) *element {
	return el("style", "name", strconv.Itoa(number+1)+". "+t.label, "layer", t.layer, "geometry", t.geometry, "enabled", "1", "expression", t.filter,
		"min-zoom", strconv.Itoa(t.from), "max-zoom", "-1").with(what)
}

// tileLabeling writes on tiles; nil where nothing is written. Polygons have a layer of label points, each in one tile.
func (b *brush) tileLabeling() *element {
	list := el("styles")
	add := func(t tileStyle, settings *element) { list.with(t.element(len(list.children), settings)) }
	if b.Merged != nil {
		add(tileStyle{swatch{label: b.Merged.Label, filter: severalTogether}, b.Name, pointGeometry, b.tileZoom(countsFrom)}, b.countLabels())
	}
	switch {
	case b.Label == nil:
	case b.Points:
		add(tileStyle{swatch{label: b.Label.Title, filter: aloneHere}, b.Name, pointGeometry, b.tileZoom(pointNames)}, b.nameLabels(aroundPoint).settings())
	case b.labelled():
		add(tileStyle{swatch{label: b.Label.Title}, b.Name + dataset.LabelsSuffix, pointGeometry, -1}, b.nameLabels(overPoint).settings())
	}
	if len(list.children) == 0 {
		return nil
	}
	return el("labeling", "type", "basic").with(list)
}

// tileZoom is the zoom of tiles of 256 pixels at a zoom of MapLibre, whose have 512; none is beyond the last.
func (b *brush) tileZoom(zoom int) int { return min(max(zoom, b.MinZoom)+1, b.MaxZoom) }
