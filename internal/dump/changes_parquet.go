package dump

import (
	"io"

	"github.com/parquet-go/parquet-go"

	"maille/internal/release"
)

// changesParquet is the long form as Parquet: texts, since fields of all types are in one column.
type changesParquet struct {
	out         *parquet.GenericWriter[any]
	columns     []*parquet.ColumnWriter
	values      [][]parquet.Value
	cause       string
	rows, bytes int // in the row group
}

func newChangesParquet(w io.Writer, c *Changes) ChangesWriter {
	var fields []parquet.Field
	for _, name := range changesColumns {
		fields = append(fields, field(name, parquet.Optional(textNode(true))))
	}
	f := &changesParquet{cause: c.cause(), values: make([][]parquet.Value, len(changesColumns))}
	f.out = parquet.NewGenericWriter[any](w, parquet.Compression(parquetCodec), parquet.PageBufferSize(pageBytes),
		parquet.DataPageVersion(1), parquet.DataPageStatistics(false), parquet.NewSchema("changes", newGroup(fields)))
	f.columns = f.out.ColumnWriters()
	return f
}

func (f *changesParquet) Add(c *release.RowChange) error {
	return eachLine(c, f.cause, func(line *changeLine) error {
		for i, cell := range line {
			v := parquet.NullValue().Level(0, 0, i)
			if cell != nil {
				v = parquet.ByteArrayValue([]byte(*cell)).Level(0, 1, i)
				f.bytes += len(*cell)
			}
			f.values[i] = append(f.values[i], v)
		}
		if f.rows++; len(f.values[0]) < batchRows {
			return nil
		}
		return f.flush()
	})
}

func (f *changesParquet) flush() error {
	for i, column := range f.columns {
		if _, err := column.WriteRowValues(f.values[i]); err != nil {
			return err
		}
		f.values[i] = f.values[i][:0]
	}
	if f.rows < groupRows && f.bytes < groupBytes {
		return nil
	}
	f.rows, f.bytes = 0, 0
	return f.out.Flush()
}

func (f *changesParquet) Close() error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.out.Close()
}
