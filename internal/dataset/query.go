package dataset

import (
	"slices"

	"maille/internal/cql2"
	"maille/internal/geo"
	"maille/internal/schema"
)

// Query says which features of a version to read, in the order of Sort and then of Ord.
type Query struct {
	BBox      *geo.BBox   // features without geometry match any box (OGC 17-069r4 /req/core/fc-bbox-response)
	BBoxCRS   *geo.OGCCRS // of BBox, whose West and East are x whatever the authority's axis order; nil is CRS84
	Located   bool        // of a box, without the features that have no geometry: it is asked for what can be drawn
	Time      Interval    // features without a date match any (/req/core/fc-time-response)
	Equal     []Equal     // all of them hold
	Filter    cql2.Expr   // checked by cql2.Check against Queryables; nil for all
	FilterCRS *geo.OGCCRS // of the filter's spatial literals, in its authority's axis order; nil is CRS84
	Search    string      // words that the texts of a feature have, each anywhere in one of them, whatever their accents and case
	ID        []string    // parts of one key; empty for all
	Sort      []Sort      // nulls come last, whatever the direction
	After     int64       // only those that come after the feature of this Ord
	Limit     int         // at most so many; 0 for all
	Parted    bool        // département by département, in the order of Ord in each: of Publication.Commune, as DepartementOf has them. Neither Sort, After nor Limit go with it
	Columns   []int       // positions of the schema's columns to read, rising; nil for all. The values of others are null
	Geometry  Encoding
	CRS       *geo.OGCCRS // of the geometries read; nil is CRS84. AsGeoJSON has its authority's axis order, AsWKB always x, y
	Level     float64     // with AsGeoJSON: the tolerance of the generalised geometry to read, one of those that Level gives; 0 for the geometry itself
}

// Sort is one key of an order.
type Sort struct {
	Column     string
	Descending bool
}

// Equal holds for features whose column is the value, written as the schema prints it; of a list, that has it among its
// items.
type Equal struct{ Column, Value string }

// Interval is a span of days, both ends in it; "" leaves an end open. The zero Interval is all of time.
type Interval struct{ From, To string } // YYYY-MM-DD

// Encoding is how a read gives geometries.
type Encoding uint8

const (
	NoGeometry Encoding = iota
	AsGeoJSON
	AsWKB
	AsBoth // AsGeoJSON | AsWKB
)

// GeometryField is what a filter calls the one geometry of a feature.
const GeometryField = "geometry"

// Queryables are what a filter may name: every column, and the geometry.
func (d *Dataset) Queryables() []cql2.Field {
	fields := make([]cql2.Field, 0, len(d.Schema.Columns)+1)
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		fields = append(fields, cql2.Field{Name: c.Name, Kind: kinds[c.Type], Enum: c.Enum()})
	}
	if d.Publication.Geometry != nil {
		fields = append(fields, cql2.Field{Name: GeometryField, Kind: cql2.KindGeometry})
	}
	return fields
}

var kinds = map[schema.Type]cql2.Kind{
	schema.String:  cql2.KindText,
	schema.Integer: cql2.KindNumber,
	schema.Number:  cql2.KindNumber,
	schema.Boolean: cql2.KindBoolean,
	schema.Date:    cql2.KindDate,
	schema.List:    cql2.KindArray,
}

// How many rows are sorted for each page by a column without an index, in some tens of milliseconds: numbers and dates as they
// are, texts by their folded letters, which takes three microseconds each and more than once on the pages after the first.
const (
	freelySorted      = 200_000
	freelySortedTexts = 20_000
)

// Sortables are the columns that a version of so many rows may be sorted by, in schema order: the indexed ones, and any
// where sorting costs little. A list has no order.
func (d *Dataset) Sortables(rows int64) (names []string) {
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		most := int64(freelySorted)
		if c.Type == schema.String {
			most = freelySortedTexts
		}
		if c.Type != schema.List && (rows <= most || slices.Contains(d.Publication.Index, c.Name)) {
			names = append(names, c.Name)
		}
	}
	return names
}
