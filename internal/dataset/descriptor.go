package dataset

import (
	"encoding/json"

	"maille/internal/schema"
)

// Descriptor is datasets/<name>.json: a Frictionless Data Resource (v2) at the top, and one object of ours, Publication.
type Descriptor struct {
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Keywords    []string    `json:"keywords,omitempty"`
	Resources   []Resource  `json:"resources,omitempty"`
	Derived     *Derived    `json:"derived,omitempty"`
	Computed    *Computed   `json:"computed,omitempty"`
	Schema      string      `json:"schema"` // a file of schemas/
	Licenses    []License   `json:"licenses"`
	Sources     []Source    `json:"sources"`
	Publication Publication `json:"publication"`
}

// License is a licence by its identifier (SPDX, or data.gouv.fr's) and address.
type License struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	Path  string `json:"path,omitempty"`
}

// Source credits a publisher.
type Source struct {
	Title string `json:"title"`
	Path  string `json:"path,omitempty"`
}

// Derived is a dataset that SQL makes of others: datasets/<name>.sql.
type Derived struct {
	From []string `json:"from"`
}

// Computed is a dataset that a method of package indicator makes of others. All that its rows depend on, besides them, is here, and so
// in the fingerprint: the same inputs and the same words give the same version.
type Computed struct {
	From       []string        `json:"from"`
	By         string          `json:"by"`                   // the method: one of package indicator's
	Method     string          `json:"method"`               // its version (semver), which goes up when it gives other numbers
	Seed       uint64          `json:"seed,omitempty"`       // of what is drawn by chance
	Parameters json.RawMessage `json:"parameters,omitempty"` // what the method reads of it is in its own words
}

// Resource is one file of a publisher and how its rows become those of the schema.
type Resource struct {
	Path     string             `json:"path"` // an address, or a path relative to the descriptor
	Title    string             `json:"title,omitempty"`
	Format   string             `json:"format"`             // one of Formats; gzip, zip and tar around it are recognised by their bytes
	Member   string             `json:"member,omitempty"`   // which files of an archive: a glob on their path, where ** stands for any folders
	Encoding string             `json:"encoding,omitempty"` // of text: utf-8 unless said, iso-8859-1, windows-1252, or detect (windows-1252 where it is not UTF-8)
	CRS      string             `json:"crs,omitempty"`      // of geometries, where the file does not say: one that geo reads; EPSG:4326 unless said
	Dialect  Dialect            `json:"dialect,omitzero"`
	Rows     string             `json:"rows,omitempty"`    // JSON Pointer (RFC 6901) to the array of rows in a JSON file
	Where    []Condition        `json:"where,omitempty"`   // rows that do not meet all of them are passed over
	Unpivot  []Unpivot          `json:"unpivot,omitempty"` // one row each instead of one row
	Map      map[string]Mapping `json:"map,omitempty"`     // by schema column; the others are read under their own name
	Vintage  string             `json:"vintage,omitempty"` // the state of the world the file describes: 2026, 2026T2, 2024-08-01; a quarter that its address or its name says comes first
	Licenses []License          `json:"licenses,omitempty"`
}

// Formats that source reads.
const (
	CSV        = "csv"
	JSON       = "json"       // an array of objects
	JSONLines  = "jsonl"      // an object a line
	GeoJSON    = "geojson"    // RFC 7946 FeatureCollection
	GeoJSONSeq = "geojsonseq" // RFC 8142, or a Feature a line
	Shapefile  = "shapefile"  // .shp .dbf .prj .cpg in a zip
	GeoPackage = "gpkg"       // OGC 12-128r18
	XLSX       = "xlsx"
	ODS        = "ods"
	Parquet    = "parquet"
)

// Formats lists them.
var Formats = []string{CSV, JSON, JSONLines, GeoJSON, GeoJSONSeq, Shapefile, GeoPackage, XLSX, ODS, Parquet}

// Dialect is how a table is written (Data Package v2, Table Dialect).
type Dialect struct {
	Delimiter    string `json:"delimiter,omitempty"`    // of CSV: "," unless said
	QuoteChar    string `json:"quoteChar,omitempty"`    // only "\"" is read
	HeaderRows   []int  `json:"headerRows,omitempty"`   // the line of the header, from 1; what is above it is passed over. [1] unless said
	NullSequence string `json:"nullSequence,omitempty"` // a cell that is this, spaces of any width around it, is empty
	SheetName    string `json:"sheetName,omitempty"`    // of a workbook; the first unless said
	Table        string `json:"table,omitempty"`        // layer or table of a GeoPackage; the only one unless said
}

// Header is the line of the header, from 1.
func (d *Dialect) Header() int {
	if len(d.HeaderRows) == 0 {
		return 1
	}
	return d.HeaderRows[0]
}

