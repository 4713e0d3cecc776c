package catalog

import (
	"strings"

	"maille/internal/schema"
)

// CFF is CITATION.cff, of the Citation File Format 1.2.0: YAML whose texts are written as JSON has them, which YAML reads.
func (c *Citation) CFF() string {
	var b strings.Builder
	text := func(key, value string) {
		if value != "" {
			b.WriteString(key + ": " + quotedYAML(value) + "\n")
		}
	}
	text("cff-version", "1.2.0")
	text("message", texts.Say("cite.message"))
	text("type", "dataset")
	text("title", c.Title)
	b.WriteString("authors:\n")
	text("  - name", c.Creator)
	text("abstract", c.Description)
	text("version", c.Version)
	text("date-released", c.date())
	text("doi", c.DOI)
	text("url", c.Address)
	c.licenseCFF(text)
	if len(c.Keywords) > 0 {
		b.WriteString("keywords:\n")
		for _, k := range c.Keywords {
			b.WriteString("  - " + quotedYAML(k) + "\n")
		}
	}
	return b.String()
}

// quotedYAML is a text on one line, without the characters that YAML does not have though JSON does (YAML 1.2.2 §5.1).
func quotedYAML(text string) string {
	return string(schema.AppendQuoted(nil, strings.Map(func(c rune) rune {
		if c >= 0x7f && c < 0xa0 || c == 0xfeff {
			return -1
		}
		return c
	}, clean(oneLine(text)))))
}

// licenseCFF names the licence where there is one: a list would mean a choice, whereas each dataset has its own.
func (c *Citation) licenseCFF(text func(key, value string)) {
	if len(c.Licenses) != 1 {
		return
	}
	if l := c.Licenses[0].Known(); l.SPDX != "" {
		text("license", l.SPDX)
	} else {
		text("license-url", l.Path)
	}
}
