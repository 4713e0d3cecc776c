// Package dump writes a dataset version, or what was chosen of it, as a file.
package dump

import (
	"io"
	"iter"
	"slices"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/tile"
)

// Format is a kind of file.
type Format struct {
	Extension string
	Title     string // as a person calls it: GeoPackage
	MediaType string
	Encoding  dataset.Encoding // of the geometries that Write needs
	MaxRows   int64            // more do not fit; 0 for no bound
	Whole     bool             // its first bytes depend on the last row: nothing is written before all rows are read
	Describes bool             // it has a place for what a file says of itself: About is in its bytes
	Write     func(w io.Writer, c *Content) (rows int64, err error)
}

// Features is a version's features, in the order in which they are written.
type Features = iter.Seq2[*dataset.Feature, error]

// Content is what a file is made of. An error among the features, or of the writer, ends the file and is returned: what
// was written by then is no whole file.
type Content struct {
	*dataset.Dataset
	Columns    []int       // positions in the schema of the columns to write, rising; nil for all
	Geometries bool        // false leaves them out
	CRS        *geo.OGCCRS // of the features' geometries; nil is CRS84. In files x always comes first
	Shape      Shape       // of geometries in CSV
	Features   Features
	Rows       int64                   // how many features there are, when it is known; -1 otherwise
	Folder     string                  // for temporary files; "" for the system's
	Stop       func() error            // asked whether to go on, by what takes long between features and bytes; nil is always
	Made       func(bytes int)         // told of what is made before anything is written, by several goroutines at once; nil for nobody
	Work       func(bytes int64) error // told by how much they are about to grow, about; may refuse. nil for no bound
	Extent     *geo.BBox               // of the features, CRS84, when it is known
	Tiled      func(*tile.Report)      // told what became of the features, by a format of tiles; nil for nobody
	About      About
}

// Shape is how CSV, which has no geometry, shows one.
type Shape string

const (
	InColumns Shape = ""       // as the schema's own columns have it
	AsWKT     Shape = "wkt"    // one more column, geometry_wkt
	AsLonLat  Shape = "lonlat" // two more columns: of a point, or of a point inside the shape
)

// About is what a file says of itself, where its format has a place for it. Texts for people are the dataset's.
type About struct {
	Instance  string    // title of the service
	Release   string    // 2026-11-22.1
	Published time.Time // when it was
	Version   string    // communes@3f9a1c0b7d2e
	Link      string    // permanent address that gives the same file again
	Choice    string    // in French, what was chosen: the filter; "" for all
	Fetched   []Fetched // the sources' files
}

// day is when it was published, for formats that must say a day: 1970 where it is of no release.
func (a *About) day() time.Time {
	if a.Published.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return a.Published.UTC()
}

// Fetched is a source's file and the day it was fetched.
type Fetched struct {
	Place string
	Date  time.Time
}

// Formats are the files that a dataset has in every release, but for those that do not hold its rows. One without geometry
// has its GeoJSON too, with null geometries: scripts ask for both by name. One with a geometry has its tiles, though no row
// have a shape.
func Formats(d *dataset.Dataset) []*Format {
	if d.Publication.Geometry == nil {
		return []*Format{CSV, GeoJSON, GeoParquet, GeoPackage, XLSX}
	}
	return []*Format{CSV, GeoJSON, GeoParquet, GeoPackage, FlatGeobuf, XLSX, PMTiles}
}

// Holds says whether so many rows fit.
func (f *Format) Holds(rows int64) bool { return f.MaxRows == 0 || rows <= f.MaxRows }

// Unfit says whether a format was not written because it does not hold what it was given: a cell too long, rows too many.
// The same features may be written in another.
func Unfit(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Invalid || kind == fault.Unacceptable
}

// Exports are the files that may be asked of a choice of features.
var Exports = []*Format{CSV, XLSX, GeoJSON, GeoParquet, GeoPackage, FlatGeobuf}

// mostPlaces are the rows of a format whose index is packed once the boxes of all are known: of each its place along the
// curve is kept in memory, 16 bytes at most, and more on disk.
var mostPlaces int64 = 5_000_000 // tests have fewer

// tooManyRows refuses what a format does not hold, in the words that a caller of the API reads.
func tooManyRows(extension string, most int64) error {
	return fault.New(fault.Invalid, "f: a file %s holds %d features and more are asked for; filter them, or ask for csv or parquet", extension, most).About("f")
}

// Name is the file of a dataset in this format: communes.csv.
func (f *Format) Name(d *dataset.Dataset) string { return d.Name + "." + f.Extension }

// Needs is how the features' geometries must have been read for Write. It is NoGeometry where none is written.
func (f *Format) Needs(c *Content) dataset.Encoding {
	switch {
	case !c.hasGeometry():
		return dataset.NoGeometry
	case f == CSV && c.Shape != InColumns:
		return dataset.AsWKB
	}
	return f.Encoding
}

// hasGeometry says whether features have a geometry that is written.
func (c *Content) hasGeometry() bool { return c.Geometries && c.Publication.Geometry != nil }

// writes says whether a column of this name is written.
func (c *Content) writes(name string) bool {
	return slices.Contains(c.columns(), c.Schema.Index(name))
}

// work says that temporary files are about to take so many bytes more.
func (c *Content) work(bytes int64) error {
	if c.Work == nil || bytes == 0 {
		return nil
	}
	return c.Work(bytes)
}

// columns are the positions of what is written.
func (c *Content) columns() []int {
	if c.Columns != nil {
		return c.Columns
	}
	all := make([]int, len(c.Schema.Columns))
	for i := range all {
		all[i] = i
	}
	return all
}

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
