package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"

	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// releasesAtOnce is how many releases a page of their list has, and failedAttempts how many publications that came to nothing.
const (
	releasesAtOnce = 50
	failedAttempts = 10
)

func (s *Server) releases(w http.ResponseWriter, r *request) error {
	if err := r.only("f", "before"); err != nil {
		return err
	}
	before := r.query.Get("before")
	if before != "" && !release.Pattern.MatchString(before) {
		return fault.New(fault.Invalid, "before: %s is no release; they are named as 2026-11-22.1", shown(before)).About("before")
	}
	return s.either(r, offerJSON, func() error { return s.releasesDocument(w, r, before) }, func() error { return s.releasesPage(w, r, before) })
}

// releasesList is a page of the releases. The first one says besides what is to come, and what came to nothing.
type releasesList struct {
	Releases  []releaseLine     `json:"releases"`
	NextDates []release.Due     `json:"next_dates,omitempty"`
	Ends      []announcedEnd    `json:"ends,omitempty"`
	Failed    []release.Attempt `json:"failed,omitempty"` // the newest first; others came since where a later release stands
	Links     []link            `json:"links"`
	more      bool
}

// releaseLine is a release in the list.
type releaseLine struct {
	store.ReleaseLine
	Readable bool `json:"readable"` // the API answers under its address; false once its tables were dropped: its files stay
	release.Summary
	DOI   string `json:"doi,omitempty"`
	Links []link `json:"links"`
}

// listReleases reads what the page and the document say: three statements for the first page, one for the others, whatever the
// length of the history.
func (s *Server) listReleases(ctx context.Context, r *request, before string) (l releasesList, err error) {
	past, err := s.DB.History(ctx, before, releasesAtOnce+1)
	if err != nil {
		return l, err
	}
	l.more, l.Releases = len(past) > releasesAtOnce, []releaseLine{}
	for i, p := range past[:min(len(past), releasesAtOnce)] {
		if i > 0 || before != "" {
			p.Summary.Sources = nil // of fifty releases they would be most of the answer; the manifest of each has them
		}
		l.Releases = append(l.Releases, releaseLine{p.ReleaseLine, p.Readable, p.Summary, s.DOI.Exact(p.Release, ""), releaseLinksOf(r, &p)})
	}
	if before != "" {
		return l, nil
	}
	l.Ends = r.current.announced()
	if l.NextDates, err = s.DB.Calendar(ctx); err == nil {
		l.Failed, err = s.DB.Attempts(ctx, failedAttempts, release.Refused, release.Failed)
	}
	return l, err
}

// releaseLinksOf are the documents of a release, as its files are: there whether its tables are or not.
func releaseLinksOf(r *request, p *store.Past) []link {
	at := r.root + "/r/" + p.Release
	links := []link{
		{at + "/manifest.json", "describedby", mediaJSON, "What it is made of"},
		{at + "/datapackage.json", "describedby", mediaJSON, "Its files, as a Data Package"},
		{at + "/SHA256SUMS", "related", "text/plain; charset=utf-8", "The SHA-256 of its files"},
		{at + "/cite.bib", "related", "application/x-bibtex; charset=utf-8", "How to cite it"},
	}
	if p.Readable {
		links = append([]link{{at + "/", "item", mediaJSON, "The API, as it was"}}, links...)
	}
	if p.Previous != "" {
		links = append(links, link{at + "/changes", "related", mediaJSON, "What changed since " + p.Previous})
	}
	return links
}

func (l *releasesList) next(r *request) string {
	if !l.more {
		return ""
	}
	return r.root + "/releases?before=" + url.QueryEscape(l.Releases[len(l.Releases)-1].Release)
}

func (s *Server) releasesDocument(w http.ResponseWriter, r *request, before string) error {
	l, err := s.listReleases(r.Context(), r, before)
	if err != nil {
		return err
	}
	l.Links = []link{{r.root + "/releases", relSelf, mediaJSON, "The releases, the latest first"}}
	if before != "" {
		l.Links[0].Href += "?before=" + url.QueryEscape(before)
	}
	if next := l.next(r); next != "" {
		l.Links = append(l.Links, link{next, relNext, mediaJSON, "Those before"})
	}
	var body bytes.Buffer
	if err := writeJSON(&body, l); err != nil {
		return err
	}
	return s.giveListed(w, r, mediaJSON, nil, body.Bytes())
}

// giveListed answers what belongs to no release, under a tag of its bytes: dates and failures come without a release, so that it
// is read each time, and sent only when it is another.
func (s *Server) giveListed(w http.ResponseWriter, r *request, mediaType string, headers http.Header, body []byte) error {
	r.fleeting = true
	sum := sha256.Sum256(append([]byte(mediaType), body...))
	f := &form{key: hex.EncodeToString(sum[:16]), mediaType: mediaType, caching: caching, compressible: compressible(mediaType), negotiated: r.offers != nil}
	return s.give(w, r, f, func(_ context.Context, w io.Writer) (http.Header, error) {
		_, err := w.Write(body)
		return headers, err
	})
}
