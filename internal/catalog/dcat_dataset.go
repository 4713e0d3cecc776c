package catalog

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/release"
)

// dataset says what a dataset of the release is, and which files it has. data.gouv.fr knows it by dct:identifier, and a file
// by its address: neither names a version.
func (c *Catalogue) dataset(g *Graph, d *dataset.Dataset, e *release.Entry) {
	n := g.add(c.datasetIRI(d.Name), "dcat:Dataset").
		set("dct:identifier", c.identifier(d.Name)).
		set("dct:title", french(d.Title)).
		set("dct:description", french(c.description(d, e))).
		set("dct:publisher", ref(c.publisherIRI())).
		set("dcat:contactPoint", ref(c.contactIRI()))
	for _, k := range d.Keywords {
		n.set("dcat:keyword", french(k))
	}
	n.set("dcat:theme", g.theme(d.Publication.Theme))
	if category := d.Publication.HVD; category != "" {
		n.set("dcat:theme", c.hvd(g, category)). // which data.gouv.fr reads
								set("dcatap:hvdCategory", c.hvd(g, category)).
								set("dcatap:applicableLegislation", g.known(hvdLaw, "eli:LegalResource"))
	}
	if f := d.Publication.Frequency; f != "" {
		n.set("dct:accrualPeriodicity", g.known(authority+"frequency/"+f, "dct:Frequency"))
	}
	g.page(c.landingPage(d.Name).iri)
	n.set("dct:language", g.french()).
		set("dct:accessRights", g.public()).
		set("dct:license", c.license(g, mainLicense(d))).
		set("dct:issued", moment(issued(e))).
		set("dct:modified", moment(cmp.Or(e.Modified, e.SinceTime))).
		set("dcat:version", plain(e.ID)).
		set("dcat:landingPage", c.landingPage(d.Name)).
		set("dct:temporal", c.temporal(d.Name)).
		set("dct:spatial", location(cmp.Or(e.Extent, c.contours()))).
		set("dct:provenance", provenance(d, e.Computed)).
		set("dct:conformsTo", c.standard(g, d)).
		set("adms:identifier", identified(c.DOI.Concept(d.Name)), identified(c.DOI.Exact(c.Manifest.Release, d.Name)))
	for i := range e.Files {
		if f := &e.Files[i]; f.Role == release.RoleDump {
			n.set("dcat:distribution", ref(c.fileIRI(f)))
			c.distribution(g, d, e, f)
		}
	}
}

// description is that of the dataset. Files by département are not in the catalogue, where a hundred of them would hide the
// others, and one that ends would stay: data.gouv.fr takes none away.
func (c *Catalogue) description(d *dataset.Dataset, e *release.Entry) string {
	if slices.ContainsFunc(e.Files, func(f release.File) bool { return f.Role == release.RolePart }) {
		return cmp.Or(d.Description, d.Title) + "\n\n" + texts.Say("dataset.parts", "address", c.Root+"/datapackage.json")
	}
	return cmp.Or(d.Description, d.Title)
}

func (c *Catalogue) hvd(g *Graph, category string) value {
	g.scheme(hvdScheme, "hvd.scheme")
	return g.concept(hvdCategories[category], "hvd."+category, hvdScheme)
}

// standard is the registered schema that the rows follow, in its version. No other standard is said: data.gouv.fr takes the
// first dct:conformsTo of a dataset or a file for its schema.
func (c *Catalogue) standard(g *Graph, d *dataset.Dataset) value {
	if !strings.HasPrefix(d.Schema.ConformsTo, "https://schema.data.gouv.fr/schemas/") {
		return value{}
	}
	return g.known(d.Schema.ConformsTo, "dct:Standard")
}

// identified is a DOI beside the identifier, which it never replaces: a dataset has one for all of its releases, and perhaps
// another for the current one, as the operator gave them.
func identified(doi string) value {
	if doi == "" {
		return value{}
	}
	return inside("adms:Identifier").set("skos:notation", typed(DOIAddress(doi), "xsd:anyURI")).value()
}

