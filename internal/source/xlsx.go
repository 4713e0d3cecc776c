package source

import (
	"context"
	"encoding/xml"
	"errors"
	"path"
	"strconv"
	"strings"
)

// openXLSX reads a sheet of an Office Open XML workbook (ECMA-376 part 1, §18) as it stands: the values that were last
// computed, whatever a format shows of them.
func openXLSX(_ context.Context, p *plan, f file, in *whole) (decoder, error) {
	return openSheet(p, f, in, func(b *book) sheet { return &xlsxSheet{book: b} })
}

type xlsxSheet struct {
	*book
	m       *markup
	epoch   epoch
	formats []numberFormat // by style
	strings *sharedStrings
	cells   []string
	line    int64 // of the last row
	text    []byte
}

// find stands at the beginning of the sheet of a name, or the first.
func (s *xlsxSheet) find(name string) error {
	relations, err := s.relations("", "_rels/.rels")
	if err != nil {
		return err
	}
	workbook := relations.ofType("/officeDocument")
	id, err := s.declared(workbook, name)
	if err != nil {
		return err
	}
	folder := path.Dir(workbook)
	relations, err = s.relations(folder, path.Join(folder, "_rels", path.Base(workbook)+".rels"))
	if err != nil {
		return err
	}
	if s.formats, err = s.styles(relations.ofType("/styles")); err != nil {
		return err
	}
	if s.strings, err = s.shared(relations.ofType("/sharedStrings")); err != nil {
		return err
	}
	s.m, err = s.must(relations.ofID(id))
	return err
}

// relation leads from one part to another (ECMA-376 part 2, §9.3).
type relation struct{ id, kind, target string }

type relations []relation

func (r relations) ofType(ending string) string {
	for _, to := range r {
		if strings.HasSuffix(to.kind, ending) {
			return to.target
		}
	}
	return ""
}

func (r relations) ofID(id string) string {
	for _, to := range r {
		if to.id == id {
			return to.target
		}
	}
	return ""
}

func (b *book) relations(folder, part string) (found relations, err error) {
	m, err := b.must(part)
	if err != nil {
		return nil, err
	}
	err = m.each(func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			target := attribute(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join(folder, target)
			}
			found = append(found, relation{attribute(e, "Id"), attribute(e, "Type"), strings.TrimPrefix(target, "/")})
		}
		return nil
	})
	return found, err
}

// declared finds the relation of a sheet, the first worksheet when name is empty.
func (s *xlsxSheet) declared(workbook, name string) (id string, err error) {
	m, err := s.must(workbook)
	if err != nil {
		return "", err
	}
	var names []string
	found := errors.New("found")
	err = m.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			date1904 := attribute(e, "date1904")
			s.epoch = epoch(date1904 == "1" || date1904 == "true")
		case "sheet":
			names = append(names, attribute(e, "name"))
			if name == "" || names[len(names)-1] == name {
				id = attribute(e, "id")
				return found
			}
		}
		return nil
	})
	switch err {
	case found:
		return id, nil
	case nil:
		return "", s.sheetless(name, names)
	}
	return "", err
}

// row reads rows until one has text.
func (s *xlsxSheet) row() (int64, []string, error) {
	for {
		t, err := s.m.token()
		if err != nil {
			return 0, nil, err
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "row" {
			s.m.begin(s.line)
			continue
		}
		if s.line++; attribute(e, "r") != "" {
			if n, err := strconv.ParseInt(attribute(e, "r"), 10, 32); err == nil && n > s.line {
				s.line = n
			}
		}
		s.m.begin(s.line)
		if err := s.fill(); err != nil {
			return 0, nil, err
		}
		if len(s.cells) > 0 {
			return s.line, s.cells, nil
		}
	}
}

// fill reads the cells of a row, which say where they stand or follow each other.
func (s *xlsxSheet) fill() error {
	s.cells = s.cells[:0]
	column, used := -1, 0
	for row := s.m.depth; s.m.depth >= row; {
		t, err := s.m.token()
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "c" {
			continue
		}
		column = max(column+1, columnOf(attribute(e, "r")))
		text, err := s.cell(e)
		if err != nil {
			return err
		}
		if used += len(text); used > longestRecord { // a shared string is longer than the cell that names it
			return s.m.long()
		}
		s.cells = put(s.cells, column, 1, text)
	}
	return nil
}

// columnOf is the column that a reference such as AB12 names, from 0; -1 when it names none.
func columnOf(reference string) int {
	column := 0
	for _, c := range []byte(reference) {
		if c < 'A' || c > 'Z' || column > widestSheet {
			break
		}
		column = 26*column + int(c-'A') + 1
	}
	return column - 1
}

// cell reads a cell's value (§18.3.1.4), by its type (§18.18.11).
func (s *xlsxSheet) cell(e xml.StartElement) (string, error) {
	if err := s.value(); err != nil {
		return "", err
	}
	text := string(s.text)
	switch attribute(e, "t") {
	case "s":
		shared, ok := s.strings.at(text)
		if !ok {
			return "", s.refuse("workbook.corrupt", "part", s.m.part)
		}
		return shared, nil
	case "b":
		return map[string]string{"0": "false", "1": "true"}[text], nil
	case "d":
		return isoMoment(text), nil
	case "str", "inlineStr":
		return unescaped(text), nil
	case "e":
		return text, nil
	}
	style, err := strconv.Atoi(attribute(e, "s"))
	if err != nil || style < 0 || style >= len(s.formats) {
		return plain(text), nil
	}
	return s.formats[style].write(text, s.epoch), nil
}

// value gathers the text of the cell that was opened last: of its value or its string, not of its formula or phonetics.
func (s *xlsxSheet) value() error {
	s.text = s.text[:0]
	reads := false
	for cell := s.m.depth; s.m.depth >= cell; {
		t, err := s.m.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			reads = t.Name.Local == "v" || t.Name.Local == "t"
			if t.Name.Local == "rPh" {
				err = s.m.skip()
			}
		case xml.EndElement:
			reads = false
		case xml.CharData:
			if reads {
				s.text = append(s.text, t...)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
