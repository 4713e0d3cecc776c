package source

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"maille/internal/fault"
)

const longestHeader = 40 // columns worth listing

// bind finds the field of each slot by the header's names. Columns that no one asks for are passed over, even twice.
func (t *table) bind(p *plan, header []string) error {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.TrimSpace(name)
	}
	t.width = len(names)
	t.fields = make([]int, len(p.slots))
	found := make([]bool, len(p.slots))
	for i, s := range p.slots {
		t.fields[i] = -1
		if s.virtual {
			continue
		}
		t.fields[i] = slices.Index(names, s.name)
		found[i] = t.fields[i] >= 0
		if found[i] && slices.Contains(names[t.fields[i]+1:], s.name) {
			return t.refuse("columns.twice", "columns", guillemets([]string{s.name}))
		}
	}
	p.missing(names)
	if absent := p.absent(found); len(absent) > 0 {
		return t.hint(t.refuse("columns.absent", "columns", guillemets(absent), "header", guillemets(names)))
	}
	return nil
}

// headless says why there is no header. A wrong separator shows as a misplaced quote when the header is quoted.
func (t *table) headless(err error) error {
	if err == io.EOF && t.in.err == nil {
		return t.refuse("empty")
	}
	err = t.broken(err)
	if refused, ok := err.(*fault.Error); ok && t.in.err == nil {
		return t.hint(refused)
	}
	return err
}

var separators = []rune{';', ',', '\t', '|'}

// hint adds to a complaint about the header the separator that it seems to have, when the declared one is not in it.
func (t *table) hint(e *fault.Error) *fault.Error {
	line, _, _ := bytes.Cut(t.in.head, []byte("\n"))
	count := func(r rune) int { return bytes.Count(line, []byte(string(r))) }
	likely := slices.MaxFunc(separators, func(a, b rune) int { return count(a) - count(b) })
	if count(t.r.Comma) > 0 || count(likely) == 0 {
		return e
	}
	separator := string(likely)
	if likely == '\t' {
		separator = texts.Say("columns.tab")
	}
	e.Message += texts.Say("columns.hint", "separator", separator)
	return e
}

// guillemets lists names as French does, the first of them when they are many.
func guillemets(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i == longestHeader {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("« " + quoted(name) + " »")
	}
	return b.String()
}
