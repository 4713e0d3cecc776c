package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
)

// Catalogue is a release as DCAT-AP 3.0.1, written so that data.gouv.fr harvests it: addresses are absolute and stay, and
// what is said of a dataset changes only with it.
type Catalogue struct {
	*Service
	Manifest *release.Manifest
	Datasets map[string]*dataset.Dataset
	Spans    map[string]dataset.Interval // by dataset, the days of its features; those that have some
	PageSize int                         // datasets on a page; 0 for 100, of which a page has some 1.2 MB
}

// Pages is how many pages the catalogue has, at least one.
func (c *Catalogue) Pages() int {
	return max(1, (len(c.Manifest.Datasets)+c.pageSize()-1)/c.pageSize())
}

func (c *Catalogue) pageSize() int { return cmp.Or(c.PageSize, 100) }

// Address is that of a page in a format, ttl, jsonld or rdf, by which harvesters know how to read it: a parameter would
// hide it.
func (c *Catalogue) Address(page int, format string) string {
	if page == 1 {
		return c.Root + "/catalog." + format
	}
	return c.Root + "/catalog/" + strconv.Itoa(page) + "." + format
}

// Page is one page, from 1, as a graph that is read alone: each of its datasets is there with its files. Where there are
// several, it links to the next one in the same format.
func (c *Catalogue) Page(page int, format string) *Graph {
	first := (page - 1) * c.pageSize()
	entries := c.Manifest.Datasets[first:min(first+c.pageSize(), len(c.Manifest.Datasets))]
	g := &Graph{}
	n := c.catalogue(g)
	if c.Pages() > 1 {
		c.hydra(g, n, page, format)
	}
	c.publisher(g)
	for i := range entries {
		d, e := c.Datasets[entries[i].Dataset], &entries[i]
		n.set("dcat:dataset", ref(c.datasetIRI(d.Name)))
		c.dataset(g, d, e)
	}
	n.set("dcat:service", ref(c.serviceIRI()))
	c.service(g, entries)
	return g
}

func (c *Catalogue) catalogueIRI() string             { return c.Root + "/#catalogue" }
func (c *Catalogue) publisherIRI() string             { return c.Root + "/#editeur" }
func (c *Catalogue) contactIRI() string               { return c.Root + "/#contact" }
func (c *Catalogue) serviceIRI() string               { return c.Root + "/#api" }
func (c *Catalogue) datasetIRI(name string) string    { return c.Root + "/collections/" + name }
func (c *Catalogue) fileIRI(f *release.File) string   { return c.Root + "/d/" + f.Name }
func (c *Catalogue) landingPage(name string) value    { return ref(c.datasetIRI(name) + "?f=html") }
func (c *Catalogue) entryDay(e *release.Entry) string { return day(cmp.Or(e.Modified, e.SinceTime)) }

// identifier is what data.gouv.fr knows a dataset by. An address would do, until it begins with https: each dataset would then
// be another, and the one with the reuses be archived. A tag is a URI all the same, and no address that is looked up among
// those of all organisations.
func (c *Catalogue) identifier(name string) value { return plain(Tag(c.Root, "collections/"+name)) }

// catalogue says what there is to know of the whole, on each page.
func (c *Catalogue) catalogue(g *Graph) *node {
	n := g.add(c.catalogueIRI(), "dcat:Catalog")
	n.set("dct:title", french(c.Title)).
		set("dct:description", french(cmp.Or(c.Description, c.Title))).
		set("dct:publisher", ref(c.publisherIRI())).
		set("foaf:homepage", g.page(c.Root+"/")).
		set("dct:language", g.french()).
		set("dct:license", c.license(g, c.commonLicense())).
		set("dct:issued", moment(c.first())).
		set("dct:modified", moment(c.Manifest.Published)).
		set("dct:spatial", location(c.territory())).
		set("dcat:themeTaxonomy", g.scheme(themeScheme, "theme.scheme")).
		set("adms:identifier", identified(c.DOI.Exact(c.Manifest.Release, "")))
	return n
}

