package serve

import (
	"context"
	"io"
	"net/http"
	"time"
)

// latest points at the current release, for programs that follow the service: what to fetch, and by which digest to know it.
type latest struct {
	Release     string       `json:"release"`
	Published   time.Time    `json:"published"`
	Previous    string       `json:"previous,omitempty"`
	Href        string       `json:"href"` // permanent
	Manifest    string       `json:"manifest"`
	DataPackage string       `json:"datapackage"`
	Checksums   string       `json:"checksums"`
	Cite        string       `json:"cite"`
	DOI         string       `json:"doi,omitempty"` // of this release
	Files       []latestFile `json:"files"`
}

type latestFile struct {
	Name       string `json:"name"`
	Collection string `json:"collection"`
	Role       string `json:"role"` // dump, or one of release's roles
	Version    string `json:"version"`
	MediaType  string `json:"media_type"`
	Bytes      int64  `json:"bytes"`
	SHA256     string `json:"sha256"`
	Href       string `json:"href"` // permanent
}

func (s *Server) latest(w http.ResponseWriter, r *request) error {
	if err := r.only(); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: append(s.said(r), "latest"),
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			return nil, writeJSON(w, r.latest(s.DOI.Exact(r.manifest.Release, "")))
		}})
}

func (r *request) latest(doi string) *latest {
	m := r.manifest
	at := r.root + "/r/" + m.Release
	l := &latest{Release: m.Release, Published: m.Published, Previous: m.Previous, Href: at + "/", Manifest: at + "/manifest.json", DataPackage: at + "/datapackage.json",
		Checksums: at + "/SHA256SUMS", Cite: at + "/cite.txt", DOI: doi, Files: []latestFile{}}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		for _, f := range e.Files {
			role := f.Role
			if role == "" {
				role = "dump"
			}
			l.Files = append(l.Files, latestFile{f.Name, e.Dataset, role, e.ID, f.MediaType, f.Bytes, f.SHA256, at + "/d/" + f.Name})
		}
	}
	return l
}