// Unpivot makes a row of one column of a wide file, or of each column whose name matches. The map reads the cell as the
// column "_value", the column's name as "_column", and Set as columns; a cell that is empty, or a column that is absent,
// makes no row.
type Unpivot struct {
	Column string            `json:"column,omitempty"`
	Match  string            `json:"match,omitempty"` // regular expression (RE2) on the whole of a column's name
	Set    map[string]string `json:"set,omitempty"`
}

// Condition holds for a source row.
type Condition struct {
	Column string   `json:"column"`
	Is     string   `json:"is,omitempty"`    // empty or present
	In     []string `json:"in,omitempty"`    // one of these texts
	Match  string   `json:"match,omitempty"` // regular expression (RE2) on the whole cell
	Above  string   `json:"above,omitempty"` // a number greater than that of this other column
}

// Mapping makes one cell out of a source row. Exactly one of Column, Const, Template and Case is set; in a
// descriptor a bare string is a Column.
type Mapping struct {
	Column   string            `json:"column,omitempty"`
	Pointer  string            `json:"pointer,omitempty"` // JSON Pointer into the column's JSON text; in an array * is all items, name=value and name!=value the first that is so; a step * is every item of an array
	Const    *string           `json:"const,omitempty"`
	Template string            `json:"template,omitempty"` // text with {column}
	Case     []Case            `json:"case,omitempty"`     // the first whose condition holds
	Optional bool              `json:"optional,omitempty"` // a file without the columns is read all the same
	As       string            `json:"as,omitempty"`       // one of Repairs
	Split    string            `json:"split,omitempty"`    // what goes between the items of a list in the file; spaces around them are cut
	Before   string            `json:"before,omitempty"`   // of the cell or of each item, only what stands before this is read
	Terms    map[string]string `json:"terms,omitempty"`    // the publisher's words to the schema's; others pass. One to "" is left out and said
	Without  []string          `json:"without,omitempty"`  // words, of the schema's by now, that are left out without a word: they say nothing, or go elsewhere
}

// Repairs are how the text of a cell may be read, before its items are told apart.
var Repairs = []string{
	"quarter",       // a date, "2026 T2" or "T2 2026", as 2026T2
	"year",          // the year of a date or a quarter, as 2026
	"decimal-comma", // 1 234,5 as 1234.5
	"telephone",     // 04 50 56 87 49 as +33450568749, overseas too; what is no number is left out and said
	"postcode",      // 1000 as 01000, which is said; without CEDEX
	"no-cedex",      // Annecy Cedex 03 as Annecy, on one line
	"one-line",      // without line breaks and double spaces
	"opening-hours", // Mo 09:00 - 12:00 / 14:00 - 17:00; Tu … as OpenStreetMap writes them; what is not exactly so is left out and said
	"url",           // www.massy.fr as http://www.massy.fr; of several the first; what is no address is left out and said
	"cut",           // at the column's maxLength, which is said
	"first-code",    // the first of commune codes that are written without anything between them: 7737393051 as 77373

	// Of a cell of Insee's grids, by its code: CRS3035RES200mN2029800E4252400 names the system, the side and the south-west corner.
	// What is no such code, or of a system that is not read, is left out and said.
	"cell-longitude", // of its centre, in degrees
	"cell-latitude",
	"cell-side", // in metres
}

// Case is one branch of a Mapping; without When it always holds.
type Case struct {
	When *Condition `json:"when,omitempty"`
	Then string     `json:"then"`
}

// UnmarshalJSON reads a bare string as a column's name.
func (m *Mapping) UnmarshalJSON(data []byte) error {
	var column string
	if json.Unmarshal(data, &column) == nil {
		*m = Mapping{Column: column}
		return nil
	}
	type plain Mapping
	return schema.Strict(data, (*plain)(m))
}

// Publication is how Maille keeps and serves the dataset.
type Publication struct {
	Key       []string  `json:"key"`
	Title     string    `json:"title,omitempty"` // the column a person reads first
	Geometry  *Geometry `json:"geometry,omitempty"`
	Commune   string    `json:"commune,omitempty"`   // the column that holds a commune's code
	Updated   string    `json:"updated,omitempty"`   // the column that dates the row
	Time      string    `json:"time,omitempty"`      // the column for datetime
	COG       string    `json:"cog,omitempty"`       // vintage of the commune codes
	Reference string    `json:"reference,omitempty"` // one of References: what rules of other datasets check against
	Rules     []Rule    `json:"rules,omitempty"`
	Tolerance *float64  `json:"tolerance,omitempty"` // share of rows in error beyond which the version is refused; 0.05 unless said
	Fall      *float64  `json:"fall,omitempty"`      // share by which rows may fall from one release to the next; 0.2 unless said, 1 for any
	Churn     *float64  `json:"churn,omitempty"`     // share of a release's keys that may be gone from the next; 0.5 unless said, 1 for any
	Complete  string    `json:"complete,omitempty"`  // a dataset of communes, each of which must have a row in a release
	// Contacts names columns of addresses, "email" or "telephone": those that seem to be a person's are taken out of the
	// cell, item by item in a list, and counted as issues of the rule PersonalContact.
	Contacts  map[string]string `json:"contacts,omitempty"`
	Index     []string          `json:"index,omitempty"`
	Tiles     *Tiles            `json:"tiles,omitempty"`
	Style     *Style            `json:"style,omitempty"`
	Frequency string            `json:"frequency,omitempty"` // EU authority code: DAILY, QUARTERLY, ANNUAL…
	Theme     string            `json:"theme,omitempty"`     // EU data-theme code: GOVE, TECH, REGI…
	Sunset    *Sunset           `json:"sunset,omitempty"`    // of a dataset that will go
	HVD       string            `json:"hvd,omitempty"`       // one of HVDCategories, of a high-value dataset (Regulation (EU) 2023/138, annex)
}

