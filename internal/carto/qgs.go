package carto

import (
	"archive/zip"
	"bytes"
	"fmt"

	"maille/internal/geo"
)

// QGS is a project: the map's tiles, its features on demand, where it is, and who it is owed to.
func QGS(m *Map) []byte {
	tiles, features := m.qgisLayers()
	extent := m.extent()
	crs := projection(extent)
	return el("qgis", "version", qgisVersion, "projectname", m.fullTitle()).with(
		say("title", m.fullTitle()),
		el("projectCrs").with(spatialReference(crs.Code)),
		el("layer-tree-group").with(tree(tiles, features)...),
		el("projectlayers").with(elements(tiles, features)...),
		m.projectProperties(),
		m.projectMetadata(),
		viewSettings(within(extent, crs)),
	).document(doctypeQGIS)
}

// QGZ is the same in a zip. It holds no time: the same map has the same bytes.
func QGZ(m *Map) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: m.Name + ".qgs", Method: zip.Deflate})
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(QGS(m)); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// fullTitle says which release the map is of.
func (m *Map) fullTitle() string {
	return texts.Say("qgis.title", "title", m.Title, "release", m.Release)
}

// page is the address at which people read of the map.
func (m *Map) page() string {
	if !m.Theme && len(m.Layers) == 1 && m.Layers[0].Publication.Geometry == nil {
		return m.Base + "/collections/" + m.Name + "?f=html"
	}
	return m.Base + "/cartes/" + m.Name
}

// projectProperties are settings that QGIS finds by their path. Without the first it does not read the project's system.
func (m *Map) projectProperties() *element {
	number := func(name string, n int) *element { return say(name, fmt.Sprint(n), "type", "int") }
	word := func(name, text string) *element { return say(name, text, "type", "QString") }
	return el("properties").with(
		el("SpatialRefSys").with(number("ProjectionsEnabled", 1)),
		el("Paths").with(say("Absolute", "true", "type", "bool")),
		el("Gui").with(number("CanvasColorRedPart", int(Ground.R)), number("CanvasColorGreenPart", int(Ground.G)), number("CanvasColorBluePart", int(Ground.B))),
		el("Measurement").with(word("DistanceUnits", "meters"), word("AreaUnits", "ha")),
		el("CopyrightLabel").with(say("Enabled", "true", "type", "bool"), word("Label", publishers(m.Attribution))),
	)
}

// viewSettings are where the project opens, and what "zoom to all" goes to: that of tiles would be the world.
func viewSettings(box *geo.BBox) *element {
	if box == nil {
		return nil
	}
	corners := []string{"xmin", decimal(box.West), "ymin", decimal(box.South), "xmax", decimal(box.East), "ymax", decimal(box.North)}
	return el("ProjectViewSettings", "UseProjectScales", "0", "rotation", "0").with(
		el("DefaultViewExtent", corners...).with(spatialReference(geo.SRID)),
		el("PresetFullExtent", corners...).with(spatialReference(geo.SRID)))
}
