package source

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	meta "github.com/parquet-go/parquet-go/format"

	"maille/internal/geo"
)

// geoParquet is what is read of a file's "geo" (GeoParquet 1.1, §File Metadata).
type geoParquet struct {
	Primary string `json:"primary_column"`
	Columns map[string]struct {
		Encoding string          `json:"encoding"`
		CRS      json.RawMessage `json:"crs"` // absent is CRS84, null is unknown
	} `json:"columns"`
}

// openGeometry finds the geometry column: that which GeoParquet names, or the first of a type of Parquet's own.
func (d *parquetFile) openGeometry(declared string, columns map[string]*parquetColumn) (err error) {
	if text, ok := d.data.Lookup("geo"); ok {
		var g geoParquet
		if err := json.Unmarshal([]byte(text), &g); err != nil {
			return d.refuse("parquet.geo").Because(err)
		}
		return d.geoColumn(g, declared, columns)
	}
	for _, node := range d.data.Root().Columns() {
		if crs, ok := nativeCRS(node); ok {
			d.geometry = columns[node.Name()]
			d.crs, err = d.native(crs)
			return err
		}
	}
	return nil
}

func (d *parquetFile) geoColumn(g geoParquet, declared string, columns map[string]*parquetColumn) (err error) {
	said, c := g.Columns[g.Primary], columns[g.Primary]
	switch {
	case c == nil || said.Encoding == "":
		return d.refuse("parquet.geo")
	case !strings.EqualFold(said.Encoding, "WKB"):
		return d.refuse("parquet.encoding", "column", quoted(c.name), "value", quoted(said.Encoding))
	case c.list || c.leaf == nil || c.leaf.Type().Kind() != parquet.ByteArray:
		return d.refuse("parquet.geo")
	}
	d.geometry = c
	switch {
	case len(said.CRS) == 0:
		d.crs = geo.CRS84
	case string(said.CRS) == "null" && declared != "":
		d.crs, err = d.declaredCRS(declared)
	default:
		d.crs, err = d.projJSON(said.CRS)
	}
	return err
}

// projJSON reads a system by its identifier: there is always one of those that are read.
func (d *parquetFile) projJSON(text []byte) (*geo.CRS, error) {
	var crs struct {
		Name string
		ID   struct {
			Authority string
			Code      any
		}
	}
	if err := json.Unmarshal(text, &crs); err != nil {
		return nil, d.refuse("parquet.geo").Because(err)
	}
	id := fmt.Sprintf("%s:%v", crs.ID.Authority, crs.ID.Code)
	if c, ok := geo.ParseCRS(id); ok {
		return c, nil
	}
	if crs.Name == "" {
		crs.Name = string(text)
	}
	return nil, d.unknownCRS(crs.Name)
}

// nativeCRS is the system of a column of logical type GEOMETRY or GEOGRAPHY; false for others.
func nativeCRS(node *parquet.Column) (string, bool) {
	if !node.Leaf() || node.Repeated() || node.Type().LogicalType() == nil {
		return "", false
	}
	switch l := node.Type().LogicalType().Value.(type) {
	case *meta.GeometryType:
		return l.CRS, true
	case *meta.GeographyType:
		return l.CRS, true
	}
	return "", false
}

// native reads the forms that Parquet's Geospatial.md gives: an authority's code, srid:, projjson: and the name of a
// metadata key.
func (d *parquetFile) native(crs string) (*geo.CRS, error) {
	if crs == "" {
		return geo.CRS84, nil
	}
	if key, ok := strings.CutPrefix(crs, "projjson:"); ok {
		text, _ := d.data.Lookup(key)
		return d.projJSON([]byte(text))
	}
	for _, name := range slices.Compact([]string{crs, strings.Replace(crs, "srid:", "EPSG:", 1)}) {
		if c, ok := geo.ParseCRS(name); ok {
			return c, nil
		}
	}
	if strings.HasPrefix(crs, "{") { // written out, as GDAL and Arrow do
		return d.projJSON([]byte(crs))
	}
	return nil, d.unknownCRS(crs)
}
