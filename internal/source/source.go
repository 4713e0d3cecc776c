// Package source goes from a publisher's URL to raw rows: fetch, unpack, decode (tables and geometry files), map.
//
// What it reads was written by strangers: whatever the bytes, memory stays flat, reading ends, and what is wrong is
// said in a sentence that names the file and the line.
package source

import (
	"context"
	"io"
	"iter"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// Rows decodes the file of a resource, which is the index-th of its descriptor, into rows of the schema: gunzip by magic
// bytes, decode by resource.Format, where, unpivot, map. Sentences call the file by name.
//
// The Row, its Cells, Geometry and Issues are reused: they hold until the next iteration. An error ends the sequence; it
// is of kind Refused when the file is at fault. A record with another number of fields than the header is no such error:
// it is yielded once, as it stands, with an issue.
func Rows(ctx context.Context, r io.Reader, resource *dataset.Resource, index int, s *schema.Schema, name string) iter.Seq2[*dataset.Row, error] {
	return func(yield func(*dataset.Row, error) bool) {
		p := compile(resource, s)
		err := p.read(ctx, r, file{shown(name), resource.Format}, index, func(row *dataset.Row) bool { return yield(row, nil) })
		if err != nil {
			fault.Wrap(&err, "source.Rows %s", shown(name))
			yield(nil, err)
		}
	}
}

// record is one row of the publisher's file.
type record struct {
	line     int64
	cells    []string // by slot of the plan
	geometry []byte
	issues   []dataset.Issue // not empty when the cells cannot be trusted
}

// decoder reads a publisher's file one record at a time.
type decoder interface {
	// next fills the record, whose cells are as many as the slots; io.EOF follows the last.
	next(*record) error
}

// read hands every row to yield until it returns false.
func (p *plan) read(ctx context.Context, r io.Reader, f file, index int, yield func(*dataset.Row) bool) error {
	d, err := p.open(ctx, r, f)
	if err != nil {
		return err
	}
	rec := record{cells: make([]string, len(p.slots))}
	row := dataset.Row{Resource: index, Cells: make([]string, len(p.cells))}
	for {
		rec.issues = rec.issues[:0]
		switch err := d.next(&rec); {
		case err == io.EOF: // itself: a file cut short has it for a cause
			return nil
		case err != nil:
			return err
		case !p.rows(&rec, &row, yield):
			return nil
		}
	}
}

func (p *plan) open(ctx context.Context, r io.Reader, f file) (decoder, error) {
	text, err := unpack(ctx, r, f, p.resource.Encoding)
	if err != nil {
		return nil, err
	}
	switch f.format {
	case "csv":
		return openCSV(p, f, text)
	case "json":
		return openJSON(p, f, text)
	case "geojson":
		return openGeoJSON(p, f, text)
	}
	return nil, fault.New(fault.Invalid, "resource %s: no reader for the format %q", f.name, f.format).About(f.name)
}
