package source

import (
	"context"
	"io"
	"math"
	"path"
	"strings"
)

// shapefile decodes a layer of a zip: its table and its shapes, side by side.
type shapefile struct {
	table  *dbf
	shapes *shapes
	slots  []int // by slot: its field, -1 for none
	opened []io.Closer
}

func openShapefile(ctx context.Context, p *plan, f file, in *whole) (decoder, error) {
	layer, err := findLayer(f, in, p.resource.Member)
	if err != nil {
		return nil, err
	}
	s := &shapefile{}
	if err := s.open(ctx, p, layer); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *shapefile) open(ctx context.Context, p *plan, l *layer) error {
	crs, err := l.crs(p.resource.CRS)
	if err != nil {
		return err
	}
	cpg, err := l.small(".cpg")
	if err != nil {
		return err
	}
	read := func(extension string) (file, io.Reader, error) {
		f, r, err := l.member(extension)
		if err != nil {
			return f, nil, err
		}
		s.opened = append(s.opened, r)
		return f, &guard{left: ctx.Err, r: l.budget.unpacks(r), limit: math.MaxInt}, nil
	}
	f, r, err := read(".shp")
	if err != nil {
		return err
	}
	if s.shapes, err = openShapes(f, r, crs); err != nil {
		return err
	}
	if f, r, err = read(".dbf"); err != nil {
		return err
	}
	if s.table, err = openDBF(f, r, p.resource.Encoding, cpg); err != nil {
		return err
	}
	if s.slots, err = p.bind(f, s.table.names()); err != nil {
		return err
	}
	return s.checkTypes()
}

// checkTypes refuses a column that the map asks for and whose cells are not read: a memo stands in another file.
func (s *shapefile) checkTypes() error {
	for _, at := range s.slots {
		if at < 0 {
			continue
		}
		if f := &s.table.fields[at]; !strings.ContainsRune("CNFDL", rune(f.kind)) {
			return s.table.refuse("dbf.type", "column", quoted(f.name), "type", quoted(string(rune(f.kind))))
		}
	}
	return nil
}

func (s *shapefile) Close() error {
	for _, c := range s.opened {
		c.Close()
	}
	return nil
}

func (s *shapefile) next(rec *record) error {
	for {
		deleted, noRow := s.table.next()
		if noRow != nil && noRow != io.EOF {
			return noRow
		}
		wkb, noShape := s.shapes.next()
		if noShape != nil && noShape != io.EOF {
			return noShape
		}
		switch {
		case noRow != nil && noShape != nil:
			return s.end()
		case noRow != nil:
			return s.table.refuse("shapefile.shorter", "line", s.table.records, "other", path.Base(s.shapes.member))
		case noShape != nil:
			return s.shapes.refuse("shapefile.shorter", "line", s.shapes.rank, "other", path.Base(s.table.member))
		case !deleted:
			s.fill(rec)
			rec.line, rec.wkb = int64(s.table.rank), wkb
			return nil
		}
	}
}

// end reads both files to their ends, where their checksums stand; it returns io.EOF.
func (s *shapefile) end() error {
	if _, err := io.Copy(io.Discard, s.shapes.r); err != nil {
		return s.shapes.unreadable(err)
	}
	if _, err := io.Copy(io.Discard, s.table.r); err != nil {
		return s.table.unreadable(err)
	}
	return io.EOF
}

func (s *shapefile) fill(rec *record) {
	for slot, at := range s.slots {
		rec.cells[slot] = ""
		if at < 0 {
			continue
		}
		text, overflow, _ := s.table.cell(&s.table.fields[at])
		if overflow {
			rec.issues = append(rec.issues, overflowed(s.table.fields[at].name))
		}
		rec.cells[slot] = text
	}
}
