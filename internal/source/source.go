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

// Rows decodes the file of a resource, which is the index-th of its descriptor, into rows of the schema: gunzip and
// choose the members of an archive by magic bytes, decode by resource.Format, where, unpivot, map. Sentences call the
// file by name, and a member "name > member".
//
// The Row, its Cells, Geometry and Issues are reused: they hold until the next iteration. An error ends the sequence; it
// is of kind Refused when the file is at fault. A record with another number of fields than the header is no such error:
// it is yielded once, as it stands, with an issue.
func Rows(ctx context.Context, r io.Reader, resource *dataset.Resource, index int, s *schema.Schema, name string) iter.Seq2[*dataset.Row, error] {
	return RowsObserved(ctx, r, resource, index, s, name, nil)
}

// Columns is told the columns that a file has, used or not, in the file's order and once: for a table its header, for
// JSON and GeoJSON the names that the first thousand rows have, sorted. Member is "" but in an archive. The names, which
// a stranger wrote and of which there may be a million, are the callee's to keep.
type Columns func(member string, names []string)

// RowsObserved is Rows, and tells observe, which may be nil, the columns of each file that it reads.
func RowsObserved(ctx context.Context, r io.Reader, resource *dataset.Resource, index int, s *schema.Schema, name string, observe Columns) iter.Seq2[*dataset.Row, error] {
	return func(yield func(*dataset.Row, error) bool) {
		g := reading{resource: resource, index: index, schema: s, observe: observe}
		f := file{name: shown(name), format: resource.Format}
		if err := g.read(ctx, r, f, func(row *dataset.Row) bool { return yield(row, nil) }); err != nil {
			fault.Wrap(&err, "source.Rows %s", shown(name))
			yield(nil, err)
		}
	}
}

// record is one row of the publisher's file.
type record struct {
	line     int64
	cells    []string        // by slot of the plan
	geometry []byte          // GeoJSON
	wkb      []byte          // or WKB in CRS84
	issues   []dataset.Issue // of level error when the cells cannot be trusted
}

// decoder reads a publisher's file one record at a time. One that is an io.Closer is closed.
type decoder interface {
	// next fills the record, whose cells are as many as the slots; io.EOF follows the last.
	next(*record) error
}

// textual formats are read from start to end; the others anywhere.
var (
	textual = map[string]func(p *plan, f file, in *text) (decoder, error){
		dataset.CSV:        func(p *plan, f file, in *text) (decoder, error) { return openCSV(p, f, in) },
		dataset.JSON:       func(p *plan, f file, in *text) (decoder, error) { return openJSON(p, f, in) },
		dataset.JSONLines:  func(p *plan, f file, in *text) (decoder, error) { return openJSONLines(p, f, in) },
		dataset.GeoJSON:    func(p *plan, f file, in *text) (decoder, error) { return openGeoJSON(p, f, in) },
		dataset.GeoJSONSeq: func(p *plan, f file, in *text) (decoder, error) { return openGeoJSONSeq(p, f, in) },
	}
	anywhere = map[string]func(ctx context.Context, p *plan, f file, in *whole) (decoder, error){
		dataset.Shapefile:  openShapefile,
		dataset.GeoPackage: openGeoPackage,
		dataset.XLSX:       openXLSX,
		dataset.ODS:        openODS,
		dataset.Parquet:    openParquet,
	}
)

// reading is a resource on its way to rows.
type reading struct {
	resource *dataset.Resource
	index    int
	schema   *schema.Schema
	observe  Columns
}

// read hands every row to yield until it returns false.
func (g *reading) read(ctx context.Context, r io.Reader, f file, yield func(*dataset.Row) bool) error {
	if textual[f.format] == nil && anywhere[f.format] == nil {
		return fault.New(fault.Invalid, "resource %s: no reader for the format %q", f.name, f.format).About(f.name)
	}
	if g.undated() {
		return f.refuse("undated")
	}
	parts, err := g.unfold(ctx, r, f)
	if err != nil {
		return err
	}
	defer parts.close()
	for {
		c, err := parts.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if more, err := g.part(ctx, c, yield); err != nil || !more {
			return parts.blame(err)
		}
	}
}

// undated says whether the map asks what quarter the file is of, and nobody knows.
func (g *reading) undated() bool {
	for _, m := range g.resource.Map {
		if m.Column == vintage && g.resource.Vintage == "" {
			return true
		}
	}
	return false
}

// part reads one file; false when yield wants no more.
func (g *reading) part(ctx context.Context, c *content, yield func(*dataset.Row) bool) (more bool, err error) {
	p := compile(g.resource, g.schema)
	p.observe = g.observe
	d, done, err := p.open(ctx, c)
	if err != nil {
		return false, err
	}
	defer done()
	rec := record{cells: make([]string, len(p.slots))}
	row := dataset.Row{Resource: g.index, Cells: make([]string, len(p.cells))}
	if g.resource.Member != "" {
		row.Member = c.member
	}
	for {
		rec.issues = rec.issues[:0]
		switch err := d.next(&rec); {
		case err == io.EOF: // itself: a file cut short has it for a cause
			return true, nil
		case err != nil:
			return false, err
		case !p.rows(&rec, &row, yield):
			return false, nil
		}
	}
}

func (p *plan) open(ctx context.Context, c *content) (d decoder, done func(), err error) {
	if open := textual[c.format]; open != nil {
		in, err := unpack(c, p.resource.Encoding)
		if err != nil {
			return nil, nil, err
		}
		d, err := open(p, c.file, in)
		return d, func() {}, err
	}
	in, err := c.whole()
	if err != nil {
		return nil, nil, err
	}
	if d, err = anywhere[c.format](ctx, p, c.file, in); err != nil {
		in.Close()
		return nil, nil, err
	}
	return d, func() {
		if c, ok := d.(io.Closer); ok {
			c.Close()
		}
		in.Close()
	}, nil
}
