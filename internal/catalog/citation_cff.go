package catalog

import (
	"strings"

	"maille/internal/schema"
)

// spdx are identifiers of open licences that CFF 1.2.0 knows (definitions.license-enum).
var spdx = map[string]bool{"etalab-2.0": true, "ODbL-1.0": true, "CC0-1.0": true, "CC-BY-4.0": true, "CC-BY-SA-4.0": true, "PDDL-1.0": true, "ODC-By-1.0": true}

// CFF is CITATION.cff, of the Citation File Format 1.2.0: YAML whose texts are written as JSON has them, which YAML reads.
func (c *Citation) CFF() string {
	var b strings.Builder
	text := func(key, value string) {
		if value != "" {
			b.WriteString(key + ": " + string(schema.AppendQuoted(nil, oneLine(value))) + "\n")
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
			b.WriteString("  - " + string(schema.AppendQuoted(nil, oneLine(k))) + "\n")
		}
	}
	return b.String()
}

// licenseCFF names the licence where there is one: a list would mean a choice, whereas each dataset has its own.
func (c *Citation) licenseCFF(text func(key, value string)) {
	if len(c.Licenses) != 1 {
		return
	}
	if l := c.Licenses[0]; spdx[l.Name] {
		text("license", l.Name)
	} else {
		text("license-url", l.Path)
	}
}
