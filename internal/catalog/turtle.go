package catalog

import (
	"bufio"
	"io"
	"strings"
)

// Turtle writes the graph as RDF 1.1 Turtle.
func (g *Graph) Turtle(w io.Writer) error {
	t := turtle{bufio.NewWriter(w)}
	for _, p := range prefixes {
		t.say("@prefix ", p.name, ": <", p.iri, "> .\n")
	}
	for _, n := range g.all() {
		t.say("\n<", n.iri, ">")
		t.properties(n, "  ")
		t.say(" .\n")
	}
	return t.Flush()
}

type turtle struct{ *bufio.Writer }

func (t turtle) say(parts ...string) {
	for _, part := range parts {
		_, _ = t.WriteString(part) // the error is Flush's
	}
}

func (t turtle) properties(n *node, indent string) {
	for i, p := range n.properties {
		if i > 0 {
			t.say(" ;")
		}
		name := p.predicate
		if name == rdfType {
			name = "a"
		}
		t.say("\n", indent, name, " ")
		for j, v := range p.values {
			if j > 0 {
				t.say(", ")
			}
			t.value(v, p.predicate, indent)
		}
	}
}

func (t turtle) value(v value, predicate, indent string) {
	switch {
	case v.blank != nil:
		t.say("[")
		t.properties(v.blank, indent+"  ")
		t.say("\n", indent, "]")
	case v.iri != "" && predicate == rdfType:
		t.say(shorten(v.iri))
	case v.iri != "":
		t.say("<", v.iri, ">")
	default:
		t.say(`"`, turtleEscapes.Replace(v.text), `"`)
		if v.language != "" {
			t.say("@", v.language)
		} else if v.datatype != "" {
			t.say("^^", shorten(v.datatype))
		}
	}
}

// turtleEscapes are what STRING_LITERAL_QUOTE may not have as it is, and the tab, which is not seen.
var turtleEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
