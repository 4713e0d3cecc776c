package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

var firstDay, secondDay = time.Date(2026, 3, 1, 8, 0, 0, 5000, time.UTC), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// sampleCatalogue has a dataset of each sort that the catalogue tells apart.
func sampleCatalogue() *Catalogue {
	c := &Catalogue{Service: &Service{Title: "Essai", Description: "Une instance pour essayer", Root: "https://data.example.fr", DOI: DOIs{"lieux": "10.5072/essai"},
		Publisher: Publisher{Name: "Département d'essai", Kind: "local", Email: "donnees@example.fr", URL: "https://www.example.fr/contact"}},
		Manifest: &release.Manifest{Release: "2026-11-22.1", Published: secondDay}, Datasets: map[string]*dataset.Dataset{}, Spans: map[string]dataset.Interval{}}
	c.describe("contours", nil, func(d *dataset.Dataset, e *release.Entry) {
		d.Publication.Reference, d.Publication.COG, d.Publication.HVD = "contours", "2026", "geospatial"
		e.Extent = &geo.BBox{West: 1.9145, South: 48.2846, East: 2.5857, North: 48.7761}
		e.Files = append(e.Files, file("contours.pmtiles", 1), file("contours.fgb", 2))
	})
	c.describe("lieux", nil, func(d *dataset.Dataset, e *release.Entry) {
		d.Schema.ConformsTo = "https://schema.data.gouv.fr/schemas/LaMednum/standard-mediation-num/1.0.1/schema.json"
		e.Artefacts = []release.Artefact{{Vintage: "2024-08-01", RetrievedAt: secondDay}, {RetrievedAt: secondDay}}
		e.Files = append(e.Files, release.File{Name: "lieux/code_departement=91/lieux.csv", Role: release.RolePart}, release.File{Name: "lieux.codebook.csv", Role: release.RoleCodebook})
	})
	c.describe("quarters", nil, func(d *dataset.Dataset, e *release.Entry) {
		d.Licenses = append(d.Licenses, dataset.License{Name: "ODbL-1.0"})
		e.Artefacts = []release.Artefact{{Vintage: "2017T3"}, {Vintage: "2026T2"}}
	})
	c.describe("series", []string{"quarters", "contours"}, func(d *dataset.Dataset, _ *release.Entry) {
		d.Publication.COG, d.Publication.Key = "2026", []string{"code_insee", "trimestre"}
	})
	c.describe("today", []string{"quarters", "contours"}, func(d *dataset.Dataset, _ *release.Entry) { d.Publication.COG = "2026" })
	c.describe("days", nil, func(*dataset.Dataset, *release.Entry) {
		c.Spans["days"] = dataset.Interval{From: "2020-02-29", To: "2026-06-30"}
	})
	return c
}

func (c *Catalogue) describe(name string, from []string, more func(*dataset.Dataset, *release.Entry)) {
	d := &dataset.Dataset{Descriptor: dataset.Descriptor{Name: name, Title: "Jeu " + name, Description: "Ce que « " + name + " » contient.", Keywords: []string{"essai"},
		Licenses:    []dataset.License{{Name: "etalab-2.0", Title: "Licence Ouverte 2.0", Path: "https://www.etalab.gouv.fr/licence-ouverte-open-licence"}},
		Sources:     []dataset.Source{{Title: "ANCT"}},
		Publication: dataset.Publication{Frequency: "QUARTERLY", Theme: "REGI"}}, Schema: &schema.Schema{}}
	if from != nil {
		d.Derived = &dataset.Derived{From: from}
	}
	e := release.Entry{Version: release.Version{Dataset: name, ID: "3f9a1c0b7d2e"}, Issued: firstDay, Modified: firstDay.AddDate(0, 1, 0), SinceTime: firstDay.AddDate(0, 1, 0),
		Files: []release.File{file(name+".csv", 3)}}
	more(d, &e)
	c.Datasets[name] = d
	c.Manifest.Datasets = append(c.Manifest.Datasets, e)
}

func file(name string, bytes int64) release.File {
	return release.File{Name: name, MediaType: "text/csv; charset=utf-8; header=present", Bytes: bytes, SHA256: strings.Repeat("ab", 32), Made: secondDay}
}

