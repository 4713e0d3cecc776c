package dump

import (
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"maille/internal/dataset"
	"maille/internal/schema"
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
	// pageRows are the rows of a page, the same ones in every column, which readers skip by their bounds; pages of large
	// shapes end at pageBytes.
	pageRows  = 1 << 14
	pageBytes = 512 << 10
	// bloomBits are those that a filter has for each value: one in a hundred that are not there seems to be.
	bloomBits = 10
)

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
	file     io.Writer
	out      *parquet.GenericWriter[any] // by columns: rows of Go values are slow; nil until the first batch
	columns  []*parquetColumn
	geometry *geometryColumns // nil for none
	leaves   []*parquetColumn // all of them, the geometry's too

	rows, bytes           int // in the batch
	pageRows              int // in the page, without the batch
	groupRows, groupBytes int // in the row group, without the batch
}

func newParquetWriter(w io.Writer, c *Content) *parquetWriter {
	p := &parquetWriter{content: c, file: w}
	for i, column := range c.columns() {
		p.columns = append(p.columns, newParquetColumn(i, column, &c.Schema.Columns[column]))
	}
	p.leaves = p.columns
	if c.hasGeometry() {
		p.geometry = newGeometryColumns(c.freeName("geometry"), c.freeName("bbox"), len(p.columns))
		p.leaves = append(slices.Clone(p.columns), p.geometry.leaves()...)
	}
	return p
}

// open begins the file once its first batch is there, for texts are encoded as that has them.
func (p *parquetWriter) open() {
	c := p.content
	var fields []parquet.Field
	var filters []parquet.BloomFilterColumn
	for _, column := range p.columns {
		of := &c.Schema.Columns[column.source]
		fields = append(fields, field(of.Name, columnNode(of, column.repeats())))
		if c.looksUp(of) {
			filters = append(filters, parquet.SplitBlockFilter(bloomBits, of.Name))
		}
	}
	options := []parquet.WriterOption{
		parquet.Compression(parquetCodec), parquet.PageBufferSize(pageBytes), parquet.BloomFilters(filters...),
		parquet.DataPageVersion(1),        // fastparquet reads nulls of version 2 wrong
		parquet.DataPageStatistics(false), // the page index has them
	}
	if p.geometry != nil {
		fields = append(fields, p.geometry.fields()...)
		options = append(options, parquet.SkipPageBounds(p.geometry.name))
	}
	p.out = parquet.NewGenericWriter[any](p.file, append(options, parquet.NewSchema(c.Name, newGroup(fields)))...)
	for i, out := range p.out.ColumnWriters() {
		p.leaves[i].out = out
	}
}

// looksUp says whether rows are asked for by a value of a column: of a text that is a code, part of the key, or indexed.
func (c *Content) looksUp(column *schema.Column) bool {
	return column.Type == schema.String && (strings.HasPrefix(column.Name, "code_") ||
		slices.Contains(c.Publication.Key, column.Name) || slices.Contains(c.Publication.Index, column.Name))
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

// flush writes the batch to the columns' pages, ends the pages once they have rows enough, and the row group once it is
// large enough.
func (p *parquetWriter) flush() error {
	if p.out == nil {
		p.open()
	}
	p.pageRows += p.rows
	paged := p.pageRows >= pageRows
	if paged {
		p.pageRows = 0
	}
	for _, c := range p.leaves {
		if err := c.flush(paged); err != nil {
			return err
		}
	}
	p.groupRows, p.groupBytes = p.groupRows+p.rows, p.groupBytes+p.bytes
	p.rows, p.bytes = 0, 0
	if p.groupRows >= groupRows || p.groupBytes >= groupBytes {
		p.pageRows, p.groupRows, p.groupBytes = 0, 0, 0
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
