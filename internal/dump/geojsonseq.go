package dump

import (
	"io"

	"maille/internal/dataset"
)

// GeoJSONSeq is a GeoJSON text sequence: each feature between a record separator and a line feed (RFC 8142 §2).
var GeoJSONSeq = &Format{Extension: "geojsonl", Title: "GeoJSON Text Sequence", MediaType: "application/geo+json-seq", Encoding: dataset.AsGeoJSON, Write: writeGeoJSONSeq}

const recordSeparator = 0x1e

// writeGeoJSONSeq writes features as a text sequence. Without features it is empty.
func writeGeoJSONSeq(w io.Writer, c *Content) (rows int64, err error) {
	e := c.featureEncoder()
	buf := make([]byte, 0, chunk+chunk/4)
	for f, err := range c.Features {
		if err != nil {
			return rows, err
		}
		buf = append(e.Append(append(buf, recordSeparator), f), '\n')
		rows++
		if buf, err = flush(w, buf); err != nil {
			return rows, err
		}
	}
	_, err = w.Write(buf)
	return rows, err
}