// hydra links the pages (data.gouv.fr follows hydra:next of the one hydra:PartialCollectionView of a page).
func (c *Catalogue) hydra(g *Graph, n *node, page int, format string) {
	n.is("hydra:Collection").
		set("hydra:totalItems", typed(strconv.Itoa(len(c.Manifest.Datasets)), "xsd:integer")).
		set("hydra:view", ref(c.Address(page, format)))
	view := g.add(c.Address(page, format), "hydra:PartialCollectionView").
		set("hydra:first", ref(c.Address(1, format))).
		set("hydra:last", ref(c.Address(c.Pages(), format)))
	if page > 1 {
		view.set("hydra:previous", ref(c.Address(page-1, format)))
	}
	if page < c.Pages() {
		view.set("hydra:next", ref(c.Address(page+1, format)))
	}
}

// publisher says who answers, and how to reach them.
func (c *Catalogue) publisher(g *Graph) {
	p := &c.Publisher
	agent := g.add(c.publisherIRI(), "foaf:Agent", "foaf:Organization").set("foaf:name", french(c.Creator()))
	if kind := publisherKinds[p.Kind]; kind != "" {
		agent.set("dct:type", g.concept("http://purl.org/adms/publishertype/"+kind, "publisher."+p.Kind, ""))
	}
	contact := g.add(c.contactIRI(), "vcard:Kind", "vcard:Organization").
		set("vcard:fn", french(c.Creator())).
		set("vcard:hasURL", ref(cmp.Or(p.URL, c.Root+"/")))
	if p.URL != "" {
		agent.set("foaf:homepage", g.page(p.URL))
	}
	if p.Email != "" {
		agent.set("foaf:mbox", ref("mailto:"+p.Email))
		contact.set("vcard:hasEmail", ref("mailto:"+p.Email))
	}
}

// service is the API, on each page as serving the datasets of that page, so that a page is whole by itself. It is no access
// service of their files: data.gouv.fr would take it for a file, and make no page of it.
func (c *Catalogue) service(g *Graph, onPage []release.Entry) {
	n := g.add(c.serviceIRI(), "dcat:DataService").
		set("dct:identifier", plain(Tag(c.Root, "api"))).
		set("dct:title", french(texts.Say("service.title", "title", c.Title))).
		set("dct:description", french(texts.Say("service.description"))).
		set("dct:publisher", ref(c.publisherIRI())).
		set("dcat:contactPoint", ref(c.contactIRI())).
		set("dcat:keyword", french("API"), french("OGC API Features")).
		set("dcat:endpointURL", g.known(c.Root+"/", "rdfs:Resource")).
		set("dcat:endpointDescription", g.known(c.Root+"/api", "rdfs:Resource")).
		set("dct:conformsTo", g.known("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core", "dct:Standard")).
		set("dct:license", c.license(g, c.commonLicense())).
		set("dct:accessRights", g.public()).
		set("dcat:landingPage", g.page(c.Root+"/api?f=html"))
	for i := range onPage {
		d := c.Datasets[onPage[i].Dataset]
		n.set("dcat:theme", g.theme(d.Publication.Theme))
		n.set("dcat:servesDataset", ref(c.datasetIRI(d.Name)))
		if d.Publication.HVD != "" {
			n.set("dcatap:applicableLegislation", g.known(hvdLaw, "eli:LegalResource"))
			n.set("dcatap:hvdCategory", c.hvd(g, d.Publication.HVD))
		}
	}
}

// license is where a licence can be read.
func (c *Catalogue) license(g *Graph, l dataset.License) value {
	known := l.Known()
	v := g.known(known.Path, "dct:LicenseDocument")
	if v != (value{}) {
		n := g.term(v.iri).set("dct:title", french(cmp.Or(l.Title, l.Name)))
		if known.Kind != "" {
			n.set("dct:type", g.concept("http://purl.org/adms/licencetype/"+known.Kind, "licence."+known.Kind, ""))
		}
	}
	return v
}

// commonLicense is that of most datasets.
func (c *Catalogue) commonLicense() (common dataset.License) {
	count, most := map[string]int{}, 0
	for i := range c.Manifest.Datasets {
		l := mainLicense(c.Datasets[c.Manifest.Datasets[i].Dataset])
		if count[l.Name]++; count[l.Name] > most {
			common, most = l, count[l.Name]
		}
	}
	return common
}

