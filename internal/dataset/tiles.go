package dataset

import "slices"

// DefaultBudget is what a tile may weigh, compressed: what MapLibre draws without a stutter, and half of what tippecanoe
// (500 kB uncompressed unless told) and others hold to.
const DefaultBudget = 500_000

// DeepestPolygons is the last zoom at which polygons have tiles: beyond, their grid has no room in 32 bits.
const DeepestPolygons = 18

// What tiles have besides the columns: the property of a point that says how many features it stands for, that of a point
// that stands for a polygon too small to draw, and what follows the name of a dataset of polygons in that of the layer of its
// labels. No column has such a name: those begin with a letter.
const (
	CountProperty   = "_nombre"
	ReducedProperty = "_reduit"
	LabelsSuffix    = "-etiquettes"
)

// LabelsLayer is the name of the layer of tiles that has the labels of polygons, and its columns: the key, and what is
// written. A dataset without such labels has none.
func (d *Dataset) LabelsLayer() (name string, columns []string) {
	written := d.LabelColumn()
	if g := d.Publication.Geometry; written == "" || g == nil || g.Type == "Point" {
		return "", nil
	}
	columns = slices.Clone(d.Publication.Key)
	if !slices.Contains(columns, written) {
		columns = append(columns, written)
	}
	return d.Name + LabelsSuffix, columns
}

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
