package source

import (
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
)

const (
	longestStrings = 128 << 20 // bytes of all shared strings, which stay in memory while the sheet is read
	mostStrings    = 8 << 20
)

// sharedStrings are the texts that cells name by rank (§18.4), one after another, as cells write them: cells that name the
// same text share it.
type sharedStrings struct {
	text string
	ends []uint32
}

// at is the text of a rank.
func (s *sharedStrings) at(rank string) (string, bool) {
	i, err := strconv.Atoi(rank)
	if err != nil || i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.text[from:s.ends[i]], true
}

func (b *book) shared(part string) (*sharedStrings, error) {
	s := &sharedStrings{}
	m, err := b.part(part)
	if err == errNoPart { // a workbook of numbers has none
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	var all, one strings.Builder
	reads := false
	for {
		t, err := m.token()
		if err == io.EOF {
			s.text = all.String()
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch reads = t.Name.Local == "t"; t.Name.Local {
			case "si":
				one.Reset()
				m.begin(int64(len(s.ends)) + 1)
			case "rPh":
				err = m.skip()
			}
		case xml.EndElement:
			if reads = false; t.Name.Local == "si" {
				all.WriteString(unescaped(one.String()))
				s.ends = append(s.ends, uint32(all.Len()))
			}
		case xml.CharData:
			if reads {
				one.Write(t)
			}
		}
		if err != nil {
			return nil, err
		}
		if all.Len() > longestStrings || len(s.ends) > mostStrings {
			return nil, b.refuse("workbook.strings", "most", size(longestStrings))
		}
	}
}

var stringEscape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped reads the characters that XML cannot hold (§22.9.2.19): a carriage return is _x000D_.
func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return stringEscape.ReplaceAllStringFunc(text, func(code string) string {
		n, _ := strconv.ParseUint(code[2:6], 16, 16) // hexadecimal digits
		return string(rune(n))
	})
}
