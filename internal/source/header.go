package source

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"maille/internal/fault"
)

const longestHeader = 40 // columns worth listing

// bind finds, by the header's names, the field of each slot, -1 for none. Columns that no one asks for are passed over,
// even twice. It makes the slots of the columns to unpivot, so what depends on their number comes after it.
func (p *plan) bind(f file, header []string) (fields []int, err error) {
	names := make([]string, len(header))
	first, again := make(map[string]int, len(header)), map[string]bool{}
	for i, name := range header {
		names[i] = strings.TrimSpace(name)
		if _, known := first[names[i]]; known {
			again[names[i]] = true
		} else {
			first[names[i]] = i
		}
	}
	if err := p.unfold(f, names); err != nil {
		return nil, err
	}
	found := make([]bool, len(p.slots))
	for i, s := range p.slots {
		field, there := first[s.name]
		if found[i] = there && !s.virtual; !found[i] {
			field = -1
		} else if again[s.name] {
			return nil, f.refuse("columns.twice", "columns", guillemets([]string{s.name}))
		}
		fields = append(fields, field)
	}
	p.observed(f, names)
	p.missing(names)
	if absent := p.absent(found); len(absent) > 0 {
		return nil, f.refuse("columns.absent", "columns", guillemets(absent), "header", guillemets(names))
	}
	return fields, nil
}

// observed tells who asked the columns of the file.
func (p *plan) observed(f file, names []string) {
	if p.observe != nil {
		p.observe(f.member, slices.Clone(names))
	}
}

// headless says why there is no header. A wrong separator shows as a misplaced quote when the header is quoted.
func (t *table) headless(err error) error {
	if err == io.EOF && t.in.err == nil {
		return t.refuse("empty")
	}
	err = t.broken(err)
	if t.in.err == nil {
		return t.hint(err)
	}
	return err
}

var separators = []rune{';', ',', '\t', '|'}

// hint adds to a complaint about the header the separator that it seems to have, when the declared one is not in it.
func (t *table) hint(err error) error {
	refused, ok := err.(*fault.Error)
	if !ok {
		return err
	}
	line, rest, _ := bytes.Cut(t.in.head, []byte("\n"))
	for range t.above {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
	}
	count := func(r rune) int { return bytes.Count(line, []byte(string(r))) }
	likely := slices.MaxFunc(separators, func(a, b rune) int { return count(a) - count(b) })
	if count(t.r.Comma) > 0 || count(likely) == 0 {
		return err
	}
	separator := string(likely)
	if likely == '\t' {
		separator = texts.Say("columns.tab")
	}
	refused.Message += texts.Say("columns.hint", "separator", separator)
	return refused
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