// HVDCategories are those of high-value datasets (Regulation (EU) 2023/138).
var HVDCategories = []string{"geospatial", "environment", "meteorological", "statistics", "company-ownership", "mobility"}

// Geometry is the one geometry of each feature; CRS84 at rest and on the wire.
type Geometry struct {
	Type      string  `json:"type"`                // Point, MultiPolygon
	Longitude string  `json:"longitude,omitempty"` // columns of a table of points
	Latitude  string  `json:"latitude,omitempty"`
	CRS       string  `json:"crs,omitempty"`  // EPSG:4326 (the only one read today)
	Grid      float64 `json:"grid,omitempty"` // degrees; coordinates are rounded to it; 1e-7 (1 cm) unless said
	// Generalise lists tolerances, in degrees and rising: for each, the polygons are kept a second time with fewer vertices,
	// none of those left out being further than that from the border it was on. Borders that are shared stay shared.
	Generalise []float64 `json:"generalise,omitempty"`
}

// Tiles is how vector tiles hold the dataset. One with a geometry and without this has those that the method Tiles gives.
type Tiles struct {
	MinZoom    int            `json:"minzoom"`
	MaxZoom    int            `json:"maxzoom"`              // beyond, clients stretch these
	Prerender  *int           `json:"prerender,omitempty"`  // of points: last zoom of the archive, tiles beyond are made when they are asked; maxzoom unless said
	Properties []string       `json:"properties,omitempty"` // columns that features carry
	From       map[string]int `json:"from,omitempty"`       // by property, the first zoom that has it; minzoom unless said
	Sums       []string       `json:"sums,omitempty"`       // of points: properties whose sum a merged point carries; it has no other
	Budget     int            `json:"budget,omitempty"`     // bytes, compressed, that no tile exceeds; 500 000 unless said
}

// Style is how maps show the dataset.
type Style struct {
	Property   string     `json:"property,omitempty"`   // the column that colours or sizes; "" for one colour
	Kind       string     `json:"kind,omitempty"`       // one of StyleKinds
	Title      string     `json:"title,omitempty"`      // of the legend; that of the column unless said
	Unit       string     `json:"unit,omitempty"`       // of the numbers in the legend
	Breaks     []float64  `json:"breaks,omitempty"`     // of classes: their edges, rising, one more than classes; what is beyond has the colour of the end. Of circles: values that the legend shows
	Categories []Category `json:"categories,omitempty"` // of a text or a list (whose first category that it has counts), in the legend's order
	Axes       []Axis     `json:"axes,omitempty"`       // of a bivariate map: the two quantities that its text crosses, the first one first
	Palette    string     `json:"palette,omitempty"`    // one of package carto's
	Label      string     `json:"label,omitempty"`      // the column that is written; publication.title unless said, "-" for none
}

// Category is one value and how it is called.
type Category struct {
	Value string `json:"value"`
	Title string `json:"title,omitempty"` // value unless said
}

// Axis is one of two quantities, in three classes from low to high.
type Axis struct {
	Title   string   `json:"title"`
	Classes []string `json:"classes"` // how each is called
}

// StyleKinds are the ways of showing.
var StyleKinds = []string{StylePlain, StyleClasses, StyleCategories, StyleCircles, StyleBivariate}

const (
	StylePlain      = ""           // one colour; outlines for polygons
	StyleClasses    = "classes"    // a choropleth: the number's class gives the colour, null is hatched
	StyleCategories = "categories" // a colour for each value
	StyleCircles    = "circles"    // a circle whose area is the number
	StyleBivariate  = "bivariate"  // a text from 1-1 to 3-3: the classes of two quantities, which a square of colours crosses
)

// Theme is a map of several datasets: datasets/themes/<name>.json.
type Theme struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Layers      []ThemeLayer `json:"layers"` // from the bottom up
}

// ThemeLayer is a dataset on a map.
type ThemeLayer struct {
	Dataset string `json:"dataset"`
	Style   *Style `json:"style,omitempty"`   // in place of the dataset's own
	MinZoom int    `json:"minzoom,omitempty"` // from which zoom the layer is drawn and part of the theme's tiles; that of its tiles unless said
}
