package indicator

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"maille/internal/schema"
)

// shownRows is how many rows of a table are printed: all are in the JSON.
const shownRows = 20

// lineWidth is how wide paragraphs are printed.
const lineWidth = 100

// printer writes an explanation for a terminal.
type printer struct{ *bufio.Writer }

// Print writes the explanation for people, in a terminal.
func (x *Explanation) Print(w io.Writer) error {
	p := printer{bufio.NewWriter(w)}
	p.head(x)
	for i, s := range x.Steps {
		fmt.Fprintf(p, "\n%d. %s\n", i+1, s.Title)
		p.paragraph("   ", s.Formula)
		p.paragraph("   ", s.Note)
		for _, v := range s.Parameters {
			p.paragraph("   ", explained.Say("coded", "code", orElse(v.Title, v.Name), "text", v.Said()))
		}
		for _, t := range s.Tables {
			p.table(t)
		}
		for _, r := range s.Results {
			p.paragraph("   ", "→ "+r.Name+" = "+r.Said())
		}
	}
	fmt.Fprintln(p)
	p.paragraph("", x.Check.Sentence)
	p.sources(x)
	return p.Flush()
}

func (p printer) head(x *Explanation) {
	i := &x.Indicator
	p.WriteString(explained.Say("print.title", "indicator", i.Title, "territory", x.Territory.Name, "code", x.Territory.Text) + "\n")
	for _, fact := range [][2]string{{"value", x.Said()}, {"formula", i.Formula}, {"numbers", x.Formula}, {"bounds", x.BoundsSaid()}, {"flag", x.FlagSaid()}, {"reason", x.ReasonSaid()},
		{"period", x.PeriodSaid()}, {"release", x.Release}, {"definition", i.Definition}} {
		p.fact(fact[0], fact[1])
	}
}

// fact prints a line with a label; nothing where there is nothing to say.
func (p printer) fact(id, text string) {
	if text == "" {
		return
	}
	label := explained.Say("print." + id)
	fmt.Fprintf(p, "  %s%s  ", label, strings.Repeat(" ", max(0, 13-utf8.RuneCountInString(label))))
	p.WriteString(strings.TrimLeft(wrapped(strings.Repeat(" ", 17), text), " "))
}

func (p printer) paragraph(indent, text string) {
	if text != "" {
		p.WriteString(wrapped(indent, text))
	}
}

// wrapped breaks a text between words, within the width.
func wrapped(indent, text string) string {
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(strings.ReplaceAll(text, "\u00a0", "\u2007")) {
		n := utf8.RuneCountInString(word)
		switch {
		case at == 0:
			b.WriteString(indent)
			at = utf8.RuneCountInString(indent)
		case at+1+n > lineWidth:
			b.WriteString("\n" + indent)
			at = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return strings.ReplaceAll(b.String(), "\u2007", "\u00a0") + "\n"
}

// table prints the first rows: numbers to the right, texts to the left.
func (p printer) table(t *Listing) {
	fmt.Fprintf(p, "   %s@%s\n", t.Dataset, t.Version)
	rows := t.Rows[:min(len(t.Rows), shownRows)]
	cells := make([][]string, 0, len(rows)+1)
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		if head[i] = c.Name; c.Unit != "" && c.Unit != c.Name {
			head[i] += " (" + c.Unit + ")"
		}
	}
	cells = append(cells, head)
	numeric := make([]bool, len(t.Columns))
	for k, row := range rows {
		line := make([]string, len(row.Values))
		for i, v := range row.Values {
			line[i] = t.cellText(k, i)
			numeric[i] = numeric[i] || v.Type() == schema.Integer || v.Type() == schema.Number
		}
		cells = append(cells, line)
	}
	p.aligned(cells, numeric)
	if more := t.Total - len(rows); more > 0 {
		p.paragraph("     ", explained.Say("print.more", "rows", several("row", int64(more))))
	}
}

// widestCell is how much of a text a cell shows.
const widestCell = 60

func (t *Listing) cellText(row, column int) string {
	v := t.Cell(row, column)
	text := strings.Join(strings.Fields(v.String()), " ")
	switch {
	case v.IsNull():
		return explained.Say("print.null")
	case v.Type() == schema.Boolean:
		return explained.Say("boolean." + text)
	case v.Type() == schema.Number || v.Type() == schema.Integer && !strings.HasPrefix(t.Columns[column].Name, "annee"):
		return figure(numberOf(v), -1)
	}
	if r := []rune(text); len(r) > widestCell {
		text = string(r[:widestCell-1]) + "…"
	}
	return text
}

func (p printer) aligned(cells [][]string, numeric []bool) {
	widths := make([]int, len(numeric))
	for _, line := range cells {
		for i, text := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	for _, line := range cells {
		var b strings.Builder
		for i, text := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if numeric[i] {
				b.WriteString("  " + pad + text)
			} else {
				b.WriteString("  " + text + pad)
			}
		}
		p.WriteString("   " + strings.TrimRight(b.String(), " ") + "\n")
	}
}

func (p printer) sources(x *Explanation) {
	p.WriteString("\n" + explained.Say("print.sources") + "\n")
	for _, o := range x.Sources {
		fmt.Fprintf(p, "  %s@%s  %s\n", o.Dataset, o.Version, o.Title)
		for _, f := range o.Files {
			fmt.Fprintf(p, "    %s\n    sha256 %s\n", orElse(f.URL, f.Place), f.SHA256)
			p.paragraph("    ", explained.Say("print.read", "day", f.Read.UTC().Format("02/01/2006"), "vintage", orElse(f.Vintage, "–"), "licence", strings.Join(f.Licences, ", ")))
		}
	}
	p.WriteString("\n" + explained.Say("print.methods") + "\n")
	for _, m := range x.Methods {
		by := m.By
		if m.Method != "" {
			by += " " + m.Method
		}
		if m.Seed != 0 {
			by += ", " + explained.Say("print.seed", "seed", m.Seed)
		}
		fmt.Fprintf(p, "  %s@%s  %s\n", m.Dataset, m.Version, by)
	}
	p.paragraph("  ", explained.Say("print.code", "code", x.Code, "method", x.Indicator.Method))
	p.paragraph("  ", x.Indicator.Limits)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
