package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"maille/internal/fault"
	"maille/internal/geo"
)

// parquetFile decodes the columns that the map asks for, one row group after another and a page at a time.
type parquetFile struct {
	file
	ctx     context.Context
	in      watched
	data    *parquet.File
	columns []*parquetColumn // by slot, nil for none
	used    []*parquetColumn // each column that is read, once
	slots   []int
	rank    int64
	group   int   // the row group that is read, from 1
	left    int64 // rows of it
	pages   pageCheck
	budget  *budget

	geometry *parquetColumn // nil for none
	crs      *geo.CRS
	wkb      []byte
}

func openParquet(ctx context.Context, p *plan, f file, in *whole) (decoder, error) {
	d := &parquetFile{file: f, ctx: ctx, in: watched{whole: in}, budget: &budget{packed: in.size}}
	if _, err := f.begin(in); err != nil {
		return nil, err
	}
	if err := d.do(func() error { return d.open(p) }); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *parquetFile) open(p *plan) (err error) {
	if err := d.checkFooter(); err != nil {
		return err
	}
	d.data, err = parquet.OpenFile(&d.in, d.in.size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(chunk))
	if err != nil {
		return err
	}
	if err := d.checkRows(); err != nil {
		return err
	}
	columns := map[string]*parquetColumn{}
	var header []string
	all := make([]*parquetColumn, 0, len(d.data.Root().Columns()))
	for _, node := range d.data.Root().Columns() {
		c := newParquetColumn(node)
		header, all = append(header, c.name), append(all, c)
		columns[c.name] = c
	}
	if err := d.openGeometry(p.resource.CRS, columns); err != nil {
		return err
	}
	if d.slots, err = p.bind(d.file, header); err != nil {
		return err
	}
	return d.choose(all)
}

// choose keeps the columns of the slots, and the geometry's.
func (d *parquetFile) choose(all []*parquetColumn) error {
	if d.geometry != nil {
		d.used = append(d.used, d.geometry)
	}
	for _, at := range d.slots {
		var c *parquetColumn
		if at >= 0 && all[at] != d.geometry {
			c = all[at]
		}
		d.columns = append(d.columns, c)
		switch {
		case c == nil:
		case c.text == nil:
			return d.refuse("parquet.type", "column", quoted(c.name), "type", quoted(c.kind))
		case !slices.Contains(d.used, c):
			d.used = append(d.used, c)
		}
	}
	return nil
}

func (d *parquetFile) Close() error {
	return d.do(func() error {
		for _, c := range d.used {
			c.close()
		}
		return nil
	})
}

func (d *parquetFile) next(rec *record) error {
	return d.do(func() error {
		for d.left == 0 {
			if err := d.nextGroup(); err != nil {
				return err
			}
		}
		d.left--
		d.rank++
		for _, c := range d.used {
			if err := c.next(); err != nil {
				return err
			}
		}
		for slot, c := range d.columns {
			rec.cells[slot] = ""
			if c != nil {
				rec.cells[slot] = c.cell()
			}
		}
		rec.line, rec.wkb = d.rank, d.shape()
		return nil
	})
}

func (d *parquetFile) nextGroup() error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	groups := d.data.RowGroups()
	if d.group == len(groups) {
		return io.EOF
	}
	group := groups[d.group]
	if err := d.checkGroup(); err != nil {
		return err
	}
	for _, c := range d.used {
		c.enter(group)
	}
	d.group++
	d.left = group.NumRows()
	return nil
}

// shape hands the row's geometry over in CRS84.
func (d *parquetFile) shape() []byte {
	if d.geometry == nil || d.geometry.value.IsNull() {
		return nil
	}
	d.wkb = append(d.wkb[:0], d.geometry.value.ByteArray()...)
	if len(d.wkb) == 0 {
		return nil
	}
	d.crs.Reproject(d.wkb)
	return d.wkb
}

// do asks something of the library and says what is wrong with the file. The library was written for files that are
// what they say: it panics on many that are not.
func (d *parquetFile) do(ask func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if raisedHere() {
				panic(r)
			}
			err = d.corrupt(fmt.Errorf("parquet: %v", r))
		}
	}()
	return d.corrupt(ask())
}

func (d *parquetFile) corrupt(err error) error {
	switch {
	case d.in.failed != nil:
		return d.in.failed
	case err == nil, err == io.EOF, errors.As(err, new(*fault.Error)), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errBomb):
		return d.unreadable(err)
	case errors.Is(err, errTooLong):
		return d.refuse("parquet.long", "line", d.rank, "most", size(longestRecord)).Because(err)
	case errors.Is(err, errThriftLong):
		return d.refuse("parquet.metadata").Because(err)
	case d.rank > 0:
		return d.refuse("parquet.corrupt.row", "line", d.rank).Because(err)
	}
	return d.refuse("parquet.corrupt").Because(err)
}
