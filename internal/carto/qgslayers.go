package carto

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"maille/internal/geo"
)

// qgisVersion is the oldest that these files are for: QGIS warns of a file that is newer than itself.
const qgisVersion = "3.22.0"

// qgisLayer is a layer in a project, or in a layer definition.
type qgisLayer struct {
	id, name, provider, source string
	shown                      bool
	element                    *element // maplayer
}

// featureLayer reads a collection by OGC API Features, where a view is.
func (m *Map) featureLayer(b *brush) qgisLayer {
	l := b.Layer
	q := qgisLayer{id: "objets_" + l.Name, name: l.Title, provider: "OAPIF", source: m.featureSource(l)}
	geometry, kind := "No geometry", "NoGeometry"
	if g := l.Publication.Geometry; g != nil {
		geometry, kind = "Polygon", g.Type
		if g.Type == "Point" {
			geometry = "Point"
		}
	}
	q.element = el("maplayer", "type", "vector", "geometry", geometry, "wkbType", kind, "styleCategories", "AllStyleCategories",
		"labelsEnabled", "1", "readOnly", "0").with(q.head(geographic(l.Extent))...)
	system := 0
	if l.Publication.Geometry != nil {
		system = geo.SRID
		q.element.attrs = append(q.element.attrs, l.seenFrom()...)
	}
	q.element.with(srs(system), m.layerMetadata(l), say("provider", q.provider, "encoding", "")).with(b.look()...)
	return q
}

// featureSource is the source of a layer as QGIS writes it. Coordinates are asked in CRS84, which needs no transformation.
func (m *Map) featureSource(l *Layer) string {
	quote := func(text string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
	}
	return "pagingEnabled='true' pageSize='1000' preferCoordinatesForWfsT11='false' restrictToRequestBBOX='1' srsname='OGC:CRS84' typename=" +
		quote(l.Name) + " url=" + quote(m.Base) + " version='auto'"
}

// tileLayer reads the vector tiles of a collection.
func (m *Map) tileLayer(b *brush) qgisLayer {
	l := b.Layer
	q := qgisLayer{id: "tuiles_" + l.Name, name: l.Title, provider: "vectortile", source: m.tileSource(l)}
	q.element = el("maplayer", "type", "vector-tile", "styleCategories", "AllStyleCategories",
		"labelsEnabled", "1").with(q.head(nil)...).
		with(srs(3857), m.layerMetadata(l), say("provider", q.provider), b.tileRenderer(), b.tileLabeling(),
			say("blendMode", "0"), say("layerOpacity", "1"))
	q.element.attrs = append(q.element.attrs, l.seenFrom()...)
	return q
}

// tileSource is the source of a layer as QGIS writes it: the parameters of a query.
func (m *Map) tileSource(l *Layer) string {
	address := strings.NewReplacer("%3A", ":", "%2F", "/", "+", "%20").Replace(url.QueryEscape(m.Base + "/tiles/" + l.Name + "/{z}/{x}/{y}.mvt"))
	return "type=xyz&url=" + address + "&zmax=" + strconv.Itoa(l.MaxZoom) + "&zmin=" + strconv.Itoa(l.MinZoom)
}

// seenFrom are the attributes by which a layer is drawn from the scale on at which a tile of its first zoom is 256 pixels wide.
// Farther out QGIS would go on asking tiles of that zoom, ever more of them.
func (l *Layer) seenFrom() []string {
	return []string{"hasScaleBasedVisibilityFlag", "1", "minScale", decimal(math.Round(equatorScale / math.Exp2(float64(l.MinZoom)))), "maxScale", "0"}
}

// head is what all layers begin with. An extent is in degrees.
func (q *qgisLayer) head(extent *element) []*element {
	return []*element{extent, say("id", q.id), say("datasource", q.source), say("layername", q.name)}
}

// geographic is an extent in degrees.
func geographic(box *geo.BBox) *element {
	if box == nil {
		return nil
	}
	return el("extent").with(say("xmin", decimal(box.West)), say("ymin", decimal(box.South)), say("xmax", decimal(box.East)), say("ymax", decimal(box.North)))
}

// look is how the features of a vector layer are shown.
func (b *brush) look() (all []*element) {
	if b.Publication.Geometry != nil {
		all = []*element{b.renderer(), b.labeling(), say("blendMode", "0"), say("featureBlendMode", "0"), say("layerOpacity", "1")}
	}
	return append(all, b.fields()...)
}

// newBrush draws a layer; bottom where nothing but the ground lies under it.
func newBrush(l *Layer, bottom bool) *brush {
	b := &brush{Layer: l, Symbology: &Symbology{}, bottom: bottom}
	if l.Publication.Geometry != nil {
		b.Symbology = l.Symbology()
	}
	return b
}
