package serve

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"maille/internal/catalog"
	"maille/internal/fault"
)

// rdf is a form of the catalogue.
type rdf struct {
	suffix, mediaType, title string
	write                    func(*catalog.Graph, io.Writer) error
}

// rdfs are the forms, in the order in which they are linked. The charset is said: some readers take text without one for
// ISO 8859-1.
var rdfs = []rdf{
	{"ttl", "text/turtle; charset=utf-8", "The catalogue, as DCAT-AP 3 in Turtle", (*catalog.Graph).Turtle},
	{"jsonld", "application/ld+json; charset=utf-8", "The catalogue, as DCAT-AP 3 in JSON-LD", (*catalog.Graph).JSONLD},
	{"rdf", "application/rdf+xml; charset=utf-8", "The catalogue, as DCAT-AP 3 in RDF/XML", (*catalog.Graph).RDFXML},
}

// catalogue answers a page of the catalogue of the current release, without redirect and whatever Accept says: harvesters
// ask for it by its suffix, and follow none.
func (s *Server) catalogue(w http.ResponseWriter, r *request) error {
	if err := r.only(); err != nil {
		return err
	}
	s.warnUnnamed(r)
	c := s.catalog(r)
	page, err := 1, error(nil)
	if name := r.variable("page"); name != "" {
		if page, err = strconv.Atoi(name); strconv.Itoa(page) != name || page < 2 { // each page has one address
			page = c.Pages() + 1
		}
	}
	if err != nil || page > c.Pages() {
		return fault.New(fault.NotFound, "the catalogue has %d pages; it begins at %s", c.Pages(), c.Address(1, r.variable("format"))).About("page")
	}
	for _, f := range rdfs {
		if f.suffix == r.variable("format") {
			return s.send(w, r, answer{mediaType: f.mediaType, depends: append(s.said(r), "catalogue", strconv.Itoa(c.PageSize)),
				produce: func(_ context.Context, w io.Writer) (http.Header, error) {
					return http.Header{"Last-Modified": {r.manifest.Published.UTC().Format(http.TimeFormat)}}, f.write(c.Page(page, f.suffix), w)
				}})
		}
	}
	return fault.New(fault.NotFound, "the catalogue has the forms ttl, jsonld and rdf, not %s", shown(r.variable("format"))).About("format")
}

// warnUnnamed says once that a catalogue names its datasets after whatever Host it was asked by.
func (s *Server) warnUnnamed(r *request) {
	if s.BaseURL == "" && !local(r.Host) {
		s.unnamed.Do(func() {
			s.Log.Warn("the catalogue was asked without base_url: each name of this host gives each dataset another identifier, and harvesters then take it for another dataset", "host", r.Host)
		})
	}
}

// catalog is the release as a catalogue tells it.
func (s *Server) catalog(r *request) *catalog.Catalogue {
	return &catalog.Catalogue{Service: s.service(r), Manifest: r.manifest, Datasets: r.datasets, Spans: r.spans, PageSize: s.CataloguePage}
}

// catalogueLinks lead to the catalogue, which is that of the current release whatever the release asked.
func (s *Server) catalogueLinks(r *request) (links []link) {
	for _, f := range rdfs {
		links = append(links, link{fmt.Sprintf("%s/catalog.%s", r.root, f.suffix), "describedby", f.mediaType, f.title})
	}
	return links
}
