package source

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// openODS reads a sheet of an OpenDocument spreadsheet (ODF 1.3 part 3, §9).
func openODS(_ context.Context, p *plan, f file, in *whole) (decoder, error) {
	return openSheet(p, f, in, func(b *book) sheet { return &odsSheet{book: b} })
}

type odsSheet struct {
	*book
	m        *markup
	outside  int // depth of the table
	cells    []string
	line     int64 // of the last row
	repeats  int   // of it, still to give
	text     []byte
	inside   int  // paragraphs, one in another, that the text is in
	newlines bool // a paragraph came before
}

// find stands inside the table of a name, or the first.
func (s *odsSheet) find(name string) error {
	if err := s.encrypted(); err != nil {
		return err
	}
	m, err := s.must("content.xml")
	if err != nil {
		return err
	}
	s.m = m
	var names []string
	for {
		t, err := m.token()
		if err == io.EOF {
			return s.sheetless(name, names)
		}
		if err != nil {
			return err
		}
		m.begin(0)
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "table" || e.Name.Space != "table" {
			continue
		}
		names = append(names[:min(len(names), longestHeader)], attribute(e, "name"))
		if name == "" || names[len(names)-1] == name {
			s.outside = m.depth - 1
			return nil
		}
		if err := m.skip(); err != nil {
			return err
		}
	}
}

// encrypted looks for what part 2, §4.8.1 puts in the manifest of a file that a password protects.
func (s *odsSheet) encrypted() error {
	m, err := s.part("META-INF/manifest.xml")
	if err == errNoPart {
		return nil
	}
	if err != nil {
		return err
	}
	return m.each(func(e xml.StartElement) error {
		m.begin(0)
		if e.Name.Local == "encryption-data" {
			return s.refuse("workbook.encrypted")
		}
		return nil
	})
}

// row gives a row as many times as it is repeated, when it has text.
func (s *odsSheet) row() (int64, []string, error) {
	for s.repeats == 0 || len(s.cells) == 0 {
		s.line += int64(s.repeats)
		s.repeats = 0
		if err := s.advance(); err != nil {
			return 0, nil, err
		}
	}
	s.line++
	s.repeats--
	if s.line > tallestBook {
		return 0, nil, s.refuse("workbook.rows", "most", tallestBook)
	}
	return s.line, s.cells, nil
}

// advance reads the next row of the table; io.EOF when there is none.
func (s *odsSheet) advance() error {
	for s.m.depth > s.outside {
		t, err := s.m.token()
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "table-row":
			s.m.begin(s.line + 1)
			s.repeats = repeated(e, "number-rows-repeated")
			return s.fill()
		case "table-header-rows", "table-rows", "table-row-group":
		default: // columns, shapes, forms
			if err := s.m.skip(); err != nil {
				return err
			}
		}
	}
	return s.m.end()
}

// fill reads the cells of a row.
func (s *odsSheet) fill() error {
	s.cells = s.cells[:0]
	column, used := 0, 0
	for row := s.m.depth; s.m.depth >= row; {
		t, err := s.m.token()
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		n := repeated(e, "number-columns-repeated")
		text, err := s.cell(e)
		if err != nil {
			return err
		}
		if used += min(n, widestSheet-column) * len(text); used > longestRecord {
			return s.m.long()
		}
		s.cells = put(s.cells, column, n, text)
		column = min(column+n, widestSheet)
	}
	return nil
}

// cell gives a cell's value, and its text when it is text. That of a covered cell does not show, but is there.
func (s *odsSheet) cell(e xml.StartElement) (string, error) {
	s.text, s.newlines = s.text[:0], false
	if err := s.paragraphs(); err != nil {
		return "", err
	}
	value := map[string]string{}
	for _, a := range e.Attr {
		if a.Name.Space == "office" { // not calcext, which repeats it otherwise
			value[a.Name.Local] = a.Value
		}
	}
	shown := string(s.text)
	switch value["value-type"] {
	case "float", "percentage", "currency":
		return numbered(plain(value["value"]), shown), nil
	case "date":
		return isoMoment(value["date-value"]), nil
	case "time":
		return clock(value["time-value"]), nil
	case "boolean":
		return value["boolean-value"], nil
	case "string":
		if text, said := value["string-value"]; said {
			return text, nil
		}
	}
	return shown, nil
}

// numbered keeps the zeros that a format such as 00000 puts before a code.
func numbered(value, shown string) string {
	if strings.HasPrefix(shown, "0") && len(shown) > len(value) && strings.TrimLeft(shown, "0") == value {
		return shown
	}
	return value
}

// paragraphs gathers the text of the cell that was opened last: not that of its comments and drawings.
func (s *odsSheet) paragraphs() error {
	s.inside = 0
	for cell := s.m.depth; s.m.depth >= cell; {
		t, err := s.m.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := s.element(t); err != nil {
				return err
			}
		case xml.EndElement:
			if t.Name.Local == "p" && s.inside > 0 {
				s.inside--
			}
		case xml.CharData:
			if s.inside > 0 {
				s.collapse(t)
			}
		}
	}
	return nil
}

// element opens a paragraph (ODF 1.3 part 3, §5.1.3) or what stands in one (§6.1).
func (s *odsSheet) element(e xml.StartElement) error {
	switch {
	case e.Name.Local == "p":
		if s.newlines {
			s.text = append(s.text, '\n')
		}
		s.newlines = true
		s.inside++
	case e.Name.Space == "draw", e.Name.Space == "table", e.Name.Local == "annotation":
		return s.m.skip()
	case s.inside == 0:
	case e.Name.Local == "s":
		s.text = append(s.text, strings.Repeat(" ", min(repeated(e, "c"), longestQuote))...)
	case e.Name.Local == "tab":
		s.text = append(s.text, '\t')
	case e.Name.Local == "line-break":
		s.text = append(s.text, '\n')
	}
	return nil
}

// collapse takes white space as §6.1.2 does: a run of it is one space, and none at the beginning.
func (s *odsSheet) collapse(text []byte) {
	for _, c := range text {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			if len(s.text) == 0 || s.text[len(s.text)-1] == ' ' || s.text[len(s.text)-1] == '\n' {
				continue
			}
			c = ' '
		}
		s.text = append(s.text, c)
	}
}

var odsDuration = regexp.MustCompile(`^PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d*)?S$`)

// clock writes the duration that a time of day is in ODF as 13:30:00; another passes as it is.
func clock(text string) string {
	parts := odsDuration.FindStringSubmatch(text)
	if parts == nil {
		return text
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(parts[i+1]) // digits
	}
	return fmt.Sprintf("%02d:%02d:%02d", n[0], n[1], n[2])
}
