package catalog

import (
	"fmt"
	"strings"
)

// ISO690 is the reference as ISO 690:2021 orders it, in French: creator, title, type of resource, version, host, date,
// notes, address.
func (c *Citation) ISO690() string {
	var parts []string
	add := func(part string) {
		if part = strings.TrimRight(strings.TrimSpace(oneLine(part)), "."); part != "" {
			parts = append(parts, part)
		}
	}
	if c.Creator != c.Title {
		add(c.Creator)
	}
	add(c.Title + " " + texts.Say("cite.medium"))
	say := func(id string, pairs ...any) { add(texts.Say("cite."+id, pairs...)) }
	if c.Host == "" {
		say("version", "version", c.Version, "date", c.day())
	} else {
		say("part", "version", c.Version, "host", c.Host, "release", c.Release, "date", c.day())
	}
	if c.Dataset != "" && len(c.Sources) > 0 {
		say("sources", "sources", c.sources())
	}
	add(c.licences())
	if c.DOI != "" && !c.Exact {
		say("doi", "address", DOIAddress(c.DOI))
	}
	return strings.Join(parts, ". ") + ". " + texts.Say("cite.address", "address", c.Link())
}

// day is 22 novembre 2026.
func (c *Citation) day() string {
	day := fmt.Sprint(c.Published.Day())
	if day == "1" {
		day = texts.Say("first-day")
	}
	return day + " " + texts.Say(fmt.Sprintf("month.%d", c.Published.Month())) + " " + c.year()
}

// oneLine makes of line breaks and runs of spaces one space: citations are of one line a value.
func oneLine(text string) string { return strings.Join(strings.FieldsFunc(text, breaking), " ") }

// breaking leaves the spaces that hold words together, as before a colon in French.
func breaking(r rune) bool { return r <= ' ' || r == '\u2028' || r == '\u2029' || r == '\u0085' }
