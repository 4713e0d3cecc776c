// Package dump writes a dataset version as a file.
package dump

import (
	"io"
	"iter"

	"maille/internal/dataset"
)

// Format is a kind of file.
type Format struct {
	Extension string
	MediaType string
	Encoding  dataset.Encoding // of the geometries that Write needs
	Write     func(w io.Writer, d *dataset.Dataset, features Features) (rows int64, err error)
}

// Features is a version's features in Ord order.
type Features = iter.Seq2[*dataset.Feature, error]

// Formats are those that every dataset has in every release. A dataset without geometry has its GeoJSON too, with null
// geometries: scripts ask for both by name.
var Formats = []Format{
	{Extension: "csv", MediaType: "text/csv; charset=utf-8; header=present", Write: WriteCSV},
	{Extension: "geojson", MediaType: "application/geo+json", Encoding: dataset.AsGeoJSON, Write: WriteGeoJSON},
}

// Name is the file of a dataset in this format: communes.csv.
func (f *Format) Name(d *dataset.Dataset) string { return d.Name + "." + f.Extension }

// chunk is how many bytes a writer gathers before it writes.
const chunk = 64 << 10

// flush writes the buffer once it has grown past a chunk, and gives it back empty.
func flush(w io.Writer, buf []byte) ([]byte, error) {
	if len(buf) < chunk {
		return buf, nil
	}
	_, err := w.Write(buf)
	return buf[:0], err
}
