package dump

import (
	"io"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// FeatureEncoder appends features as GeoJSON, their members in one order and every property in each.
type FeatureEncoder struct {
	d     *dataset.Dataset
	names [][]byte // ,"name":
	id    []byte
}

// NewFeatureEncoder prepares to write a dataset's features.
func NewFeatureEncoder(d *dataset.Dataset) *FeatureEncoder {
	e := &FeatureEncoder{d: d}
	for i, name := range d.Schema.Names() {
		var key []byte
		if i > 0 {
			key = append(key, ',')
		}
		e.names = append(e.names, append(schema.AppendQuoted(key, name), ':'))
	}
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
	if f.GeoJSON == nil {
		return append(buf, "null"...)
	}
	return append(buf, f.GeoJSON...)
}

// Properties appends the object of all properties, null where there is no value.
func (e *FeatureEncoder) Properties(buf []byte, f *dataset.Feature) []byte {
	buf = append(buf, '{')
	for i, v := range f.Values {
		buf = append(buf, e.names[i]...)
		buf = v.AppendJSON(buf, e.d.Schema.Columns[i].Delimiter)
	}
	return append(buf, '}')
}

// WriteGeoJSON writes features as one RFC 7946 FeatureCollection, a feature a line.
func WriteGeoJSON(w io.Writer, d *dataset.Dataset, features Features) (rows int64, err error) {
	e := NewFeatureEncoder(d)
	buf := append(make([]byte, 0, chunk+chunk/4), `{"type":"FeatureCollection","features":[`...)
	for f, err := range features {
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
