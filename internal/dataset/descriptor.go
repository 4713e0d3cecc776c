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

// Resource is one file of a publisher and how its rows become those of the schema.
type Resource struct {
	Path     string             `json:"path"` // an address, or a path relative to the descriptor
	Title    string             `json:"title,omitempty"`
	Format   string             `json:"format"`             // csv, json, geojson; gzip is recognised by its bytes
	Encoding string             `json:"encoding,omitempty"` // utf-8 unless said: iso-8859-1, windows-1252
	Dialect  Dialect            `json:"dialect,omitzero"`
	Rows     string             `json:"rows,omitempty"`    // JSON Pointer (RFC 6901) to the array of rows in a JSON file
	Where    []Condition        `json:"where,omitempty"`   // rows that do not meet all of them are passed over
	Unpivot  []Unpivot          `json:"unpivot,omitempty"` // one row each instead of one row
	Map      map[string]Mapping `json:"map,omitempty"`     // by schema column; the others are read under their own name
	Vintage  string             `json:"vintage,omitempty"` // the state of the world the file describes: 2026, 2026T2, 2024-08-01
	Licenses []License          `json:"licenses,omitempty"`
}

// Dialect is how a CSV file is written (Frictionless CSV Dialect).
type Dialect struct {
	Delimiter string `json:"delimiter,omitempty"` // "," unless said
	QuoteChar string `json:"quoteChar,omitempty"` // only "\"" is read
}

// Unpivot makes a row of one column of a wide file. The map reads the cell as the column "_value" and Set as columns;
// a cell that is empty, or a column that is absent, makes no row.
type Unpivot struct {
	Column string            `json:"column"`
	Set    map[string]string `json:"set"`
}

// Condition holds for a source row.
type Condition struct {
	Column string   `json:"column"`
	Is     string   `json:"is,omitempty"`    // empty or present
	In     []string `json:"in,omitempty"`    // one of these texts
	Above  string   `json:"above,omitempty"` // a number greater than that of this other column
}

// Mapping makes one cell out of a source row. Exactly one of Column, Const, Template and Case is set; in a
// descriptor a bare string is a Column.
type Mapping struct {
	Column   string            `json:"column,omitempty"`
	Pointer  string            `json:"pointer,omitempty"` // JSON Pointer into the column's JSON text
	As       string            `json:"as,omitempty"`      // quarter: a date, or "2026 T2", as 2026T2; decimal-comma: 1 234,5 as 1234.5
	Terms    map[string]string `json:"terms,omitempty"`   // the publisher's words to the schema's; others pass as they are
	Const    *string           `json:"const,omitempty"`
	Template string            `json:"template,omitempty"` // text with {column}
	Case     []Case            `json:"case,omitempty"`     // the first whose condition holds
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
	Reference string    `json:"reference,omitempty"` // communes or contours: what rules of other datasets check against
	Rules     []Rule    `json:"rules,omitempty"`
	Tolerance *float64  `json:"tolerance,omitempty"` // share of rows in error beyond which the version is refused; 0.05 unless said
	Index     []string  `json:"index,omitempty"`
	Tiles     *Tiles    `json:"tiles,omitempty"`
	Frequency string    `json:"frequency,omitempty"` // EU authority code: DAILY, QUARTERLY, ANNUAL…
	Theme     string    `json:"theme,omitempty"`     // EU data-theme code: GOVE, TECH, REGI…
}

// Geometry is the one geometry of each feature; CRS84 at rest and on the wire.
type Geometry struct {
	Type      string  `json:"type"`                // Point, MultiPolygon
	Longitude string  `json:"longitude,omitempty"` // columns of a table of points
	Latitude  string  `json:"latitude,omitempty"`
	CRS       string  `json:"crs,omitempty"`  // EPSG:4326 (the only one read today)
	Grid      float64 `json:"grid,omitempty"` // degrees; coordinates are rounded to it; 1e-7 (1 cm) unless said
}

// Tiles is how vector tiles show the dataset.
type Tiles struct {
	MinZoom    int      `json:"minzoom"`
	MaxZoom    int      `json:"maxzoom"`
	Properties []string `json:"properties,omitempty"`
}
