package carto

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// element is one of an XML document: QGIS has no schema for its files, and reads what it finds by name.
type element struct {
	name     string
	attrs    []string // name, value…
	text     string
	children []*element
}

func el(name string, attrs ...string) *element { return &element{name: name, attrs: attrs} }

// with adds children, but those that are nil.
func (e *element) with(children ...*element) *element {
	for _, c := range children {
		if c != nil {
			e.children = append(e.children, c)
		}
	}
	return e
}

// say is an element of text alone.
func say(name, text string, attrs ...string) *element {
	return &element{name: name, attrs: attrs, text: text}
}

// document is the element after the line by which QGIS, and who looks at a file's first bytes, know what it is.
func (e *element) document(doctype string) []byte {
	var b bytes.Buffer
	b.WriteString(doctype + "\n")
	e.write(&b, 0)
	return b.Bytes()
}

func (e *element) write(b *bytes.Buffer, depth int) {
	indent := strings.Repeat(" ", depth)
	b.WriteString(indent + "<" + e.name)
	for i := 0; i < len(e.attrs); i += 2 {
		b.WriteString(" " + e.attrs[i] + `="`)
		escapeXML(b, e.attrs[i+1])
		b.WriteByte('"')
	}
	switch {
	case len(e.children) > 0:
		b.WriteString(">\n")
		for _, c := range e.children {
			c.write(b, depth+1)
		}
		b.WriteString(indent + "</" + e.name + ">\n")
	case e.text != "":
		b.WriteByte('>')
		escapeXML(b, e.text)
		b.WriteString("</" + e.name + ">\n")
	default:
		b.WriteString("/>\n")
	}
}

// escapeXML writes text; what no XML document may hold (XML 1.0 §2.2) becomes U+FFFD.
func escapeXML(b *bytes.Buffer, text string) {
	_ = xml.EscapeText(b, []byte(text)) // a buffer takes all
}

// optionMap is how QGIS keeps properties that it knows by name: name, value…
func optionMap(pairs ...string) *element {
	m := el("Option", "type", "Map")
	for i := 0; i < len(pairs); i += 2 {
		m.with(option(pairs[i], pairs[i+1]))
	}
	return m
}

func option(name, value string) *element {
	return el("Option", "type", "QString", "name", name, "value", value)
}

func optionFlag(name, value string) *element {
	return el("Option", "type", "bool", "name", name, "value", value)
}

// field is a column in an expression of QGIS. Names of columns are of letters, digits and _.
func field(name string) string { return `"` + name + `"` }

// literal is a text in an expression of QGIS, where \ escapes.
func literal(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`, "\n", `\n`).Replace(text) + "'"
}
