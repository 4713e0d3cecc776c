package serve

import (
	"slices"

	"maille/internal/carto"
)

// MapScript is what the map's script is told.
type MapScript struct {
	Style  string        `json:"style"`
	Places string        `json:"places,omitempty"` // items of the collection in which places are looked for; "" for none
	Bounds []float64     `json:"bounds"`           // west, south, east, north
	Layers []ScriptLayer `json:"layers"`

	Basemap *Basemap `json:"basemap,omitempty"`
}

// ScriptLayer is what the script is told of a collection.
type ScriptLayer struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Items  string   `json:"items"`
	Query  string   `json:"query,omitempty"`
	Schema string   `json:"schema"`
	Key    []string `json:"key"`
	Name   string   `json:"name"`            // the column that people call a feature by
	Sort   string   `json:"sort,omitempty"`  // the same, where features can be sorted by it
	Shown  []string `json:"shown"`           // columns that come first, in order
	Value  string   `json:"value,omitempty"` // the column that colours
	Unit   string   `json:"unit,omitempty"`  // of its numbers
	Points bool     `json:"points"`
	From   int      `json:"from"` // zoom from which it is drawn

	Words map[string]string `json:"words,omitempty"` // what the legend calls the categories of Value
}

func (l *MapLayer) script(of *carto.Layer, query string) ScriptLayer {
	d := of.Dataset
	script := ScriptLayer{ID: d.Name, Title: d.Title, Items: l.Href + "/items", Query: query, Schema: l.Href + "/schema?f=json",
		Key: d.Publication.Key, Name: d.Publication.Title, Shown: d.Tiles().Properties, Unit: l.Symbology.Unit, Points: l.Symbology.Points, From: of.MinZoom}
	if slices.Contains(d.Sortables(l.Rows), script.Name) {
		script.Sort = script.Name
	}
	if c := l.Symbology.Column; c != nil {
		script.Value = c.Name
	}
	for _, c := range l.Symbology.Classes {
		if c.Value != "" {
			if script.Words == nil {
				script.Words = map[string]string{}
			}
			script.Words[c.Value] = c.Label
		}
	}
	return script
}
