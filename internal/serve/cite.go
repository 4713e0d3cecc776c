package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// service is this instance as documents name it.
func (s *Server) service(r *request) *catalog.Service {
	return &catalog.Service{Title: s.Title, Description: s.Description, Publisher: s.Publisher, Root: r.root, DOI: s.DOI}
}

// said is what documents about a release depend on besides it.
func (s *Server) said(r *request) []string {
	return []string{r.digest, r.root, s.Title, s.Description, fmt.Sprint(s.Publisher), fmt.Sprint(s.DOI)} // fmt sorts keys
}

// citation is that of a dataset of the release, or of the whole release where d is nil.
func (s *Server) citation(r *request, d *dataset.Dataset, e *release.Entry) *catalog.Citation {
	if d == nil {
		return catalog.CiteRelease(s.service(r), r.manifest, r.datasets)
	}
	return catalog.CiteDataset(s.service(r), r.manifest, d, e)
}

// style is one way of writing a citation.
type style struct {
	extension, mediaType string
	write                func(*catalog.Citation, io.Writer) error
}

// citeStyles are the ways, in the order in which pages name them.
var citeStyles = []style{
	{"txt", "text/plain; charset=utf-8", func(c *catalog.Citation, w io.Writer) error { return written(w, c.ISO690()+"\n") }},
	{"bib", "application/x-bibtex; charset=utf-8", func(c *catalog.Citation, w io.Writer) error { return written(w, c.BibTeX()) }},
	{"ris", "application/x-research-info-systems; charset=utf-8", func(c *catalog.Citation, w io.Writer) error { return written(w, c.RIS()) }},
	{"json", "application/vnd.datacite.datacite+json", func(c *catalog.Citation, w io.Writer) error { return writeJSON(w, c.DataCite()) }},
}

func written(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

func styleOf(extension string) (style, error) {
	var known []string
	for _, s := range citeStyles {
		if s.extension == extension {
			return s, nil
		}
		known = append(known, "cite."+s.extension)
	}
	return style{}, fault.New(fault.NotFound, "a citation is not written as %s; %s are", shown(extension), strings.Join(known, ", ")).About("citation")
}

// cite answers the citation of a release.
func (s *Server) cite(w http.ResponseWriter, r *request) error {
	return s.citeAs(w, r, nil, nil)
}

// citeCollection answers that of a dataset of it.
func (s *Server) citeCollection(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	return s.citeAs(w, r, d, e)
}

func (s *Server) citeAs(w http.ResponseWriter, r *request, d *dataset.Dataset, e *release.Entry) error {
	as, err := styleOf(r.variable("citation"))
	if err != nil {
		return err
	}
	if err := r.only(); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: as.mediaType, depends: append([]string{"cite"}, s.said(r)...),
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			c := s.citation(r, d, e)
			return http.Header{"Link": {citing(c)}}, as.write(c, w)
		}})
}

// citationFile answers CITATION.cff.
func (s *Server) citationFile(w http.ResponseWriter, r *request) error {
	return s.about(w, r, "application/yaml", func() ([]byte, error) { return []byte(s.citation(r, nil, nil).CFF()), nil })
}

// checksums answers SHA256SUMS.
func (s *Server) checksums(w http.ResponseWriter, r *request) error {
	return s.about(w, r, "text/plain; charset=utf-8", func() ([]byte, error) { return []byte(catalog.Checksums(r.manifest)), nil })
}

// dataPackage answers datapackage.json.
func (s *Server) dataPackage(w http.ResponseWriter, r *request) error {
	return s.about(w, r, mediaJSON, func() ([]byte, error) { return catalog.DataPackage(s.service(r), r.manifest, r.datasets) })
}

// about answers a document about a whole release, which has one form and no parameters.
func (s *Server) about(w http.ResponseWriter, r *request, mediaType string, build func() ([]byte, error)) error {
	if err := r.only(); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaType, depends: append([]string{"about"}, s.said(r)...),
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			text, err := build()
			if err != nil {
				return nil, err
			}
			_, err = io.Copy(w, bytes.NewReader(text))
			return http.Header{"Link": {citing(s.citation(r, nil, nil))}}, err
		}})
}
