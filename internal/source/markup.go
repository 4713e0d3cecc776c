package source

import (
	"encoding/xml"
	"errors"
	"io"
)

// markup walks the XML of one part of a workbook as it stands: no tree, and no stack, for a stranger to fill. Entities of
// a document type are not known, so they are a mistake rather than a bomb (encoding/xml).
type markup struct {
	file
	part  string
	guard *guard
	dec   *xml.Decoder
	depth int
	line  int64 // row being read, for sentences
}

const deepestMarkup = 256

func newMarkup(f file, part string, r io.Reader) *markup {
	g := &guard{left: func() error { return nil }, r: r, limit: longestRecord, comma: []byte("=")} // which attributes have
	return &markup{file: f, part: part, guard: g, dec: xml.NewDecoder(g)}
}

// token gives the next one; io.EOF when all that was opened is closed.
func (m *markup) token() (xml.Token, error) {
	t, err := m.dec.RawToken()
	if err == io.EOF && m.depth == 0 && m.guard.err == nil {
		return nil, io.EOF
	}
	if err != nil {
		return nil, m.broken(err)
	}
	switch t.(type) {
	case xml.StartElement:
		m.depth++
	case xml.EndElement:
		m.depth--
	}
	if m.depth > deepestMarkup || m.depth < 0 {
		return nil, m.refuse("workbook.corrupt", "part", m.part)
	}
	return t, nil
}

// begin gives what follows, a row say, a fresh budget.
func (m *markup) begin(line int64) {
	m.guard.next()
	m.line = line
}

// skip passes over the rest of the element that was opened last.
func (m *markup) skip() error {
	for outside := m.depth - 1; m.depth > outside; m.guard.next() {
		if _, err := m.token(); err != nil {
			return err
		}
	}
	return nil
}

// each calls on for every element within the one that was opened last, or the document, until it returns an error.
func (m *markup) each(on func(xml.StartElement) error) error {
	for outside := m.depth - 1; m.depth > outside; {
		t, err := m.token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := on(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *markup) broken(err error) error {
	switch {
	case errors.Is(m.guard.err, errTooLong), errors.Is(m.guard.err, errTooWide):
		return m.long()
	case m.guard.err != nil:
		return m.unreadable(m.guard.err)
	}
	return m.refuse("workbook.corrupt", "part", m.part).Because(err)
}

// long complains of the row being read.
func (m *markup) long() error {
	return m.refuse("workbook.long", "part", m.part, "line", m.line, "most", size(longestRecord))
}

// end reads what follows, so that a part cut short or altered there never passes for a whole one; it returns io.EOF.
func (m *markup) end() error {
	if _, err := io.Copy(io.Discard, m.guard.r); err != nil {
		return m.unreadable(err)
	}
	return io.EOF
}

// attribute is the value of an attribute whatever its prefix, or "".
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
