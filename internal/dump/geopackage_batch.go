package dump

import (
	"math"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// batch inserts rows into a table, many with one statement: to run one takes as long as a row does.
type batch struct {
	db    *sqlite3.Conn
	table string
	width int // cells of a row
	full  *sqlite3.Stmt
	cells []cell
	bytes []byte // of texts and blobs
}

// cell is a value that waits for its row to be inserted.
type cell struct {
	kind sqlite3.Datatype
	bits uint64 // of an integer or a float; of the others, where their bytes begin
	end  int
}

const rowsAtOnce = 64

func newBatch(db *sqlite3.Conn, table string, width int) (b *batch, err error) {
	b = &batch{db: db, table: table, width: width}
	b.full, err = b.prepare(rowsAtOnce)
	return b, err
}

func (b *batch) prepare(rows int) (*sqlite3.Stmt, error) {
	row := "(?" + strings.Repeat(", ?", b.width-1) + ")"
	s, _, err := b.db.Prepare("insert into " + sqlite3.QuoteIdentifier(b.table) + " values " + row + strings.Repeat(", "+row, rows-1))
	return s, err
}

func (b *batch) null() { b.cells = append(b.cells, cell{kind: sqlite3.NULL}) }
func (b *batch) integer(i int64) {
	b.cells = append(b.cells, cell{kind: sqlite3.INTEGER, bits: uint64(i)})
}
func (b *batch) float(f float64) {
	b.cells = append(b.cells, cell{kind: sqlite3.FLOAT, bits: math.Float64bits(f)})
}

// ends a text or a blob, whose bytes were appended since start.
func (b *batch) ended(kind sqlite3.Datatype, start int) {
	b.cells = append(b.cells, cell{kind, uint64(start), len(b.bytes)})
}

// row ends a row.
func (b *batch) row() error {
	if len(b.cells) < rowsAtOnce*b.width && len(b.bytes) < chunk {
		return nil
	}
	return b.flush()
}

// flush inserts the rows that wait.
func (b *batch) flush() (err error) {
	rows := len(b.cells) / b.width
	s := b.full
	if rows == 0 {
		return nil
	}
	if rows < rowsAtOnce {
		if s, err = b.prepare(rows); err != nil {
			return err
		}
		defer s.Close()
	}
	for i := range b.cells {
		if err := b.bind(s, i); err != nil {
			return err
		}
	}
	b.cells, b.bytes = b.cells[:0], b.bytes[:0]
	return s.Exec()
}

func (b *batch) bind(s *sqlite3.Stmt, i int) error {
	switch c := &b.cells[i]; c.kind {
	case sqlite3.INTEGER:
		return s.BindInt64(i+1, int64(c.bits))
	case sqlite3.FLOAT:
		return s.BindFloat(i+1, math.Float64frombits(c.bits))
	case sqlite3.TEXT:
		return s.BindRawText(i+1, b.bytes[c.bits:c.end])
	case sqlite3.BLOB:
		return s.BindBlob(i+1, b.bytes[c.bits:c.end])
	}
	return s.BindNull(i + 1)
}

func (b *batch) close() { _ = b.full.Close() }
