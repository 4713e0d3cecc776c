package dump

import (
	_ "embed"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"maille/internal/schema"
)

//go:embed geopackage.sql
var gpkgTables string

//go:embed geopackage_triggers.sql
var gpkgTriggers string

// free is a name for a column of the file's own that no column of the schema has; SQLite knows no case.
func (g *gpkg) free(name string) string {
	for _, c := range g.Schema.Columns {
		if strings.EqualFold(c.Name, name) {
			return g.free(name + "_")
		}
	}
	return name
}

// geometryTypeName is the dataset's type of geometry as GeoPackage calls it (annex G).
func geometryTypeName(c *Content) string { return strings.ToUpper(c.Publication.Geometry.Type) }

var gpkgTypes = map[schema.Type]string{
	schema.String: "TEXT", schema.Integer: "INTEGER", schema.Number: "REAL", schema.Boolean: "BOOLEAN", schema.Date: "DATE", schema.List: "TEXT",
}

// describe makes the tables, and fills those that say what the file is.
func (g *gpkg) describe() error {
	if err := g.db.Exec(gpkgTables); err != nil {
		return err
	}
	if err := g.addSystem(systemOf(nil)); err != nil { // WGS 84 is in every GeoPackage (/req/core/spatial_ref_sys_data_values_default)
		return err
	}
	if g.geom != "" && g.system.code != systemOf(nil).code {
		if err := g.addSystem(g.system); err != nil {
			return err
		}
	}
	if err := g.db.Exec(g.createTable()); err != nil {
		return err
	}
	if err := g.addMetadata(); err != nil {
		return err
	}
	if err := g.addColumns(); err != nil {
		return err
	}
	return g.addStyle()
}

func (g *gpkg) addSystem(s system) error {
	return g.insert("gpkg_spatial_ref_sys", s.name, s.code, "EPSG", s.code, s.wkt, nil)
}

func (g *gpkg) createTable() string {
	definitions := []string{sqlite3.QuoteIdentifier(g.fid) + " INTEGER primary key not null"}
	if g.geom != "" {
		definitions = append(definitions, sqlite3.QuoteIdentifier(g.geom)+" "+g.geomType)
	}
	for _, i := range g.columns {
		c := &g.Schema.Columns[i]
		definitions = append(definitions, sqlite3.QuoteIdentifier(c.Name)+" "+gpkgTypes[c.Type])
	}
	return "create table " + sqlite3.QuoteIdentifier(g.table) + " (\n\t" + strings.Join(definitions, ",\n\t") + "\n)"
}

// metadataStandard is what metadata says its JSON is.
const metadataStandard = "https://datapackage.org/standard/data-resource/"

func (g *gpkg) addMetadata() error {
	if err := g.insert("gpkg_metadata", 1, "dataset", metadataStandard, "application/json", string(g.metadata())); err != nil {
		return err
	}
	return g.insert("gpkg_metadata_reference", "table", g.table, nil, nil, g.published(), 1, nil)
}

// addColumns gives columns their titles, their descriptions and the values they may have. What GDAL and QGIS show as a
// column's alias is its "name", of which a table has each once.
func (g *gpkg) addColumns() error {
	taken := map[string]bool{}
	for _, i := range g.columns {
		c := &g.Schema.Columns[i]
		var constraint any
		if len(c.Constraints.Enum) > 0 {
			constraint = strings.ToLower(g.table + "_" + c.Name)
		}
		if err := g.insert("gpkg_data_columns", g.table, c.Name, alias(c, taken), some(c.Title), some(c.Description), nil, constraint); err != nil {
			return err
		}
		for _, value := range c.Constraints.Enum {
			if err := g.insert("gpkg_data_column_constraints", constraint, "enum", value, nil, nil, nil, nil, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// alias is the title of a column, or null when another has it.
func alias(c *schema.Column, taken map[string]bool) any {
	if c.Title == "" || taken[c.Title] {
		return nil
	}
	taken[c.Title] = true
	return c.Title
}

// some is a text, or null for the empty one.
func some(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// published dates what is in the file, which may not be left out: the same content has the same bytes whenever it is written.
func (g *gpkg) published() string { return g.About.day().Format("2006-01-02T15:04:05.000Z") }

// summarise says what the rows turned out to be.
func (g *gpkg) summarise() error {
	kind, srs, extent := "attributes", any(nil), [4]any{}
	if g.geom != "" {
		kind, srs = "features", g.system.code
	}
	if !g.tree.extent.empty() {
		for i, f := range g.tree.extent {
			extent[i] = f
		}
	}
	if err := g.insert("gpkg_contents", g.table, kind, g.identifier(), g.Description, g.published(), extent[0], extent[1], extent[2], extent[3], srs); err != nil {
		return err
	}
	if g.geom == "" {
		return nil
	}
	return g.insert("gpkg_geometry_columns", g.table, g.geom, g.geomType, g.system.code, 0, 0)
}

// identifier is what people call the table.
func (g *gpkg) identifier() string {
	if g.Title == "" {
		return g.table
	}
	return g.Title
}

// insert adds one row to one of the small tables.
func (g *gpkg) insert(table string, values ...any) error {
	s, _, err := g.db.Prepare("insert into " + table + " values (?" + strings.Repeat(", ?", len(values)-1) + ")")
	if err != nil {
		return err
	}
	defer s.Close()
	for i, v := range values {
		if err := bindAny(s, i+1, v); err != nil {
			return err
		}
	}
	return s.Exec()
}

func bindAny(s *sqlite3.Stmt, i int, v any) error {
	switch v := v.(type) {
	case string:
		return s.BindText(i, v)
	case int:
		return s.BindInt(i, v)
	case float64:
		return s.BindFloat(i, v)
	}
	return s.BindNull(i)
}