// asked are the properties that DCAT-AP 3.0.1 makes mandatory or recommends, by class.
var asked = map[string][]string{
	"dcat:Catalog": {"dct:title", "dct:description", "dct:publisher", "dct:language", "dct:license", "dct:issued", "dct:modified", "dct:spatial", "dcat:themeTaxonomy",
		"foaf:homepage", "dcat:dataset", "dcat:service"},
	"dcat:Dataset": {"dct:title", "dct:description", "dct:identifier", "dcat:contactPoint", "dcat:distribution", "dcat:keyword", "dcat:theme", "dct:publisher", "dct:spatial",
		"dct:temporal", "dct:accrualPeriodicity", "dct:issued", "dct:modified", "dcat:landingPage", "dct:accessRights", "dct:provenance", "dcat:version", "dct:language"},
	"dcat:Distribution": {"dcat:accessURL", "dcat:downloadURL", "dct:title", "dct:description", "dct:format", "dct:license", "dcatap:availability", "dcat:byteSize", "spdx:checksum",
		"dct:modified"},
	"dcat:DataService": {"dct:title", "dct:identifier", "dcat:endpointURL", "dcat:contactPoint", "dcat:endpointDescription", "dcat:keyword", "dcat:servesDataset", "dcat:theme",
		"dct:conformsTo", "dct:publisher", "dct:license", "dct:accessRights"},
	"foaf:Agent":          {"foaf:name", "dct:type"},
	"vcard:Kind":          {"vcard:fn", "vcard:hasEmail", "vcard:hasURL"},
	"spdx:Checksum":       {"spdx:algorithm", "spdx:checksumValue"},
	"skos:Concept":        {"skos:prefLabel"},
	"skos:ConceptScheme":  {"dct:title"},
	"dct:Location":        {"dcat:bbox", "dcat:centroid"},
	"dct:PeriodOfTime":    {"dcat:startDate", "dcat:endDate"},
	"dct:LicenseDocument": {"dct:type"},
	"adms:Identifier":     {"skos:notation"},
}

// once are the properties that have one value at most.
var once = []string{"dct:license", "dct:format", "dcat:mediaType", "dcat:byteSize", "spdx:checksum", "dct:accessRights", "dct:accrualPeriodicity", "dct:publisher", "dct:issued",
	"dct:modified", "dct:conformsTo", "dct:identifier", "dct:title", "dct:spatial", "dct:temporal", "spdx:algorithm", "spdx:checksumValue", "dcat:startDate", "dcat:endDate"}

func TestProfile(t *testing.T) {
	seen := map[string]int{}
	eachNode(sampleCatalogue().Page(1, "ttl"), func(n *node) {
		for class, properties := range asked {
			if !slices.Contains(n.texts(rdfType), expand(class)) {
				continue
			}
			seen[class]++
			for _, p := range properties {
				if len(n.texts(p)) == 0 {
					t.Errorf("%s %s has no %s", class, n.iri, p)
				}
			}
		}
		for _, p := range once {
			if values := n.texts(p); len(values) > 1 {
				t.Errorf("%s has several %s: %v", n.iri, p, values)
			}
		}
		for _, v := range n.texts(rdfType) {
			if len(n.properties) == 1 && n.iri == "" && v != expand("dct:Location") {
				t.Errorf("an empty %s", v)
			}
		}
	})
	for class := range asked {
		if seen[class] == 0 {
			t.Errorf("no %s at all", class)
		}
	}
}

// TestDescribed: a node that the graph names is described in it, but for files and pages elsewhere, so that a page is read
// alone.
func TestDescribed(t *testing.T) {
	g := sampleCatalogue().Page(1, "ttl")
	eachNode(g, func(n *node) {
		for _, p := range n.properties {
			for _, v := range p.values {
				elsewhere := p.predicate == rdfType || p.predicate == "vcard:hasURL" || p.predicate == "vcard:hasEmail" || p.predicate == "foaf:mbox" || p.predicate == "dct:type" && strings.Contains(v.iri, "adms")
				if v.iri != "" && !elsewhere && g.byIRI[v.iri] == nil {
					t.Errorf("%s %s <%s>, of which nothing is said", n.iri, p.predicate, v.iri)
				}
			}
		}
	})
}

