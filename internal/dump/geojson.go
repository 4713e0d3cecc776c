package dump

import (
	"fmt"
	"io"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// FeatureEncoder appends features as GeoJSON, their members in one order and every property in each.
type FeatureEncoder struct {
	d       *dataset.Dataset
	columns []int    // positions of the properties that are written
	names   [][]byte // ,"name":
	bare    bool     // without geometries
	id      []byte
}

// NewFeatureEncoder prepares to write features with the properties at these positions of the schema; nil for all.
func NewFeatureEncoder(d *dataset.Dataset, columns []int) *FeatureEncoder {
	c := Content{Dataset: d, Columns: columns}
	e := &FeatureEncoder{d: d, columns: c.columns()}
	for i, column := range e.columns {
		var key []byte
		if i > 0 {
			key = append(key, ',')
		}
		e.names = append(e.names, append(schema.AppendQuoted(key, d.Schema.Columns[column].Name), ':'))
	}
	return e
}

// featureEncoder writes what is chosen of each feature; a geometry that is left out is null (RFC 7946 §3.2).
func (c *Content) featureEncoder() *FeatureEncoder {
	e := NewFeatureEncoder(c.Dataset, c.Columns)
	e.bare = !c.Geometries
	return e
}

// Append appends one Feature (RFC 7946 §3.2): id, geometry as f.GeoJSON has it or null, properties.
func (e *FeatureEncoder) Append(buf []byte, f *dataset.Feature) []byte {
	buf = append(e.open(buf, f), `,"properties":`...)
	return append(e.Properties(buf, f), '}')
}

// AppendWith is Append with more members at the end, each written as ,"name":value.
func (e *FeatureEncoder) AppendWith(buf []byte, f *dataset.Feature, members string) []byte {
	buf = e.Append(buf, f)
	return append(append(buf[:len(buf)-1], members...), '}')
}

func (e *FeatureEncoder) open(buf []byte, f *dataset.Feature) []byte {
	e.id = e.d.AppendID(e.id[:0], f.Values)
	buf = append(buf, `{"type":"Feature","id":"`...)
	buf = append(buf, e.id...) // percent-encoded: nothing to escape
	buf = append(buf, `","geometry":`...)
	if f.GeoJSON == nil || e.bare {
		return append(buf, "null"...)
	}
	return append(buf, f.GeoJSON...)
}

// Properties appends the object of the properties, null where there is no value.
func (e *FeatureEncoder) Properties(buf []byte, f *dataset.Feature) []byte {
	buf = append(buf, '{')
	for i, column := range e.columns {
		buf = append(buf, e.names[i]...)
		buf = f.Values[column].AppendJSON(buf, e.d.Schema.Columns[column].Delimiter)
	}
	return append(buf, '}')
}

// GeoJSON is one RFC 7946 FeatureCollection, a feature a line.
var GeoJSON = &Format{Extension: "geojson", Title: "GeoJSON", MediaType: "application/geo+json", Encoding: dataset.AsGeoJSON, Write: WriteGeoJSON}

// crsMember names the system of the coordinates as GeoJSON did in 2008 (§3.1), in a file whose reader is told of it by
// nothing else: RFC 7946 §4, which knows CRS84 alone, was given up by who asked for another. There is none where latitudes
// come first, since the member means x, y whatever the system's authority says (§2.1.1).
func (c *Content) crsMember() string {
	if !c.hasGeometry() || c.CRS.IsCRS84() || c.CRS.Flipped {
		return ""
	}
	return fmt.Sprintf(`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::%d"}},`, c.CRS.Code)
}

// WriteGeoJSON writes features as GeoJSON.
func WriteGeoJSON(w io.Writer, c *Content) (rows int64, err error) {
	e := c.featureEncoder()
	buf := append(make([]byte, 0, chunk+chunk/4), `{"type":"FeatureCollection",`+c.crsMember()+`"features":[`...)
	for f, err := range c.Features {
		if err != nil {
			return rows, err
		}
		if rows > 0 {
			buf = append(buf, ',')
		}
		buf = e.Append(append(buf, '\n'), f)
		rows++
		if buf, err = flush(w, buf); err != nil {
			return rows, err
		}
	}
	_, err = w.Write(append(buf, "\n]}\n"...))
	return rows, err
}
