package catalog

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/piprate/json-gold/ld"

	"maille/internal/fault"
)

// JSONLD writes the graph as JSON-LD 1.1, with its context inside, so that a reader fetches nothing.
func (g *Graph) JSONLD(w io.Writer) (err error) {
	defer fault.Wrap(&err, "catalog.JSONLD")
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader = offline{}
	expanded, err := ld.NewJsonLdApi().FromRDF(g.dataset(), o)
	if err != nil {
		return err
	}
	document, err := ld.NewJsonLdProcessor().Compact(nest(expanded), map[string]any{"@context": g.context()}, o)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(document)
}

// offline refuses to fetch a context.
type offline struct{}

func (offline) LoadDocument(address string) (*ld.RemoteDocument, error) {
	return nil, fmt.Errorf("%s: contexts are not fetched", address)
}

// dataset is the graph as the library has it, its blank nodes named in the order of their places.
func (g *Graph) dataset() *ld.RDFDataset {
	d, blanks := ld.NewRDFDataset(), 0
	var walk func(subject ld.Node, n *node)
	walk = func(subject ld.Node, n *node) {
		for _, p := range n.properties {
			for _, v := range p.values {
				object := v.term()
				if v.blank != nil {
					object = ld.NewBlankNode(fmt.Sprintf("_:b%d", blanks))
					blanks++
				}
				d.Graphs["@default"] = append(d.Graphs["@default"], ld.NewQuad(subject, ld.NewIRI(expand(p.predicate)), object, "@default"))
				if v.blank != nil {
					walk(object, v.blank)
				}
			}
		}
	}
	for _, n := range g.all() {
		walk(ld.NewIRI(n.iri), n)
	}
	return d
}

func (v *value) term() ld.Node {
	switch {
	case v.iri != "":
		return ld.NewIRI(v.iri)
	case v.language != "":
		return ld.NewLiteral(v.text, ld.RDFLangString, v.language)
	case v.datatype != "":
		return ld.NewLiteral(v.text, v.datatype, "")
	}
	return ld.NewLiteral(v.text, ld.XSDString, "")
}

// nest puts each blank node in its place, which is one, and takes its name away.
func nest(expanded []any) (nodes []any) {
	blank := map[string]map[string]any{}
	for _, n := range expanded {
		if n := n.(map[string]any); ld.IsBlankNodeValue(n) {
			blank[n["@id"].(string)] = n
		} else {
			nodes = append(nodes, n)
		}
	}
	for _, n := range expanded {
		for _, values := range n.(map[string]any) {
			list, _ := values.([]any)
			for i := range list {
				if v, ok := list[i].(map[string]any); ok && blank[fmt.Sprint(v["@id"])] != nil {
					list[i] = blank[v["@id"].(string)]
				}
			}
		}
	}
	for _, n := range blank {
		delete(n, "@id")
	}
	return nodes
}

// context has the prefixes, and what the values of a property are, where those of this graph are all alike.
func (g *Graph) context() map[string]any {
	context := map[string]any{"@language": "fr"}
	for _, p := range prefixes {
		context[p.name] = p.iri
	}
	kinds := map[string][]string{}
	var walk func(n *node)
	walk = func(n *node) {
		for _, p := range n.properties {
			for _, v := range p.values {
				if kind := v.kind(); !slices.Contains(kinds[p.predicate], kind) {
					kinds[p.predicate] = append(kinds[p.predicate], kind)
				}
				if v.blank != nil {
					walk(v.blank)
				}
			}
		}
	}
	for _, n := range g.all() {
		walk(n)
	}
	for predicate, kinds := range kinds {
		if len(kinds) == 1 && kinds[0] != "" && predicate != rdfType {
			context[predicate] = map[string]any{"@id": predicate, "@type": kinds[0]}
		}
	}
	return context
}

// kind is what a context may say of values like this one; "" of texts and blank nodes.
func (v *value) kind() string {
	switch {
	case v.iri != "":
		return "@id"
	case v.datatype != "":
		return shorten(v.datatype)
	}
	return ""
}
