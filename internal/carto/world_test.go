package carto

import (
	"fmt"
	"testing"

	"maille/internal/dataset"
)

// UnmarshalText reads #rrggbb.
func (c *Colour) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "#%02x%02x%02x", &c.R, &c.G, &c.B)
	return err
}

func layerOf(d *dataset.Dataset, style dataset.Style, from int) Layer {
	tiles := d.Tiles()
	return Layer{Dataset: d, Style: style, MinZoom: max(from, tiles.MinZoom), MaxZoom: tiles.MaxZoom, Extent: &essonne, Version: d.Name + "@0123456789ab"}
}

// mapsOf are the maps of every collection that has a geometry, and of every theme.
func mapsOf(t *testing.T) (all []*Map) {
	t.Helper()
	r := registry(t)
	begin := func(name, title string) *Map {
		m := &Map{Name: name, Title: title, Description: "Une carte", Base: "http://h/r/2026-11-22.1", Root: "http://h", Release: "2026-11-22.1"}
		all = append(all, m)
		return m
	}
	for _, d := range r.All() {
		if d.Publication.Geometry != nil {
			m := begin(d.Name, d.Title)
			m.Layers = []Layer{layerOf(d, d.Style(), 0)}
		}
	}
	for _, theme := range r.Themes() {
		m := begin(theme.Name, theme.Title)
		m.Theme = true
		for _, l := range theme.Layers {
			d := r.Get(l.Dataset)
			style := d.Style()
			if l.Style != nil {
				style = d.Styled(*l.Style)
			}
			m.Layers = append(m.Layers, layerOf(d, style, l.MinZoom))
		}
	}
	return all
}

func mapNamed(t *testing.T, name string) *Map {
	t.Helper()
	for _, m := range mapsOf(t) {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("no map is named %s", name)
	return nil
}
