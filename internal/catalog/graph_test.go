package catalog

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"
)

// strange is a graph of what the three forms escape, each in its way.
func strange() *Graph {
	g := &Graph{}
	g.add("http://example.fr/a b<c>\"d\"|{e}", "dcat:Dataset", "foaf:Document").
		set("dct:title", french("« Où » & <l'été> ]]> \\ \"guillemets\"\nligne\tsuite \u0001\r\ufffe𝒳")).
		set("dct:identifier", plain("a"), plain("a"), plain("")).
		set("dct:description", french("")).
		set("dcat:theme", ref("not an address"), ref("http://example.fr/?a=1&b=<2>")).
		set("dct:issued", typed("2026-11-22T00:00:00Z", "xsd:dateTime")).
		set("dct:temporal", inside("dct:PeriodOfTime").set("dcat:startDate", typed("2026-01-01", "xsd:date")).
			set("dct:relation", inside().set("dct:title", plain("au fond")).value()).value()).
		set("dct:spatial", inside().value())
	g.add("http://example.fr/b").set("dct:identifier", plain("sans type"), typed("2", "xsd:integer")).
		set("dct:relation", inside("dct:Location").value(), inside("dct:Location").set("dct:title", french("deux")).value())
	return g
}

// TestThreeForms: other people's readers find the same graph in each.
func TestThreeForms(t *testing.T) {
	for name, g := range map[string]*Graph{"strange": strange(), "catalogue": sampleCatalogue().Page(1, "ttl")} {
		want := canonical(t, g.dataset())
		if got := canonical(t, fromJSONLD(t, written(t, g.JSONLD))); got != want {
			t.Errorf("%s: JSON-LD says\n%s\nnot\n%s", name, got, want)
		}
		for format, write := range map[string]func(io.Writer) error{"turtle": g.Turtle, "xml": g.RDFXML} {
			if got := canonical(t, fromRDFlib(t, format, written(t, write))); got != want {
				t.Errorf("%s: %s says\n%s\nnot\n%s", name, format, got, want)
			}
		}
	}
}

// TestSameBytes: the same graph is written alike each time, JSON-LD too, whose library works on maps.
func TestSameBytes(t *testing.T) {
	for range 20 {
		a, b := sampleCatalogue().Page(1, "ttl"), sampleCatalogue().Page(1, "ttl")
		if !bytes.Equal(written(t, a.Turtle), written(t, b.Turtle)) || !bytes.Equal(written(t, a.RDFXML), written(t, b.RDFXML)) ||
			!bytes.Equal(written(t, a.JSONLD), written(t, b.JSONLD)) {
			t.Fatal("two ways of writing one graph")
		}
	}
}

// TestTurtle shows the form, which people read too.
func TestTurtle(t *testing.T) {
	text := string(written(t, strange().Turtle))
	_, body, _ := strings.Cut(text, "\n\n")
	want := `<http://example.fr/a%20b%3Cc%3E%22d%22%7C%7Be%7D>
  a dcat:Dataset, foaf:Document ;
  dct:title "« Où » & <l'été> ]]> \\ \"guillemets\"\nligne\tsuite 𝒳"@fr ;
  dct:identifier "a" ;
  dcat:theme <http://example.fr/?a=1&b=%3C2%3E> ;
  dct:issued "2026-11-22T00:00:00Z"^^xsd:dateTime ;
  dct:temporal [
    a dct:PeriodOfTime ;
    dcat:startDate "2026-01-01"^^xsd:date ;
    dct:relation [
      dct:title "au fond"
    ]
  ] ;
  dct:spatial [
  ] .
`
	if !strings.HasPrefix(body, want) {
		t.Errorf("got\n%s\nnot\n%s", body, want)
	}
}

func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// canonical is the graph whatever the names of its blank nodes (RDF Dataset Canonicalization).
func canonical(t *testing.T, d *ld.RDFDataset) string {
	t.Helper()
	o := ld.NewJsonLdOptions("")
	o.Format, o.Algorithm = "application/n-quads", ld.AlgorithmURDNA2015
	text, err := ld.NewJsonLdApi().Normalize(d, o)
	if err != nil {
		t.Fatal(err)
	}
	return text.(string)
}

func fromJSONLD(t *testing.T, text []byte) *ld.RDFDataset {
	t.Helper()
	var document any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader = offline{}
	d, err := ld.NewJsonLdProcessor().ToRDF(document, o)
	if err != nil {
		t.Fatal(err)
	}
	return d.(*ld.RDFDataset)
}

// fromRDFlib reads Turtle, RDF/XML and JSON-LD with the library that data.gouv.fr has.
func fromRDFlib(t *testing.T, format string, text []byte) *ld.RDFDataset {
	t.Helper()
	const python = "/usr/bin/python3" // the one that Debian's packages install for
	if err := exec.Command(python, "-c", "import rdflib").Run(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("rdflib (python3-rdflib) is not installed")
		}
		t.Skip("rdflib (python3-rdflib) is not installed")
	}
	c := exec.CommandContext(t.Context(), python, "testdata/ntriples.py", format)
	c.Stdin, c.Stderr = bytes.NewReader(text), os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("rdflib cannot read the %s: %v", format, err)
	}
	d, err := ld.ParseNQuads(string(out))
	if err != nil {
		t.Fatal(err)
	}
	return d
}
