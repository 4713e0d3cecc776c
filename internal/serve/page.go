package serve

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"maille/internal/fault"
)

// Renderer shows a page to people. That of package web is the one.
type Renderer interface {
	Render(w io.Writer, p *Page) error
	// Asset is a file that pages need: its name holds a hash of its content, but for favicon.svg.
	Asset(name string) (content []byte, mediaType string, found bool)
	// Fingerprint changes with what pages show of the same Page: a program may be built with other files than another of its
	// version.
	Fingerprint() string
}

// Page is a page for people, before it has a form. Texts come from the data; the words around them are the renderer's.
type Page struct {
	Kind       string // which page: landing, collections, collection, items, item, maps, map, fields, issues, quality, cite, conformance, method, releases, stability, problem
	Title      string // what it is about; "" where the kind says it all
	Instance   string // title of the service
	Root       string // absolute address of the service
	Base       string // absolute address of the release that is shown: Root, or Root/r/2026-11-22.1
	Canonical  string // absolute address of this page, without the parameters that it passes over
	Release    string // the release that is shown; "" where the page shows none
	Current    string // the release that is current
	Published  time.Time
	Trail      []Crumb // where the page stands, the landing page first, itself left out
	Alternates []link  // the same thing in other media types
	Links      string  // header Link of the answer; "" for none
	Body       any     // what the page shows, by Kind: ItemsPage of items…
}

// Frozen says whether the page shows the release that its address names, rather than the current one.
func (p *Page) Frozen() bool { return p.Base != p.Root }

// Crumb is a page above this one. A Title of "" is for the renderer to say, by Kind.
type Crumb struct{ Kind, Title, Href string }

// ProblemPage says to people what a problem document says to programs.
type ProblemPage struct {
	Status    int
	Title     string
	Detail    string
	Parameter string
	Request   string
	Again     *Again // nil where nothing of the address can be mended
}

// Again is a form that asks the same once more, with another value of the parameter that was wrong.
type Again struct {
	Path  string // of the request
	Value string // that was wrong
	Kept  []Pair // the other parameters
}

// again is the form for a request whose parameter is wrong; nil when its query does not have it, or cannot be read.
func again(r *http.Request, parameter string) *Again {
	if parameter == "" || len(r.URL.RawQuery) > longestQuery {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || !query.Has(parameter) {
		return nil
	}
	a := &Again{Path: r.URL.EscapedPath(), Value: query.Get(parameter)}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if name != parameter {
			a.Kept = append(a.Kept, Pair{name, query.Get(name)})
		}
	}
	return a
}

// security is what a browser is told of every page: nothing is run, framed, or fetched from elsewhere (CSP Level 3).
const security = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// show answers a page, from what it depends on.
func (s *Server) show(w http.ResponseWriter, r *request, depends []string, build func(context.Context) (*Page, error)) error {
	if s.Pages == nil {
		return fault.New(fault.Unacceptable, "this program has no pages")
	}
	current := ""
	if v := s.current.Load(); v != nil {
		current = v.manifest.Release
	}
	return s.send(w, r, answer{mediaType: mediaHTML, depends: append([]string{"page", fmt.Sprint(s.DOI), fmt.Sprint(s.Publisher), r.digest, s.Title, s.Description, current, s.Pages.Fingerprint(), s.mapSecurity(), s.Basemap.text()}, depends...),
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			p, err := build(ctx)
			if err != nil {
				return nil, err
			}
			p.Current = current
			headers := pageHeaders(s.policy(p))
			if p.Links != "" {
				headers.Set("Link", p.Links)
			}
			return headers, s.Pages.Render(w, p)
		}})
}

func pageHeaders(policy string) http.Header {
	return http.Header{"Content-Security-Policy": {policy}, "Referrer-Policy": {"same-origin"}}
}

// wantsPage says whether a request asks for a page rather than for the document that the path is to programs.
func (s *Server) wantsPage(r *request, document offer) (bool, error) {
	offers := []offer{document}
	if s.Pages != nil {
		offers = append(offers, offerHTML)
	}
	chosen, err := r.negotiate(offers...)
	return chosen.name == offerHTML.name, err
}

// either answers the document that a path is to programs, or the page that it is to people.
func (s *Server) either(r *request, o offer, document, page func() error) error {
	people, err := s.wantsPage(r, o)
	switch {
	case err != nil:
		return err
	case people:
		return page()
	}
	return document()
}

// page begins a page of the release that is asked; at is where it is, after that of the release.
func (s *Server) page(r *request, kind, title, at string, alternates ...offer) *Page {
	p := &Page{Kind: kind, Title: title, Instance: s.Title, Root: r.root, Base: r.base, Canonical: r.base + at}
	if r.view != nil {
		p.Release, p.Published = r.manifest.Release, r.manifest.Published
	}
	for _, o := range alternates {
		p.Alternates = append(p.Alternates, link{r.base + at + "?f=" + o.name, relAlternate, o.mediaType, o.title()})
	}
	if kind != "landing" {
		p.Trail = []Crumb{{Kind: "landing", Href: r.base + "/"}}
	}
	return p
}

// under adds to the trail of a page of a collection.
func (p *Page) under(collection *Card) *Page {
	p.Trail = append(p.Trail, Crumb{Kind: "collections", Href: p.Base + "/collections"}, Crumb{Kind: "collection", Title: collection.Title, Href: collection.Href})
	return p
}

// people adds to the links of a document the page that shows the same thing, where there are pages.
func (s *Server) people(links []link, address string) []link {
	if s.Pages == nil {
		return links
	}
	return slices.Insert(links, 1, link{address + "?f=html", relAlternate, mediaHTML, "This, as a page"})
}

// asset answers a file that pages need. Its name changes with its content, so it is never asked again.
func (s *Server) asset(w http.ResponseWriter, r *request) error {
	name := path.Base(r.URL.Path)
	kept := "public, max-age=31536000, immutable"
	if name == "favicon.ico" || name == "favicon.svg" {
		name, kept = "favicon.svg", "public, max-age=86400"
	}
	var content []byte
	var mediaType string
	found := false
	if s.Pages != nil {
		content, mediaType, found = s.Pages.Asset(name)
	}
	if !found {
		return fault.New(fault.NotFound, "pages have no file %s", shown(name))
	}
	return s.send(w, r, answer{mediaType: mediaType, depends: []string{"asset", string(content), s.mapSecurity()}, caching: kept,
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			_, err := w.Write(content)
			if strings.HasPrefix(mediaType, "text/javascript") { // a worker is held by the policy of its own script (HTML §10.2.6)
				return http.Header{"Content-Security-Policy": {s.mapSecurity()}}, err
			}
			return nil, err
		}})
}
