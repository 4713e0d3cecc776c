package dump

import (
	"io"

	"maille/internal/dataset"
)

// CSV is RFC 4180: UTF-8 without BOM, a header, schema order, CRLF, lists joined by their delimiter, nothing
// for null (but "" where the line would be empty).
var CSV = &Format{Extension: "csv", Title: "CSV", MediaType: "text/csv; charset=utf-8; header=present", Write: WriteCSV}

// WriteCSV writes features as CSV. Points are in their longitude and latitude columns; Content.Shape may add columns
// after the schema's.
func WriteCSV(w io.Writer, c *Content) (rows int64, err error) {
	columns, shape := c.columns(), newCSVShape(c)
	buf := appendCSVHeader(make([]byte, 0, chunk+chunk/4), c, columns, shape)
	alone := len(columns)+len(shape.names()) == 1
	for f, err := range c.Features {
		if err != nil {
			return rows, err
		}
		start := len(buf)
		buf = appendCSVCells(buf, f, columns)
		if buf, err = shape.append(buf, f); err != nil {
			return rows, err
		}
		if alone && len(buf) == start {
			buf = append(buf, '"', '"') // readers skip an empty line, though it is a row of one empty cell
		}
		buf = append(buf, '\r', '\n')
		rows++
		if buf, err = flush(w, buf); err != nil {
			return rows, err
		}
	}
	_, err = w.Write(buf)
	return rows, err
}

func appendCSVHeader(buf []byte, c *Content, columns []int, shape *csvShape) []byte {
	for i, column := range columns {
		buf = append(appendComma(buf, i), c.Schema.Columns[column].Name...)
	}
	for _, name := range shape.names() {
		buf = append(append(buf, ','), name...)
	}
	return append(buf, '\r', '\n')
}

// appendCSVCells appends the values at these positions.
func appendCSVCells(buf []byte, f *dataset.Feature, columns []int) []byte {
	for i, column := range columns {
		buf = appendComma(buf, i)
		start := len(buf)
		v := f.Values[column]
		buf = v.AppendText(buf)
		if v.HasText() {
			buf = quoteCell(buf, start)
		}
	}
	return buf
}

func appendComma(buf []byte, i int) []byte {
	if i > 0 {
		return append(buf, ',')
	}
	return buf
}

// quoteCell quotes the cell that begins at start, where RFC 4180 §2 asks for it.
func quoteCell(buf []byte, start int) []byte {
	quotes, special := 0, false
	for _, c := range buf[start:] {
		switch c {
		case '"':
			quotes++
		case ',', '\r', '\n':
			special = true
		}
	}
	if quotes == 0 && !special {
		return buf
	}
	n := len(buf)
	buf = append(buf, make([]byte, quotes+2)...)
	to := len(buf) - 1
	buf[to] = '"'
	for from := n - 1; from >= start; from-- {
		to--
		buf[to] = buf[from]
		if buf[from] == '"' {
			to--
			buf[to] = '"'
		}
	}
	buf[start] = '"'
	return buf
}
