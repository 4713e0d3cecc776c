package catalog

import (
	"strings"
)

// prefixes are those of the three forms, in the order they are written.
var prefixes = []struct{ name, iri string }{
	{"adms", "http://www.w3.org/ns/adms#"},
	{"dcat", "http://www.w3.org/ns/dcat#"},
	{"dcatap", "http://data.europa.eu/r5r/"},
	{"dct", "http://purl.org/dc/terms/"},
	{"eli", "http://data.europa.eu/eli/ontology#"},
	{"foaf", "http://xmlns.com/foaf/0.1/"},
	{"geo", "http://www.opengis.net/ont/geosparql#"},
	{"hydra", "http://www.w3.org/ns/hydra/core#"},
	{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
	{"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
	{"skos", "http://www.w3.org/2004/02/skos/core#"},
	{"spdx", "http://spdx.org/rdf/terms#"},
	{"vcard", "http://www.w3.org/2006/vcard/ns#"},
	{"xsd", "http://www.w3.org/2001/XMLSchema#"},
}

// expand is the address of a short name such as dct:title.
func expand(name string) string {
	short, local, _ := strings.Cut(name, ":")
	for _, p := range prefixes {
		if p.name == short {
			return p.iri + local
		}
	}
	panic("catalog: no prefix of " + name) // a defect of this package
}

// shorten is the short name of an address of a vocabulary.
func shorten(iri string) string {
	for _, p := range prefixes {
		if local, ok := strings.CutPrefix(iri, p.iri); ok {
			return p.name + ":" + local
		}
	}
	panic("catalog: no prefix for " + iri)
}

// authority is where the EU's controlled vocabularies are (DCAT-AP 3.0.1 §10.2); the addresses begin with http.
const authority = "http://publications.europa.eu/resource/authority/"

const (
	themeScheme = authority + "data-theme"
	hvdScheme   = "http://data.europa.eu/bna/asd487ae75"
	hvdLaw      = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
	sha256      = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
	mediaTypes  = "https://www.iana.org/assignments/media-types/"
)

// hvdCategories are the addresses of those of dataset.HVDCategories.
var hvdCategories = map[string]string{
	"geospatial":        "http://data.europa.eu/bna/c_ac64a52d",
	"statistics":        "http://data.europa.eu/bna/c_e1da4e07",
	"mobility":          "http://data.europa.eu/bna/c_b79e35eb",
	"environment":       "http://data.europa.eu/bna/c_dd313021",
	"meteorological":    "http://data.europa.eu/bna/c_164e0bf5",
	"company-ownership": "http://data.europa.eu/bna/c_a9135398",
}

// format is how a catalogue names a format: the EU's code, or for want of one the name that harvesters show, and whether
// IANA has the media type.
type format struct {
	code, label string
	registered  bool
}

// formats are by the extension of a file.
var formats = map[string]format{
	"csv":     {code: "CSV", registered: true},
	"geojson": {code: "GEOJSON", registered: true},
	"parquet": {code: "PARQUET", registered: true},
	"gpkg":    {code: "GPKG", registered: true},
	"xlsx":    {code: "XLSX", registered: true},
	"fgb":     {label: "fgb"},
	"pmtiles": {label: "pmtiles"},
}

// concept is a word of a controlled vocabulary, with the label that data.gouv.fr makes a tag of.
func (g *Graph) concept(iri, label, scheme string) value {
	n := g.term(iri, "skos:Concept").set("skos:prefLabel", french(texts.Say(label)))
	if scheme != "" {
		n.set("skos:inScheme", ref(scheme))
	}
	return ref(iri)
}

// scheme is a vocabulary, by its title.
func (g *Graph) scheme(iri, title string) value {
	g.term(iri, "skos:ConceptScheme").set("dct:title", french(texts.Say(title)))
	return ref(iri)
}

// known is a term of which nothing is said but what it is.
func (g *Graph) known(iri string, types ...string) value {
	if v := ref(iri); v.iri != "" {
		g.term(v.iri, types...)
		return v
	}
	return value{}
}

func (g *Graph) french() value { return g.known(authority+"language/FRA", "dct:LinguisticSystem") }
func (g *Graph) public() value {
	return g.known(authority+"access-right/PUBLIC", "dct:RightsStatement")
}
func (g *Graph) page(iri string) value { return g.known(iri, "foaf:Document") }
func (g *Graph) theme(code string) value {
	if code == "" {
		return value{}
	}
	g.scheme(themeScheme, "theme.scheme")
	return g.concept(themeScheme+"/"+code, "theme."+code, themeScheme)
}
