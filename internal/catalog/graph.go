package catalog

import (
	"net/url"
	"slices"
	"strings"
)

// Graph is RDF as a catalogue needs it: nodes that have an address, in the order they were added, and blank nodes inside the
// one property that they are the value of. So each is written where it belongs, and no name is made up for it.
type Graph struct {
	nodes []*node // what the graph is about
	terms []*node // words of vocabularies, said after it
	byIRI map[string]*node
}

// node is a subject and its properties.
type node struct {
	iri        string // "" of a blank one
	properties []property
}

// property is a predicate, as prefix and name, and its values.
type property struct {
	predicate string
	values    []value
}

// value is another node, by its address or inside, or a literal.
type value struct {
	iri      string
	blank    *node
	text     string
	language string // of a text for people
	datatype string // an address; "" of a plain text
}

// add finds the node of an address, or begins it.
func (g *Graph) add(iri string, types ...string) *node {
	n, known := g.find(iri, types)
	if !known {
		g.nodes = append(g.nodes, n)
	}
	return n
}

// term is a word of a vocabulary, of which the graph says what it takes to be read alone.
func (g *Graph) term(iri string, types ...string) *node {
	n, known := g.find(iri, types)
	if !known {
		g.terms = append(g.terms, n)
	}
	return n
}

func (g *Graph) find(iri string, types []string) (n *node, known bool) {
	iri = escapeIRI(iri)
	if n, known = g.byIRI[iri]; !known {
		if g.byIRI == nil {
			g.byIRI = map[string]*node{}
		}
		n = &node{iri: iri}
		g.byIRI[iri] = n
	}
	n.is(types...)
	return n, known
}

// all are the nodes in the order they are written.
func (g *Graph) all() []*node { return slices.Concat(g.nodes, g.terms) }

const rdfType = "rdf:type"

// is adds types, as prefix and name.
func (n *node) is(types ...string) *node {
	for _, t := range types {
		n.set(rdfType, ref(expand(t)))
	}
	return n
}

// set adds values of a property: each once, and none that is empty.
func (n *node) set(predicate string, values ...value) *node {
	for _, v := range values {
		if v == (value{}) {
			continue
		}
		i := slices.IndexFunc(n.properties, func(p property) bool { return p.predicate == predicate })
		if i < 0 {
			i = len(n.properties)
			n.properties = append(n.properties, property{predicate: predicate})
		}
		if !slices.Contains(n.properties[i].values, v) {
			n.properties[i].values = append(n.properties[i].values, v)
		}
	}
	return n
}

// ref is a node by its address; nothing where that is not absolute, for readers resolve none.
func ref(iri string) value {
	if u, err := url.Parse(iri); err != nil || !u.IsAbs() {
		return value{}
	}
	return value{iri: escapeIRI(iri)}
}

// inside is a new blank node.
func inside(types ...string) *node { return (&node{}).is(types...) }

func (n *node) value() value { return value{blank: n} }

// french is a text for people.
func french(text string) value {
	if text = clean(text); text == "" {
		return value{}
	}
	return value{text: text, language: "fr"}
}

// plain is a text for programs.
func plain(text string) value { return value{text: clean(text)} }

// typed is a literal of a datatype, as prefix and name.
func typed(text, datatype string) value {
	if text == "" {
		return value{}
	}
	return value{text: text, datatype: expand(datatype)}
}

// escapeIRI writes with % what an IRI may not have (RFC 3987 §2.2, Turtle 1.1 IRIREF).
func escapeIRI(iri string) string {
	var b strings.Builder
	for _, c := range []byte(iri) {
		if c <= ' ' || strings.IndexByte("<>\"{}|^`\\", c) >= 0 {
			const digits = "0123456789ABCDEF"
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// clean leaves out of a text what XML 1.0 cannot say (§2.2), and the returns that it would make something else of (§2.11).
func clean(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' && c != '\n' || c == 0xfffe || c == 0xffff {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, ""))
}
