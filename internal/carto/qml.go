package carto

// MediaQML is the type of a style file, MediaQLR of a layer definition, MediaQGS of a project and MediaQGZ of one in a zip, as QGIS
// tells its files to a desktop.
const (
	MediaQML = "application/x-qgis-layer-settings"
	MediaQLR = "application/x-qgis-layer-definition"
	MediaQGS = "application/x-qgis-project"
	MediaQGZ = "application/x-qgis-project-container"
)

const doctypeQGIS = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"

// QML is the style of a layer of features, whatever it is read from: classes, labels, and how fields are called.
func QML(l *Layer) []byte {
	return el("qgis", "version", qgisVersion, "styleCategories", "AllStyleCategories", "labelsEnabled", "1",
		"hasScaleBasedVisibilityFlag", "0", "minScale", "1e+08", "maxScale", "0").with(newBrush(l, true).look()...).document(doctypeQGIS)
}
