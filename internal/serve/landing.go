package serve

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"maille/internal/fault"
)

// document answers a JSON document that depends on one thing of the release, or on all of it: its digest.
func (s *Server) document(w http.ResponseWriter, r *request, mediaType, depends string, build func() any) error {
	return s.linked(w, r, mediaType, []string{depends}, nil, build)
}

// linked is a document with headers besides.
func (s *Server) linked(w http.ResponseWriter, r *request, mediaType string, depends []string, headers http.Header, build func() any) error {
	if err := errorsFirst(r.only("f"), r.format("json")); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaType, depends: append(depends, s.Title, s.Description),
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			return headers.Clone(), writeJSON(w, build())
		}})
}

func writeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

func errorsFirst(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

type landing struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Release     string `json:"release"`
	Links       []link `json:"links"`
}

func (s *Server) landing(w http.ResponseWriter, r *request) error {
	return s.either(r, offerJSON, func() error { return s.landingDocument(w, r) }, func() error { return s.landingPage(w, r) })
}

func (s *Server) landingDocument(w http.ResponseWriter, r *request) error {
	return s.linked(w, r, mediaJSON, s.said(r), s.frozenLink(r, nil, nil), func() any {
		return landing{Title: s.Title, Description: s.Description, Release: r.manifest.Release, Links: s.people(append([]link{
			{r.base + "/", relSelf, mediaJSON, "This page"},
			{r.base + "/api", "service-desc", mediaOpenAPI, "The API, as OpenAPI 3.0"},
			{r.base + "/conformance", "conformance", mediaJSON, "What the service conforms to"},
			{r.base + "/collections", relData, mediaJSON, "The collections"},
			{r.base + "/functions", relFunctions, mediaJSON, "The functions that a filter may call"},
			{r.base + "/manifest.json", "describedby", mediaJSON, "What this release is made of"},
			{r.root + "/releases", "version-history", mediaJSON, "All releases"},
		}, slices.Concat(s.catalogueLinks(r), s.releaseLinks(r), s.serviceDoc(r), r.tiledLinks())...), r.base+"/")}
	})
}

func (s *Server) conformance(w http.ResponseWriter, r *request) error {
	return s.either(r, offerJSON, func() error {
		return s.document(w, r, mediaJSON, "", func() any { return map[string]any{"conformsTo": s.conformsTo()} })
	}, func() error { return s.conformancePage(w, r) })
}

func (s *Server) manifest(w http.ResponseWriter, r *request) error {
	if err := r.only(); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: []string{r.digest},
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			_, err := w.Write(r.manifest.Text())
			return nil, err
		}})
}

// healthz says that the program lives.
func (s *Server) healthz(w http.ResponseWriter, _ *request) error {
	return plain(w, "alive "+s.Build)
}

// readyz says that requests for data can be answered.
func (s *Server) readyz(w http.ResponseWriter, r *request) error {
	if s.current.Load() == nil {
		return fault.New(fault.Unavailable, "nothing has been published yet")
	}
	if err := s.DB.Ping(r.Context()); err != nil {
		return fault.New(fault.Unavailable, "the database does not answer").Because(err) // which says where it is, and as whom we ask
	}
	return plain(w, "ready "+s.current.Load().manifest.Release)
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := io.WriteString(w, text+"\n")
	return err
}
