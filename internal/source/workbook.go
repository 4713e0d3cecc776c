package source

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	widestSheet = 1 << 14 // columns that Excel and LibreOffice know
	tallestBook = 1 << 24 // rows that LibreOffice knows
)

// book is the zip that an XLSX or ODS file is.
type book struct {
	file
	zip    *zip.Reader
	budget *budget
	parts  []io.Closer
}

func openBook(f file, in *whole) (*book, error) {
	head, err := f.begin(in)
	if err != nil {
		return nil, err
	}
	if !begins(head, zipMagics...) {
		return nil, f.refuse("workbook.none")
	}
	f.archive = "zip"
	listed, err := directory(f, in)
	if err != nil {
		return nil, err
	}
	return &book{file: f, zip: listed, budget: &budget{packed: in.size}}, nil
}

var errNoPart = errors.New("the workbook has no such part")

// part opens a part of the workbook, which may be absent: errNoPart.
func (b *book) part(name string) (*markup, error) {
	for _, f := range b.zip.File {
		if f.Name != name {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, b.unreadable(err)
		}
		b.parts = append(b.parts, r)
		return newMarkup(b.file, name, b.budget.unpacks(r)), nil
	}
	return nil, errNoPart
}

// must is part for one without which the file is no workbook of its format.
func (b *book) must(name string) (*markup, error) {
	m, err := b.part(name)
	if err == errNoPart {
		return nil, b.refuse("workbook.none").Because(err)
	}
	return m, err
}

// Close closes the parts that were opened.
func (b *book) Close() error {
	for _, r := range b.parts {
		r.Close()
	}
	return nil
}

// sheetless complains of a sheet that the workbook has not.
func (b *book) sheetless(name string, names []string) error {
	if len(names) == 0 {
		return b.refuse("workbook.none")
	}
	return b.refuse("workbook.sheet", "sheet", name, "sheets", guillemets(names))
}

// sheet is what a format gives of one.
type sheet interface {
	io.Closer
	// find stands at the beginning of the sheet of a name, or the first.
	find(name string) error
	// row gives the next row that has text and its number, from 1, until the next call; io.EOF follows the last.
	row() (line int64, cells []string, err error)
}

// grid decodes a sheet: a header, then records. Rows without text are passed over, and a row ends where its text does.
type grid struct {
	file
	sheet
	fields []int // by slot
}

func openSheet(p *plan, f file, in *whole, of func(*book) sheet) (decoder, error) {
	b, err := openBook(f, in)
	if err != nil {
		return nil, err
	}
	s := of(b)
	if err := s.find(p.resource.Dialect.SheetName); err != nil {
		b.Close()
		return nil, err
	}
	g, err := openGrid(p, f, s)
	if err != nil {
		b.Close()
		return nil, err
	}
	return g, nil
}

func openGrid(p *plan, f file, s sheet) (*grid, error) {
	g := &grid{file: f, sheet: s}
	header := int64(p.resource.Dialect.Header())
	for {
		line, cells, err := s.row()
		if err == io.EOF {
			err = f.refuse("header.beyond", "line", header)
		}
		if err == nil && line >= header {
			g.fields, err = p.bind(f, cells)
			return g, err
		}
		if err != nil {
			return nil, err
		}
	}
}

func (g *grid) next(rec *record) error {
	line, cells, err := g.row()
	if err != nil {
		return err
	}
	rec.line = line
	for slot, field := range g.fields {
		if field >= 0 && field < len(cells) {
			rec.cells[slot] = cells[field]
		} else {
			rec.cells[slot] = ""
		}
	}
	return nil
}

// put sets cells from column on, n times; what lies beyond the widest sheet is dropped.
func put(cells []string, column, n int, text string) []string {
	if text == "" || column >= widestSheet {
		return cells
	}
	for len(cells) < column {
		cells = append(cells, "")
	}
	for range min(n, widestSheet-column) {
		cells = append(cells, text)
	}
	return cells
}

// repeated reads a number of repeats, 1 unless said.
func repeated(e xml.StartElement, name string) int {
	n, err := strconv.Atoi(attribute(e, name))
	if errors.Is(err, strconv.ErrRange) {
		return math.MaxInt32
	}
	return min(max(n, 1), math.MaxInt32)
}

// plain writes a number as a decimal without an exponent: 1E-2 as 0.01, 1.0 as 1. Another text passes as it is.
func plain(text string) string {
	if !strings.ContainsAny(text, ".eE") {
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return text
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// moment writes a date and time as a date when it is midnight.
func moment(t time.Time) string {
	if t = t.Round(time.Second); t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02T15:04:05")
}

// isoMoment reads what XML Schema calls a date or a dateTime; another text passes as it is.
func isoMoment(text string) string {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return moment(t)
		}
	}
	return text
}
