package source

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"maille/internal/dataset"
)

// table decodes CSV (RFC 4180), strictly where quotes are concerned: a lenient reader would take half a file for a cell.
type table struct {
	file
	in     *text
	tail   *tail
	buf    *bufio.Reader
	r      *csv.Reader
	fields []int // by slot: its field in a record, -1 for none
	width  int   // fields of the header
	above  int64 // lines above the header, which are no CSV
	after  int64 // the line that follows the last record
}

func openCSV(p *plan, f file, in *text) (*table, error) {
	t := &table{file: f, in: in, tail: &tail{r: in}, after: 1}
	t.buf = bufio.NewReaderSize(t.tail, chunk)
	t.r = csv.NewReader(t.buf) // which takes a large buffer as its own
	t.r.Comma = p.comma()
	in.comma = []byte(string(t.r.Comma))
	t.r.FieldsPerRecord = -1
	t.r.ReuseRecord = true
	if err := t.preamble(p.resource.Dialect.Header()); err != nil {
		return nil, err
	}
	header, err := t.r.Read()
	if err != nil {
		return nil, t.headless(err)
	}
	t.end(header)
	t.width = len(header)
	if t.fields, err = p.bind(f, header); err != nil {
		return nil, t.hint(err)
	}
	return t, nil
}

// preamble passes over the lines above the header, whatever their fields and their quotes.
func (t *table) preamble(header int) error {
	for int(t.after) < header {
		_, err := t.buf.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && t.in.err == nil:
			return t.refuse("header.beyond", "line", header)
		case err != nil:
			return t.unread()
		}
		t.above, t.after = t.above+1, t.after+1
		t.in.next()
	}
	return nil
}

func (t *table) next(rec *record) error {
	t.in.next()
	fields, err := t.r.Read()
	if err != nil {
		return t.broken(err)
	}
	rec.line, _ = t.position(0)
	t.end(fields)
	if len(fields) > 1 && len(fields) < t.width && t.cut() { // one alone is a note below the table, or a wrong row
		return t.refuse("csv.cut", "line", rec.line)
	}
	if len(fields) != t.width {
		rec.issues = append(rec.issues, ragged(rec.line, len(fields), t.width))
	}
	for slot, field := range t.fields {
		if field >= 0 && field < len(fields) {
			rec.cells[slot] = fields[field]
		} else {
			rec.cells[slot] = ""
		}
	}
	return nil
}

// cut says whether the record that was read is the last, and no line break ends it.
func (t *table) cut() bool {
	_, err := t.buf.Peek(1)
	return err == io.EOF && t.tail.last != '\n'
}

// tail remembers the last byte that was read.
type tail struct {
	r    io.Reader
	last byte
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if n > 0 {
		t.last = p[n-1]
	}
	return n, err
}

func (t *table) position(field int) (int64, int) {
	line, column := t.r.FieldPos(field)
	return t.line(line), column
}

// line is where a line that the reader counts stands in the file.
func (t *table) line(counted int) int64 { return t.above + int64(counted) }

// end notes where the record ends, so that one that cannot be read has a line.
func (t *table) end(fields []string) {
	last := len(fields) - 1
	line, _ := t.position(last)
	t.after = line + int64(strings.Count(fields[last], "\n")) + 1
}

func ragged(line int64, fields, header int) dataset.Issue {
	return dataset.Issue{Line: line, Rule: "columns", Level: dataset.Error,
		Message: dataset.Say("columns", "value", fields, "expected", header)}
}

// unread says why there is no more text.
func (t *table) unread() error {
	switch t.in.err {
	case errTooLong:
		return t.refuse("csv.long", "line", t.after, "most", size(longestRecord))
	case errTooWide:
		return t.refuse("csv.wide", "line", t.after, "most", widestRecord)
	}
	return t.unreadable(t.in.err)
}

// broken says what stopped the reader; io.EOF passes.
func (t *table) broken(err error) error {
	if t.in.err != nil { // comes first: a record cut short by it looks like a quoting mistake
		return t.unread()
	}
	var at *csv.ParseError
	switch {
	case err == io.EOF:
		return err
	case !errors.As(err, &at):
		return t.refuse("csv.dialect").Because(err)
	case errors.Is(err, csv.ErrBareQuote):
		return t.refuse("csv.bare-quote", "line", t.line(at.Line)).Because(err)
	case at.StartLine != at.Line:
		return t.refuse("csv.quote.lines", "line", t.line(at.StartLine), "end", t.line(at.Line)).Because(err)
	}
	return t.refuse("csv.quote", "line", t.line(at.Line)).Because(err)
}
