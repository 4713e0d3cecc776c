// Package carto knows how data looks: classes, colours, MapLibre styles, legends, and the files that QGIS opens.
package carto

import (
	"maille/internal/dataset"
	"maille/internal/geo"
)

// Layer is a dataset on a map.
type Layer struct {
	*dataset.Dataset
	Style   dataset.Style // as the map shows it
	MinZoom int           // of its tiles on this map
	MaxZoom int           // of its tiles
	Extent  *geo.BBox     // nil where there is nothing to see
	Version string        // communes@3f9a1c0b7d2e
	Rows    int64
	Untiled bool // the release has no tiles of it
}

// Map is what a style, a legend or a project is made of: one layer for a dataset, or those of a theme from the bottom up.
type Map struct {
	Name, Title, Description string
	Base                     string // absolute address of the release that is shown, without a slash at its end
	Root                     string // absolute address of the service: of glyphs and sprites, which are of no release
	Release                  string
	Query                    string // conditions on the features of the one layer, as its tiles take them: filter=…; "" for all
	Theme                    bool   // the map is a theme's
	Layers                   []Layer
	Attribution              []dataset.Source
}
