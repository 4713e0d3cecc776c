package dataset

import "slices"

// DefaultBudget is what a tile may weigh, compressed: what MapLibre draws without a stutter, and half of what tippecanoe
// (500 kB uncompressed unless told) and others hold to.
const DefaultBudget = 500_000

// Tiles is how vector tiles hold the dataset; nil when it has no geometry.
func (d *Dataset) Tiles() *Tiles {
	g := d.Publication.Geometry
	if g == nil {
		return nil
	}
	t := Tiles{MinZoom: 5, MaxZoom: 12, Properties: d.identity()}
	if g.Type == "Point" {
		t.MaxZoom = 14
	}
	if d.Publication.Tiles != nil {
		t = *d.Publication.Tiles
	}
	if t.Budget == 0 {
		t.Budget = DefaultBudget
	}
	if t.Prerender == nil {
		t.Prerender = &t.MaxZoom
	}
	return &t
}

// identity is the key, and what people call a row.
func (d *Dataset) identity() []string {
	names := slices.Clone(d.Publication.Key)
	if t := d.Publication.Title; t != "" && !slices.Contains(names, t) {
		names = append(names, t)
	}
	return names
}
