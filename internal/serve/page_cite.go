package serve

import (
	"context"
	"net/http"

	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/release"
)

// CitePage is how to cite a release, or a collection of it.
type CitePage struct {
	Collection *Card // nil for the whole release
	Citation   *catalog.Citation
	Reference  string // ISO 690
	BibTeX     string
	Files      []Download
	Frozen     string // permanent address of this page
}

// citePage answers people; programs ask for one of the forms by its extension.
func (s *Server) citePage(w http.ResponseWriter, r *request) error {
	return s.showCitation(w, r, nil, nil)
}

func (s *Server) citeCollectionPage(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	return s.showCitation(w, r, d, e)
}

func (s *Server) showCitation(w http.ResponseWriter, r *request, d *dataset.Dataset, e *release.Entry) error {
	if _, err := r.negotiate(offerHTML); err != nil {
		return err
	}
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, s.said(r), func(context.Context) (*Page, error) {
		at, title := "", s.Title
		if d != nil {
			at, title = "/collections/"+d.Name, d.Title
		}
		p := s.page(r, "cite", title, at+"/cite")
		c := s.citation(r, d, e)
		body := &CitePage{Citation: c, Reference: c.ISO690(), BibTeX: c.BibTeX(), Frozen: c.Address}
		for _, as := range citeStyles {
			body.Files = append(body.Files, Download{Title: citeNames[as.extension], Extension: as.extension, Href: r.base + at + "/cite." + as.extension})
		}
		if d == nil {
			body.Files = append(body.Files, Download{Title: "CITATION.cff", Extension: "cff", Href: r.base + "/CITATION.cff"})
		} else {
			body.Collection = r.card(d, e)
			p.under(body.Collection)
		}
		p.Body, p.Links = body, s.linkHeader(r, d, e)
		return p, nil
	})
}

// stabilityPage answers what the service promises to those who build on it.
func (s *Server) stabilityPage(w http.ResponseWriter, r *request) error {
	if _, err := r.negotiate(offerHTML); err != nil {
		return err
	}
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(context.Context) (*Page, error) {
		return s.page(r, "stability", "", "/stabilite"), nil
	})
}
