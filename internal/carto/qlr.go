package carto

import "slices"

// QLR is a layer definition: the layers of a map, which QGIS adds to a project. Of a collection without geometry there is the table.
func QLR(m *Map) []byte {
	tiles, features := m.qgisLayers()
	group := treeGroup(m.Title)
	if m.Theme {
		group.with(tree(tiles, features)...)
	} else {
		group.with(nodes(features)...).with(nodes(tiles)...)
	}
	return el("qlr").with(treeGroup("").with(group), el("maplayers").with(elements(tiles, features)...)).document("<!DOCTYPE qgis-layer-definition>")
}

// mostFeatures is how many points QGIS reads one by one at its ease. It cuts circles at the edges of tiles, so that up to then
// points are shown as features, and beyond as tiles.
const mostFeatures = 20_000

// qgisLayers are those of the map, from the top down: QGIS lists the last drawn first. What is not shown is read when someone asks.
func (m *Map) qgisLayers() (tiles, features []qgisLayer) {
	for i := range slices.Backward(m.Layers) {
		b := newBrush(&m.Layers[i], i == 0)
		f := m.featureLayer(b)
		f.shown = true
		if b.Publication.Geometry != nil && !b.Untiled {
			t := m.tileLayer(b)
			f.shown = b.Points && b.Rows <= mostFeatures
			t.shown = !f.shown
			tiles = append(tiles, t)
		}
		features = append(features, f)
	}
	return tiles, features
}

// tree is the two groups, that of features over that of tiles, which hold mostly polygons.
func tree(tiles, features []qgisLayer) []*element {
	groups := []*element{treeGroup(texts.Say("qgis.features")).with(nodes(features)...)}
	if len(tiles) > 0 {
		groups = append(groups, treeGroup(texts.Say("qgis.tiles")).with(nodes(tiles)...))
	}
	return groups
}

func treeGroup(name string) *element {
	return el("layer-tree-group", "name", name, "checked", checked(true), "expanded", "1")
}

func nodes(layers []qgisLayer) (all []*element) {
	for i := range layers {
		all = append(all, layers[i].node())
	}
	return all
}

// elements are the layers themselves, which the tree names.
func elements(tiles, features []qgisLayer) (all []*element) {
	for _, q := range slices.Concat(tiles, features) {
		all = append(all, q.element)
	}
	return all
}

func (q *qgisLayer) node() *element {
	return el("layer-tree-layer", "id", q.id, "name", q.name, "providerKey", q.provider, "source", q.source, "checked", checked(q.shown), "expanded", "0")
}

func checked(shown bool) string {
	if shown {
		return "Qt::Checked"
	}
	return "Qt::Unchecked"
}
