package catalog

import (
	"fmt"
	"strings"
)

// BibTeX is an entry @misc, which every style knows, in UTF-8.
func (c *Citation) BibTeX() string {
	var b strings.Builder
	fmt.Fprintf(&b, "@misc{%s,\n", c.key())
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-12s = %s,\n", name, value)
		}
	}
	text := func(name, value string) {
		if value != "" {
			field(name, "{"+inTeX(value)+"}")
		}
	}
	field("author", "{{"+inTeX(c.Creator)+"}}") // a body: its name has neither first nor last part
	field("title", "{{"+inTeX(c.Title)+"}}")    // capitals stay as they are
	field("year", "{"+c.year()+"}")
	field("month", strings.ToLower(c.Published.Format("Jan")))
	field("date", "{"+c.date()+"}")
	text("version", c.Version)
	text("publisher", c.Creator)
	text("howpublished", texts.Say("cite.kind"))
	text("series", c.Host)
	field("doi", braced(c.DOI))
	field("url", braced(c.Address))
	text("language", "french")
	text("keywords", strings.Join(c.Keywords, ", "))
	text("note", c.note())
	return b.String() + "}\n"
}

func (c *Citation) note() string {
	var parts []string
	if c.Dataset != "" && len(c.Sources) > 0 {
		parts = append(parts, texts.Say("cite.sources", "sources", c.sources()))
	}
	if len(c.Licenses) > 0 {
		parts = append(parts, c.licences())
	}
	return strings.Join(parts, ". ")
}

// braced is an address or a DOI, which LaTeX reads as it is.
func braced(text string) string {
	if text == "" {
		return ""
	}
	return "{" + text + "}"
}

// teX writes the signs that TeX has for itself. BibTeX counts braces even where a backslash stands before them, so they are named.
var teX = strings.NewReplacer(`\`, `{\textbackslash}`, "{", `{\textbraceleft}`, "}", `{\textbraceright}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"~", `{\textasciitilde}`, "^", `{\textasciicircum}`, "\u00a0", "~")

func inTeX(text string) string { return teX.Replace(oneLine(text)) }
