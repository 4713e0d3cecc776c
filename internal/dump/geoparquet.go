package dump

import (
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"maille/internal/dataset"
)

// GeoParquet is GeoParquet 1.1: geometries as WKB in a plain column of bytes, which every reader of Parquet knows, with
// their boxes beside them. A dataset without geometry makes a Parquet file.
var GeoParquet = &Format{Extension: "parquet", Title: "GeoParquet", MediaType: "application/vnd.apache.parquet", Encoding: dataset.AsWKB, Describes: true, Write: writeGeoParquet}

const (
	// groupRows are the rows of a row group: GeoParquet advises 50 000 to 150 000.
	groupRows = 1 << 16
	// groupBytes ends a row group of large shapes early, since a group is kept until it is whole.
	groupBytes = 64 << 20
	// batchRows and batchBytes are what is gathered before columns are written, one after another.
	batchRows  = 1 << 10
	batchBytes = 1 << 20
	// pageBytes makes pages of some 20 000 numbers, which readers skip by their bounds.
	pageBytes = 256 << 10
	// dictionaryBytes bounds the distinct texts of a column: with more, the rest is written as it is.
	dictionaryBytes = 64 << 10
)

// parquetCodec is one for all files: it keeps its encoders, which are large, for the next.
var parquetCodec = &zstd.Codec{Level: zstd.SpeedDefault}

// writeGeoParquet writes features as GeoParquet.
func writeGeoParquet(w io.Writer, c *Content) (rows int64, err error) {
	p := newParquetWriter(w, c)
	for f, err := range c.Features {
		if err != nil {
			return rows, err
		}
		if err := p.add(f); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, p.close()
}

// parquetWriter turns features into columns.
type parquetWriter struct {
	content  *Content
	out      *parquet.GenericWriter[any] // by columns: rows of Go values are slow
	columns  []*parquetColumn
	geometry *geometryColumns // nil for none

	rows, bytes           int // in the batch
	groupRows, groupBytes int // in the row group, without the batch
}

func newParquetWriter(w io.Writer, c *Content) *parquetWriter {
	p := &parquetWriter{content: c}
	var fields []parquet.Field
	for _, column := range c.columns() {
		fields = append(fields, field(c.Schema.Columns[column].Name, columnNode(&c.Schema.Columns[column])))
	}
	options := []parquet.WriterOption{
		parquet.Compression(parquetCodec), parquet.PageBufferSize(pageBytes),
		parquet.DictionaryMaxBytes(dictionaryBytes), parquet.DataPageStatistics(false), // the page index has them
	}
	if c.hasGeometry() {
		p.geometry = &geometryColumns{name: c.freeName("geometry"), cover: c.freeName("bbox")}
		fields = append(fields, p.geometry.fields()...)
		options = append(options, parquet.SkipPageBounds(p.geometry.name))
	}
	p.out = parquet.NewGenericWriter[any](w, append(options, parquet.NewSchema(c.Name, newGroup(fields)))...)
	leaves := p.out.ColumnWriters()
	for i, column := range c.columns() {
		p.columns = append(p.columns, newParquetColumn(leaves[i], i, column, &c.Schema.Columns[column]))
	}
	if p.geometry != nil {
		p.geometry.open(leaves[len(p.columns):], len(p.columns))
	}
	return p
}

// freeName is a name that no column of the dataset bears.
func (c *Content) freeName(name string) string {
	for c.Schema.Index(name) >= 0 {
		name += "_"
	}
	return name
}

func (p *parquetWriter) add(f *dataset.Feature) error {
	for _, c := range p.columns {
		p.bytes += c.add(f.Values[c.source])
	}
	if p.geometry != nil {
		n, err := p.geometry.add(f.WKB)
		if err != nil {
			return err
		}
		p.bytes += n
	}
	if p.rows++; p.rows >= batchRows || p.bytes >= batchBytes {
		return p.flush()
	}
	return nil
}

// flush writes the batch to the columns' pages, and the row group once it is large enough.
func (p *parquetWriter) flush() error {
	for _, c := range p.columns {
		if err := c.flush(); err != nil {
			return err
		}
	}
	if p.geometry != nil {
		if err := p.geometry.flush(); err != nil {
			return err
		}
	}
	p.groupRows, p.groupBytes = p.groupRows+p.rows, p.groupBytes+p.bytes
	p.rows, p.bytes = 0, 0
	if p.groupRows >= groupRows || p.groupBytes >= groupBytes {
		p.groupRows, p.groupBytes = 0, 0
		return p.out.Flush()
	}
	return nil
}

// close ends the file: what it says of itself stands at its end, and without it the file is none.
func (p *parquetWriter) close() error {
	if err := p.flush(); err != nil {
		return err
	}
	if err := p.describe(); err != nil {
		return err
	}
	return p.out.Close()
}