// first is when the first of the datasets was published.
func (c *Catalogue) first() time.Time {
	first := c.Manifest.Published
	for i := range c.Manifest.Datasets {
		if at := issued(&c.Manifest.Datasets[i]); at.Before(first) {
			first = at
		}
	}
	return first
}

func issued(e *release.Entry) time.Time { return cmp.Or(e.Issued, e.Modified, e.SinceTime) }

// contours is the box of the communes; nil where they are not there.
func (c *Catalogue) contours() *geo.BBox {
	for i := range c.Manifest.Datasets {
		if e := &c.Manifest.Datasets[i]; c.Datasets[e.Dataset].Publication.Reference == "contours" {
			return e.Extent
		}
	}
	return nil
}

// territory is the box of the communes, or else of all that has a place; nil where nothing has.
func (c *Catalogue) territory() *geo.BBox {
	box := c.contours()
	for i := range c.Manifest.Datasets {
		switch e := &c.Manifest.Datasets[i]; {
		case c.contours() != nil || e.Extent == nil:
		case box == nil:
			box = e.Extent
		default:
			box = &geo.BBox{West: min(box.West, e.Extent.West), South: min(box.South, e.Extent.South),
				East: max(box.East, e.Extent.East), North: max(box.North, e.Extent.North)}
		}
	}
	return box
}

// gridded is a box with an area: of one place, or of a line of them, it would be a ring that crosses itself, which indexes of
// shapes refuse.
func gridded(box geo.BBox) geo.BBox {
	const half, narrow = 5e-5, 1e-6 // degrees: 5 m, 10 cm
	if d := box.East - box.West; d >= 0 && d < narrow {
		box.West, box.East = max(-180, box.West-half), min(180, box.East+half)
	}
	if box.North-box.South < narrow {
		box.South, box.North = max(-90, box.South-half), min(90, box.North+half)
	}
	return box
}

// location is a box and its middle. The text of the polygon has no system before it: data.gouv.fr reads none, and without
// one it is CRS84 (OGC 11-052r4 §8.5.1).
func location(extent *geo.BBox) value {
	if extent == nil {
		return value{}
	}
	box := gridded(*extent)
	polygon, middle := "POLYGON("+ring(box.West, box.South, box.East, box.North)+")", (box.West+box.East)/2
	if box.West > box.East { // over the antimeridian
		polygon = "MULTIPOLYGON((" + ring(box.West, box.South, 180, box.North) + "),(" + ring(-180, box.South, box.East, box.North) + "))"
		middle = (box.West + box.East + 360) / 2
		if middle > 180 {
			middle -= 360
		}
	}
	return inside("dct:Location").
		set("dcat:bbox", typed(polygon, "geo:wktLiteral")).
		set("dcat:centroid", typed(fmt.Sprintf("POINT(%s %s)", degrees(middle), degrees((box.South+box.North)/2)), "geo:wktLiteral")).
		value()
}

func ring(west, south, east, north float64) string {
	w, s, e, n := degrees(west), degrees(south), degrees(east), degrees(north)
	return fmt.Sprintf("(%s %s,%s %s,%s %s,%s %s,%s %s)", w, s, e, s, e, n, w, n, w, s)
}

// degrees has a centimetre, without a sign before zero.
func degrees(d float64) string {
	const grid = 1e7
	return strconv.FormatFloat(float64(int64(d*grid+0.5*sign(d)))/grid, 'f', -1, 64)
}

func sign(x float64) float64 {
	if x < 0 {
		return -1
	}
	return 1
}

func moment(t time.Time) value {
	if t.IsZero() {
		return value{}
	}
	return typed(t.UTC().Truncate(time.Second).Format(time.RFC3339), "xsd:dateTime")
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// mainLicense is the one to follow: one that binds what is made of the data, else the first.
func mainLicense(d *dataset.Dataset) dataset.License {
	if i := slices.IndexFunc(d.Licenses, func(l dataset.License) bool { return l.ShareAlike() }); i >= 0 {
		return d.Licenses[i]
	}
	if len(d.Licenses) > 0 {
		return d.Licenses[0]
	}
	return dataset.License{}
}
