package catalog

import (
	"bufio"
	"encoding/xml"
	"io"
)

// RDFXML writes the graph as RDF 1.1 XML.
func (g *Graph) RDFXML(w io.Writer) error {
	x := rdfXML{bufio.NewWriter(w)}
	x.say(xml.Header, "<rdf:RDF")
	for _, p := range prefixes {
		x.say("\n  xmlns:", p.name, `="`, p.iri, `"`)
	}
	x.say(">\n")
	for _, n := range g.all() {
		x.node(n, "  ")
	}
	x.say("</rdf:RDF>\n")
	return x.Flush()
}

type rdfXML struct{ *bufio.Writer }

func (x rdfXML) say(parts ...string) {
	for _, part := range parts {
		_, _ = x.WriteString(part) // the error is Flush's
	}
}

func (x rdfXML) escaped(text string) { _ = xml.EscapeText(x, []byte(text)) }

// node is an element of its first type (RDF 1.1 XML Syntax §2.13), or rdf:Description.
func (x rdfXML) node(n *node, indent string) {
	element, properties := "rdf:Description", n.properties
	if len(properties) > 0 && properties[0].predicate == rdfType {
		element = shorten(properties[0].values[0].iri)
		rest := property{rdfType, properties[0].values[1:]}
		properties = append([]property{rest}, properties[1:]...)
	}
	x.say(indent, "<", element)
	if n.iri != "" {
		x.attribute("rdf:about", n.iri)
	}
	x.say(">\n")
	for _, p := range properties {
		for _, v := range p.values {
			x.value(p.predicate, v, indent+"  ")
		}
	}
	x.say(indent, "</", element, ">\n")
}

func (x rdfXML) attribute(name, text string) {
	x.say(" ", name, `="`)
	x.escaped(text)
	x.say(`"`)
}

func (x rdfXML) value(element string, v value, indent string) {
	x.say(indent, "<", element)
	switch {
	case v.blank != nil:
		x.say(">\n")
		x.node(v.blank, indent+"  ")
		x.say(indent)
	case v.iri != "":
		x.attribute("rdf:resource", v.iri)
		x.say("/>\n")
		return
	default:
		if v.language != "" {
			x.attribute("xml:lang", v.language)
		} else if v.datatype != "" {
			x.attribute("rdf:datatype", v.datatype)
		}
		x.say(">")
		x.escaped(v.text)
	}
	x.say("</", element, ">\n")
}
