package catalog

import "strings"

// RIS is a reference of type DATA, in UTF-8, with the line ends that the format asks for.
func (c *Citation) RIS() string {
	var b strings.Builder
	add := func(tag, value string) {
		if value = oneLine(value); value != "" {
			b.WriteString(tag + "  - " + value + "\r\n")
		}
	}
	add("TY", "DATA")
	add("AU", c.Creator+",") // the comma says that a body has no first name
	add("TI", c.Title)
	add("T2", c.Host)
	add("PY", c.year())
	add("DA", c.Published.Format("2006/01/02"))
	add("ET", c.Version)
	add("PB", c.Creator)
	add("AB", c.Description)
	for _, k := range c.Keywords {
		add("KW", k)
	}
	add("LA", "fr")
	add("DO", c.DOI)
	add("UR", c.Address)
	add("N1", c.note())
	b.WriteString("ER  - \r\n")
	return b.String()
}
