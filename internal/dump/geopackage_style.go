package dump

import "maille/internal/carto"

// stylesTable is where QGIS looks for styles in a GeoPackage. It is registered as a table of attributes, as QGIS does itself;
// that a style has no schema is an empty text there, since null is not found.
const stylesTable = `create table layer_styles (
	id                INTEGER primary key autoincrement not null,
	f_table_catalog   TEXT(256),
	f_table_schema    TEXT(256),
	f_table_name      TEXT(256),
	f_geometry_column TEXT(256),
	styleName         TEXT(30),
	styleQML          TEXT,
	styleSLD          TEXT,
	useAsDefault      BOOLEAN,
	description       TEXT,
	owner             TEXT(30),
	ui                TEXT(30),
	update_time       DATETIME
)`

// addStyle keeps how QGIS draws the table as it opens it: as the map of the dataset does. A choice of columns has no style, which
// would name others.
func (g *gpkg) addStyle() error {
	if g.geom == "" || g.Columns != nil {
		return nil
	}
	if err := g.db.Exec(stylesTable); err != nil {
		return err
	}
	tiles := g.Tiles()
	qml := carto.QML(&carto.Layer{Dataset: g.Dataset, Style: g.Style(), MinZoom: tiles.MinZoom, MaxZoom: tiles.MaxZoom})
	if err := g.insert("layer_styles", 1, "", "", g.table, g.geom, g.identifier(), string(qml), nil, 1, g.Description, "", nil, g.published()); err != nil {
		return err
	}
	return g.insert("gpkg_contents", "layer_styles", "attributes", "layer_styles", "", g.published(), nil, nil, nil, nil, nil)
}