// TestForDataGouv are the rules of its harvester that no shape of DCAT-AP has.
func TestForDataGouv(t *testing.T) {
	c := sampleCatalogue()
	g := c.Page(1, "ttl")
	for _, rule := range []struct{ because, node, property, want string }{
		{"the identifier is what it knows a dataset by", "/collections/lieux", "dct:identifier", "tag:data.example.fr,2026:collections/lieux"},
		{"conformsTo is the registered schema", "/collections/lieux", "dct:conformsTo", c.Datasets["lieux"].Schema.ConformsTo},
		{"of the file too", "/d/lieux.csv", "dct:conformsTo", c.Datasets["lieux"].Schema.ConformsTo},
		{"and nothing else is", "/collections/contours", "dct:conformsTo", ""},
		{"the algorithm of the sum is said", "/d/lieux.csv", "spdx:checksum", "{spdx:algorithm http://spdx.org/rdf/terms#checksumAlgorithm_sha256, spdx:checksumValue " + strings.Repeat("ab", 32) + "}"},
		{"no system before the polygon, and a blank node", "/collections/contours", "dct:spatial",
			"{dcat:bbox POLYGON((1.9145 48.2846,2.5857 48.2846,2.5857 48.7761,1.9145 48.7761,1.9145 48.2846)), dcat:centroid POINT(2.2501 48.53035)}"},
		{"without places, the territory's", "/collections/today", "dct:spatial",
			"{dcat:bbox POLYGON((1.9145 48.2846,2.5857 48.2846,2.5857 48.7761,1.9145 48.7761,1.9145 48.2846)), dcat:centroid POINT(2.2501 48.53035)}"},
		{"HVD by its category", "/collections/contours", "dcat:theme", "http://publications.europa.eu/resource/authority/data-theme/REGI http://data.europa.eu/bna/c_ac64a52d"},
		{"and by its law", "/collections/contours", "dcatap:applicableLegislation", "http://data.europa.eu/eli/reg_impl/2023/138/oj"},
		{"not elsewhere", "/collections/lieux", "dcatap:applicableLegislation", ""},
		{"the theme's label makes a tag", "http://publications.europa.eu/resource/authority/data-theme/REGI", "skos:prefLabel", "Régions et villes"},
		{"the licence by the address that it knows", "/d/lieux.csv", "dct:license", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"},
		{"the licence that binds comes first", "/d/quarters.csv", "dct:license", "https://opendatacommons.org/licenses/odbl/summary/"},
		{"a format without a code is named", "/d/contours.fgb", "dct:format", "{rdfs:label fgb}"},
		{"a format is its code in small letters", "/d/contours.csv", "dct:format", "http://publications.europa.eu/resource/authority/file-type/CSV"},
		{"a media type is IANA's, without parameters", "/d/contours.csv", "dcat:mediaType", "https://www.iana.org/assignments/media-types/text/csv"},
		{"to the second", "/collections/lieux", "dct:issued", "2026-03-01T08:00:00Z"},
		{"the content's date, not the release's", "/collections/lieux", "dct:modified", "2026-04-01T08:00:00Z"},
		{"whole files only", "/collections/lieux", "dcat:distribution", "https://data.example.fr/d/lieux.csv"},
		{"the DOI in the form that it reads", "/collections/lieux", "adms:identifier", "{skos:notation https://doi.org/10.5072/essai}"},
		{"an API is no access service of a file", "/d/lieux.csv", "dcat:accessService", ""},
	} {
		address := rule.node
		if strings.HasPrefix(address, "/") {
			address = c.Root + address
		}
		if got := strings.Join(g.byIRI[address].texts(rule.property), " "); got != rule.want {
			t.Errorf("%s: %s %s is %q, not %q", rule.because, rule.node, rule.property, got, rule.want)
		}
	}
	if text := g.byIRI[c.Root+"/collections/lieux"].texts("dct:description")[0]; !strings.HasSuffix(text, "/datapackage.json.") {
		t.Errorf("the description does not say where the parts are: %s", text)
	}
}

// TestIdentifiersStay: an instance that takes https has the datasets that it had; two of one host have their own.
func TestIdentifiersStay(t *testing.T) {
	identifiers := func(root string) (all []string) {
		c := sampleCatalogue()
		c.Root = root
		eachNode(c.Page(1, "ttl"), func(n *node) { all = append(all, n.texts("dct:identifier")...) })
		return all
	}
	first := identifiers("https://data.example.fr/essonne")
	if len(first) != 7 { // of six datasets and the API
		t.Fatalf("%q", first)
	}
	if plain := identifiers("http://data.example.fr/essonne"); !slices.Equal(first, plain) {
		t.Errorf("%q, with http %q", first, plain)
	}
	for _, i := range identifiers("https://data.example.fr/yvelines") {
		if slices.Contains(first, i) {
			t.Errorf("%s is of two instances", i)
		}
	}
}

// TestLicences: each by the address that is known, and what it asks; the one that binds goes first, whichever it is.
func TestLicences(t *testing.T) {
	const kind, share, open = "http://purl.org/adms/licencetype/", "https://creativecommons.org/licenses/by-sa/4.0/", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
	for names, want := range map[string][3]string{ // address, kind, SPDX
		"etalab-2.0":              {open, kind + "Attribution", "etalab-2.0"},
		"lov2":                    {open, kind + "Attribution", "etalab-2.0"},
		"etalab-2.0 CC-BY-SA-4.0": {share, kind + "ViralEffect-ShareAlike", ""},
		"CC-BY-SA-4.0":            {share, kind + "ViralEffect-ShareAlike", "CC-BY-SA-4.0"},
		"odc-odbl etalab-2.0":     {"https://opendatacommons.org/licenses/odbl/summary/", kind + "ViralEffect-ShareAlike", ""},
		"CC0-1.0":                 {"https://creativecommons.org/publicdomain/zero/1.0/", kind + "PublicDomain", "CC0-1.0"},
		"CC-BY-4.0":               {"https://creativecommons.org/licenses/by/4.0/", kind + "Attribution", "CC-BY-4.0"},
		"maison":                  {"https://example.org/maison", "", ""},
	} {
		c := sampleCatalogue()
		d := c.Datasets["lieux"]
		d.Licenses = nil
		for _, name := range strings.Fields(names) {
			l := dataset.License{Name: name}
			if name == "maison" {
				l.Path = "https://example.org/maison"
			}
			d.Licenses = append(d.Licenses, l)
		}
		g := c.Page(1, "ttl")
		address := strings.Join(g.byIRI[c.Root+"/d/lieux.csv"].texts("dct:license"), " ")
		if address != want[0] || strings.Join(g.byIRI[address].texts("dct:type"), " ") != want[1] {
			t.Errorf("%s: %s, %v", names, address, g.byIRI[address].texts("dct:type"))
		}
		cff := CiteDataset(c.Service, c.Manifest, d, c.Manifest.Entry("lieux")).CFF()
		if want[2] != "" && !strings.Contains(cff, `license: "`+want[2]+`"`) || strings.Contains(cff, "license:") != (want[2] != "") {
			t.Errorf("%s: %s", names, cff)
		}
	}
}

func TestPeriods(t *testing.T) {
	c := sampleCatalogue()
	for name, want := range map[string]dataset.Interval{
		"contours": {From: "2026-01-01", To: "2026-12-31"},
		"lieux":    {From: "2024-08-01", To: "2026-04-01"}, // one file says, the other was taken when the content came
		"quarters": {From: "2017-07-01", To: "2026-06-30"},
		"series":   {From: "2017-07-01", To: "2026-06-30"},
		"today":    {From: "2026-01-01", To: "2026-12-31"},
		"days":     {From: "2020-02-29", To: "2026-06-30"},
	} {
		if got := c.period(name); got != want {
			t.Errorf("%s: %v, not %v", name, got, want)
		}
	}
	for text, want := range map[string]dataset.Interval{
		"2026": {From: "2026-01-01", To: "2026-12-31"}, "2026T4": {From: "2026-10-01", To: "2026-12-31"}, "2024-02": {From: "2024-02-01", To: "2024-02-29"},
		"2024-08-01": {From: "2024-08-01", To: "2024-08-01"}, "": {}, "2026T5": {}, "hier": {}, "2026-13": {}, "2026-02-30": {},
	} {
		if got := vintage(text); got != want {
			t.Errorf("vintage %q: %v, not %v", text, got, want)
		}
	}
}

// TestPages: every dataset is whole on one page, and pages lead to each other in the same form.
func TestPages(t *testing.T) {
	c := sampleCatalogue()
	c.PageSize = 4
	seen := map[string]int{}
	for page := 1; page <= c.Pages(); page++ {
		g := c.Page(page, "rdf")
		views := 0
		eachNode(g, func(n *node) {
			types := n.texts(rdfType)
			if slices.Contains(types, expand("hydra:PartialCollectionView")) {
				views++
				want := ""
				if page < c.Pages() {
					want = fmt.Sprintf("https://data.example.fr/catalog/%d.rdf", page+1)
				}
				if got := strings.Join(n.texts("hydra:next"), " "); got != want {
					t.Errorf("page %d: next is %q, not %q", page, got, want)
				}
			}
			if !slices.Contains(types, expand("dcat:Dataset")) {
				return
			}
			seen[n.iri]++
			for _, d := range n.texts("dcat:distribution") {
				if g.byIRI[d] == nil {
					t.Errorf("page %d: %s is not there", page, d)
				}
			}
		})
		if views != 1 {
			t.Errorf("page %d: %d nodes of pages", page, views)
		}
		for _, d := range g.byIRI[c.catalogueIRI()].texts("dcat:dataset") {
			if g.byIRI[d] == nil || len(g.byIRI[d].texts("dct:title")) == 0 {
				t.Errorf("page %d: the catalogue names %s", page, d)
			}
		}
		serves, has := g.byIRI[c.serviceIRI()].texts("dcat:servesDataset"), g.byIRI[c.catalogueIRI()].texts("dcat:dataset")
		if !slices.Equal(serves, has) { // each page is valid by itself: what it names is there, with its class
			t.Errorf("page %d: the API serves %q of %q", page, serves, has)
		}
		if named := g.byIRI[c.catalogueIRI()].texts("dcat:service"); !slices.Equal(named, []string{c.serviceIRI()}) {
			t.Errorf("page %d: services %q", page, named)
		}
	}
	if c.Pages() != 2 || len(seen) != len(c.Datasets) {
		t.Errorf("%d pages, datasets %v", c.Pages(), seen)
	}
	for d, n := range seen {
		if n != 1 {
			t.Errorf("%s is on %d pages", d, n)
		}
	}
	if c.PageSize = 6; c.Pages() != 1 || strings.Contains(string(written(t, c.Page(1, "ttl").Turtle)), "PartialCollectionView") {
		t.Error("one page needs no links")
	}
}

func TestLocation(t *testing.T) {
	for want, box := range map[string]geo.BBox{
		"POINT(-178.5 -10)": {West: 176, South: -20, East: -173, North: 0},
		"POINT(179.5 0.5)":  {West: 179, South: 0, East: -180, North: 1},
		"POINT(0 0)":        {West: -0.00000001, South: -1, East: 0.00000001, North: 1},
	} {
		if got := location(&box).blank.texts("dcat:centroid")[0]; got != want {
			t.Errorf("%v: %s, not %s", box, got, want)
		}
	}
	for want, box := range map[string]geo.BBox{
		"POLYGON((2.29995 48.59995,2.30005 48.59995,2.30005 48.60005,2.29995 48.60005,2.29995 48.59995))": {West: 2.3, South: 48.6, East: 2.3, North: 48.6},
		"POLYGON((2 48.59995,3 48.59995,3 48.60005,2 48.60005,2 48.59995))":                               {West: 2, South: 48.6, East: 3, North: 48.6},
		"POLYGON((179.99995 0,180 0,180 1,179.99995 1,179.99995 0))":                                      {West: 180, South: 0, East: 180, North: 1},
	} {
		if got := location(&box).blank.texts("dcat:bbox")[0]; got != want {
			t.Errorf("%v: %s, not %s", box, got, want)
		}
	}
	over := location(&geo.BBox{West: 176, South: -20, East: -173, North: 0})
	if got := over.blank.texts("dcat:bbox")[0]; got != "MULTIPOLYGON(((176 -20,180 -20,180 0,176 0,176 -20)),((-180 -20,-173 -20,-173 0,-180 0,-180 -20)))" {
		t.Error(got)
	}
}

// TestCFFIsYAML: characters that its readers refuse are left out.
func TestCFFIsYAML(t *testing.T) {
	c := &Citation{Creator: "Ma\x7firie\u0080 d\u0085ici\ufeff\x01", Title: "T\ufffe", Keywords: []string{"a\u009fb"}}
	text := c.CFF()
	for _, want := range []string{`name: "Mairie d ici"`, `title: "T"`, `- "ab"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %q", want, text)
		}
	}
}

func TestPublisher(t *testing.T) {
	for because, p := range map[string]Publisher{
		"a kind that ADMS has not": {Kind: "mairie"}, "no address": {Email: "donnees"}, "a name before it": {Email: "Nous <a@example.fr>"},
		"no page": {URL: "example.fr"}, "another scheme": {URL: "javascript:alert(1)"},
	} {
		if p.Check() == nil {
			t.Errorf("%s: passes", because)
		}
	}
	if err := sampleCatalogue().Publisher.Check(); err != nil {
		t.Error(err)
	}
}

// eachNode walks the graph, blank nodes too.
func eachNode(g *Graph, visit func(*node)) {
	var walk func(n *node)
	walk = func(n *node) {
		visit(n)
		for _, p := range n.properties {
			for _, v := range p.values {
				if v.blank != nil {
					walk(v.blank)
				}
			}
		}
	}
	for _, n := range g.all() {
		walk(n)
	}
}

// texts are the values of a property, a blank node as {property value, …} without its types.
func (n *node) texts(predicate string) (all []string) {
	if n == nil {
		return nil
	}
	for _, p := range n.properties {
		if p.predicate != predicate {
			continue
		}
		for _, v := range p.values {
			all = append(all, v.iri+v.text+v.blank.inner())
		}
	}
	return all
}

func (n *node) inner() string {
	if n == nil {
		return ""
	}
	var parts []string
	for _, p := range n.properties {
		if p.predicate != rdfType {
			parts = append(parts, p.predicate+" "+strings.Join(n.texts(p.predicate), " "))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
