package source

import (
	"errors"
	"io"
	"math"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// parquetColumn reads one column of the top level: a value a row, or a list of them.
type parquetColumn struct {
	name string
	kind string          // what sentences call its type
	leaf *parquet.Column // nil when it is a structure
	text func(parquet.Value) string

	pages  parquet.Pages
	page   parquet.Page
	values parquet.ValueReader
	buffer []parquet.Value
	ahead  []parquet.Value // part of the buffer that is not handed over
	value  parquet.Value   // of the row that is read; its bytes are the page's
	list   bool
	cells  strings.Builder // a list, as the cell that it makes
	items  int
}

const parquetValues = 256 // read at once

var errShortColumn = errors.New("the column has fewer values than its row group has rows")

func newParquetColumn(node *parquet.Column) *parquetColumn {
	c := &parquetColumn{name: node.Name(), kind: "structure", leaf: node}
	for !c.leaf.Leaf() { // LIST is a group that repeats a group of one element (Parquet, LogicalTypes.md)
		inner := c.leaf.Columns()
		if len(inner) != 1 {
			c.leaf = nil
			return c
		}
		c.leaf = inner[0]
	}
	if c.list = c.leaf != node || c.leaf.Repeated(); c.list && c.leaf.MaxRepetitionLevel() != 1 {
		c.leaf = nil
		return c
	}
	c.text, c.kind = parquetText(c.leaf.Type())
	return c
}

// enter goes to the first row of a row group.
func (c *parquetColumn) enter(group parquet.RowGroup) {
	c.close()
	c.pages = group.ColumnChunks()[c.leaf.Index()].Pages()
	c.ahead, c.values = nil, nil
}

func (c *parquetColumn) close() {
	c.leave()
	if c.pages != nil {
		c.pages.Close()
		c.pages = nil
	}
}

func (c *parquetColumn) leave() {
	if c.page != nil {
		parquet.Release(c.page)
		c.page, c.values = nil, nil
	}
}

// next reads a row: a value, or a list of them up to the value that begins the next. Items become text at once, as the
// bytes of a page do not outlive it and a list may go on in another.
func (c *parquetColumn) next() error {
	if len(c.ahead) == 0 {
		if err := c.fill(); err == io.EOF {
			return errShortColumn
		} else if err != nil {
			return err
		}
	}
	c.cells.Reset()
	c.items = 0
	for {
		c.value, c.ahead = c.ahead[0], c.ahead[1:]
		if !c.list {
			return nil
		}
		c.add()
		if more, err := c.goesOn(); err != nil || !more {
			return err
		}
	}
}

// goesOn says whether the next value is another item of the list.
func (c *parquetColumn) goesOn() (bool, error) {
	if c.cells.Len() > longestRecord {
		return false, errTooLong
	}
	if len(c.ahead) == 0 {
		if err := c.fill(); err == io.EOF {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	return c.ahead[0].RepetitionLevel() > 0, nil
}

// add puts an item of a list into the cell; nulls, of which an empty list is one, are passed over.
func (c *parquetColumn) add() {
	if c.value.IsNull() {
		return
	}
	if c.items++; c.items > 1 {
		c.cells.WriteString(defaultJoin)
	}
	c.cells.WriteString(c.text(c.value))
}

// fill reads values ahead; io.EOF follows the last of the row group.
func (c *parquetColumn) fill() error {
	if c.buffer == nil {
		c.buffer = make([]parquet.Value, parquetValues)
	}
	for {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if err != nil {
				return err
			}
			c.page, c.values = page, page.Values()
		}
		n, err := c.values.ReadValues(c.buffer)
		if err != nil && err != io.EOF {
			return err
		}
		if c.ahead = c.buffer[:n]; n > 0 {
			return nil
		}
		c.leave()
	}
}

func (c *parquetColumn) cell() string {
	switch {
	case c.list:
		return c.cells.String()
	case c.value.IsNull():
		return ""
	}
	return c.text(c.value)
}

// finite writes what is no number as nothing: pandas has no other null among floats.
func finite(f float64, bits int) string {
	if math.IsNaN(f) {
		return ""
	}
	return formatFloat(f, bits)
}