// provenance names the publishers of the sources, and the method that computed the dataset of theirs.
func provenance(d *dataset.Dataset, by *release.Computed) value {
	titles := make([]string, len(d.Sources))
	for i, s := range d.Sources {
		titles[i] = s.Title
	}
	var said []string
	if len(titles) > 0 {
		said = append(said, texts.Say("dataset.sources", "sources", strings.Join(titles, " ; ")))
	}
	if by != nil {
		said = append(said, texts.Say("dataset.computed", "by", by.By, "method", by.Method, "code", by.Code))
	}
	if len(said) == 0 {
		return value{}
	}
	return inside("dct:ProvenanceStatement").set("rdfs:label", french(strings.Join(said, ". "))).value()
}

// distribution says what a file is: its address stays, its size and hash are those of its bytes.
func (c *Catalogue) distribution(g *Graph, d *dataset.Dataset, e *release.Entry, f *release.File) {
	extension := strings.TrimPrefix(path.Ext(f.Name), ".")
	n := g.add(c.fileIRI(f), "dcat:Distribution", "rdfs:Resource"). // which the shapes of DCAT-AP ask of an address, and validators do not infer
									set("dct:title", french(texts.Say("file.title", "title", d.Title, "format", texts.Say("format."+extension)))).
									set("dct:description", french(texts.Say("format."+extension+".about"))).
									set("dcat:accessURL", ref(c.fileIRI(f))).
									set("dcat:downloadURL", ref(c.fileIRI(f))).
									set("dct:format", g.format(extension)).
									set("dcat:mediaType", g.mediaType(extension, f.MediaType)).
									set("dcat:byteSize", typed(strconv.FormatInt(f.Bytes, 10), "xsd:nonNegativeInteger")).
									set("spdx:checksum", g.checksum(f.SHA256)).
									set("dct:modified", moment(cmp.Or(f.Made, e.SinceTime))).
									set("dct:language", g.french()).
									set("dct:license", c.license(g, mainLicense(d))).
									set("dct:rights", rights(d)).
									set("dcatap:availability", g.concept(authority+"planned-availability/AVAILABLE", "availability.AVAILABLE", ""))
	if extension == "csv" {
		n.set("dct:conformsTo", c.standard(g, d))
	}
	if d.Publication.HVD != "" {
		n.set("dcatap:applicableLegislation", g.known(hvdLaw, "eli:LegalResource"))
	}
}

func (g *Graph) format(extension string) value {
	f := formats[extension]
	if f.code != "" {
		return g.known(authority+"file-type/"+f.code, "dct:MediaTypeOrExtent")
	}
	return inside("dct:MediaTypeOrExtent").set("rdfs:label", plain(cmp.Or(f.label, extension))).value()
}

// mediaType is that of IANA's register, without parameters.
func (g *Graph) mediaType(extension, mediaType string) value {
	if !formats[extension].registered {
		return value{}
	}
	name, _, _ := strings.Cut(mediaType, ";")
	return g.known(mediaTypes+name, "dct:MediaType")
}

// checksum has its algorithm: without it data.gouv.fr cannot read the dataset.
func (g *Graph) checksum(sum string) value {
	return inside("spdx:Checksum").
		set("spdx:algorithm", g.known(sha256, "spdx:ChecksumAlgorithm")).
		set("spdx:checksumValue", typed(sum, "xsd:hexBinary")).
		value()
}

// rights say which licences the sources have, where they differ.
func rights(d *dataset.Dataset) value {
	if len(d.Licenses) < 2 {
		return value{}
	}
	names := make([]string, len(d.Licenses))
	for i, l := range d.Licenses {
		names[i] = cmp.Or(l.Title, l.Name)
	}
	return inside("dct:RightsStatement").set("rdfs:label", french(texts.Say("file.rights", "licences", strings.Join(names, " ; ")))).value()
}
