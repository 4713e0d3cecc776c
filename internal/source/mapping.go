package source

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// cell makes the text of one column of the schema out of a record's cells; what is wrong goes to the row's issues.
type cell func(cells []string, row *dataset.Row) string

func (p *plan) cell(c *schema.Column) cell {
	m, mapped := p.resource.Map[c.Name]
	if !mapped {
		return p.column(c.Name, c, c.Constraints.Required)
	}
	made := p.made(&m, c)
	switch m.As {
	case "quarter":
		made = remembered(made, quarter)
	case "year":
		made = remembered(made, year)
	case "decimal-comma":
		read := made
		made = func(cells []string, row *dataset.Row) string { return decimal(read(cells, row)) }
	}
	if mend := repairs[m.As]; mend != nil {
		made = repaired(made, mend, c)
	}
	return items(made, &m, c)
}

func (p *plan) made(m *dataset.Mapping, c *schema.Column) cell {
	switch {
	case m.Const != nil:
		return func([]string, *dataset.Row) string { return *m.Const }
	case m.Template != "":
		return p.template(m.Template, !m.Optional)
	case len(m.Case) > 0:
		return p.choice(m.Case)
	case m.Pointer != "":
		return p.pointed(m, c)
	case m.Column == vintage:
		return func([]string, *dataset.Row) string { return p.resource.Vintage }
	}
	return p.column(m.Column, c, !m.Optional)
}

func (p *plan) column(name string, c *schema.Column, needed bool) cell {
	slot := p.named(name, cmp.Or(c.Delimiter, defaultJoin), needed)
	return func(cells []string, _ *dataset.Row) string { return cells[slot] }
}

func (p *plan) pointed(m *dataset.Mapping, c *schema.Column) cell {
	slot := p.named(m.Column, "", !m.Optional)
	steps := pointerSteps(m.Pointer)
	return func(cells []string, row *dataset.Row) string {
		text, ok := point(cells[slot], steps, cmp.Or(c.Delimiter, defaultJoin))
		if !ok {
			row.Issues = append(row.Issues, dataset.Issue{Column: c.Name, Rule: "pointer", Level: dataset.Warning,
				Message: texts.Say("pointer", "column", c.Name)}) // not the cell, which may hold a person's address
		}
		return text
	}
}

// template is empty when all the columns it names are: "france-services_" alone would pass for an identifier.
func (p *plan) template(text string, needed bool) cell {
	var literals []string
	var slots []int
	for {
		literal, rest, opened := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !opened || !closed {
			break
		}
		literals, slots, text = append(literals, literal), append(slots, p.named(name, defaultJoin, needed)), after
	}
	return func(cells []string, _ *dataset.Row) string {
		var b strings.Builder
		filled := len(slots) == 0
		for i, slot := range slots {
			filled = filled || cells[slot] != ""
			b.WriteString(literals[i])
			b.WriteString(cells[slot])
		}
		if !filled {
			return ""
		}
		b.WriteString(text)
		return b.String()
	}
}

func (p *plan) choice(cases []dataset.Case) cell {
	when := make([]condition, len(cases))
	for i, c := range cases {
		when[i] = func([]string) bool { return true }
		if c.When != nil {
			when[i] = p.condition(c.When, p.named, false)
		}
	}
	return func(cells []string, _ *dataset.Row) string {
		for i, holds := range when {
			if holds(cells) {
				return cases[i].Then
			}
		}
		return ""
	}
}

// remembered spares repeating the change of a text that comes back from row to row.
func remembered(made cell, change func(string) string) cell {
	known := memory[string]{known: map[string]*changed[string]{}}
	return func(cells []string, row *dataset.Row) string { return known.of(made(cells, row), change) }
}

// memory is what texts were changed to: few and short ones, as those that come back are.
type memory[T any] struct {
	last  *changed[T]
	known map[string]*changed[T]
}

type changed[T any] struct {
	text string
	to   T
}

const mostRemembered, longestRemembered = 1000, 200

func (m *memory[T]) of(text string, change func(string) T) T {
	if m.last != nil && m.last.text == text {
		return m.last.to
	}
	one := m.known[text]
	if one == nil {
		if len(m.known) >= mostRemembered || len(text) > longestRemembered {
			return change(text)
		}
		text = strings.Clone(text) // a row's own would keep the whole row
		one = &changed[T]{text, change(text)}
		m.known[text] = one
	}
	m.last = one
	return one.to
}

// decimal reads 1 234,5 as 1234.5: thousands are parted by a space of any width, or not.
func decimal(text string) string {
	if strings.IndexFunc(text, unicode.IsSpace) >= 0 {
		text = strings.Join(strings.Fields(text), "")
	}
	return strings.Replace(text, ",", ".", 1)
}

var (
	quarterForm  = regexp.MustCompile(`^(\d{4})[ _]?T([1-4])$`)
	quarterFirst = regexp.MustCompile(`^T([1-4])[ _]?(\d{4})$`)
)

// quarter writes 2026-06-30, 2026 T2, 2026_T2 and T2 2026 as 2026T2; other texts pass, for the schema to reject by name.
func quarter(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\u00a0", " ")
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return text[:4] + "T" + strconv.Itoa((int(day.Month())+2)/3)
	}
	if parts := quarterForm.FindStringSubmatch(text); parts != nil {
		return parts[1] + "T" + parts[2]
	}
	if parts := quarterFirst.FindStringSubmatch(text); parts != nil {
		return parts[2] + "T" + parts[1]
	}
	return text
}

// year is that of a date or a quarter; other texts pass, for the schema to reject by name.
func year(text string) string {
	if year, _, found := strings.Cut(quarter(text), "T"); found {
		return year
	}
	return text
}
