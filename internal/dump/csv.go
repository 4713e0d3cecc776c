package dump

import (
	"io"

	"maille/internal/dataset"
)

// WriteCSV writes features as RFC 4180 CSV: UTF-8 without BOM, a header, schema order, CRLF, lists joined by their
// delimiter, nothing for null. Points are in their longitude and latitude columns; other geometries are left out.
func WriteCSV(w io.Writer, d *dataset.Dataset, features Features) (rows int64, err error) {
	buf := make([]byte, 0, chunk+chunk/4)
	for i, name := range d.Schema.Names() {
		buf = appendComma(buf, i)
		buf = append(buf, name...)
	}
	buf = append(buf, '\r', '\n')
	for f, err := range features {
		if err != nil {
			return rows, err
		}
		buf = AppendCSVRow(buf, f)
		rows++
		if buf, err = flush(w, buf); err != nil {
			return rows, err
		}
	}
	_, err = w.Write(buf)
	return rows, err
}

// AppendCSVRow appends one feature's line.
func AppendCSVRow(buf []byte, f *dataset.Feature) []byte {
	for i, v := range f.Values {
		buf = appendComma(buf, i)
		start := len(buf)
		buf = v.AppendText(buf)
		buf = quoteCell(buf, start)
	}
	return append(buf, '\r', '\n')
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
