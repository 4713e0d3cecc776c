package serve

import (
	"net/http"
	"slices"
	"strings"

	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/release"
)

const (
	relCiteAs      = "cite-as" // RFC 8574
	relDescribedBy = "describedby"
)

// citing is the header Link that says what to cite (RFC 8574 §4): the DOI where there is one, else the permanent address.
func citing(c *catalog.Citation) string { return headerLink(c.Link(), relCiteAs, "") }

// linkHeader is the header Link of what shows a dataset of the release, or all of it where d is nil: what to cite, what
// describes it, and under which licences it is.
func (s *Server) linkHeader(r *request, d *dataset.Dataset, e *release.Entry) string {
	c := s.citation(r, d, e)
	links := []string{citing(c), headerLink(r.base+"/datapackage.json", relDescribedBy, mediaJSON)}
	if d != nil {
		for _, l := range d.Licenses {
			if l.Path != "" {
				links = append(links, headerLink(l.Path, relLicense, ""))
			}
		}
	}
	return strings.Join(links, ", ")
}

// frozenLink is that header where the address names its release; of others it would change with each release, though they
// do not.
func (s *Server) frozenLink(r *request, d *dataset.Dataset, e *release.Entry) http.Header {
	if r.release == "" {
		return nil
	}
	return http.Header{"Link": {s.linkHeader(r, d, e)}}
}

// cited is the link of an answer to a frozen address: to the collection that it names, or else to the release.
func (s *Server) cited(r *request) string {
	if r.release == "" {
		return ""
	}
	name := r.variable("collection")
	if r.datasets[name] == nil {
		name = ""
	}
	return headerLink(s.service(r).Link(r.manifest.Release, name), relCiteAs, "")
}

// cites has an answer say what to cite, unless its producer does.
func cites(w http.ResponseWriter, link string) {
	if p, ok := w.(*paced); ok {
		p.cited = link
	}
}

// cite is for the headers as they are sent: those of an answer that is kept are shared.
func cite(h http.Header, link string) {
	says := func(l string) bool { return strings.Contains(l, `rel="`+relCiteAs+`"`) }
	if link != "" && !slices.ContainsFunc(h["Link"], says) {
		h["Link"] = append(slices.Clip(h["Link"]), link)
	}
}

// headerLink is one link of a header (RFC 8288 §3).
func headerLink(href, rel, mediaType string) string {
	text := "<" + href + `>; rel="` + rel + `"`
	if mediaType != "" {
		text += `; type="` + mediaType + `"`
	}
	return text
}

// citeLinks are those of a document about a collection, or about the whole release where d is nil.
func (s *Server) citeLinks(r *request, d *dataset.Dataset, e *release.Entry) []link {
	var links []link
	at, c := r.base, s.citation(r, d, e)
	if d != nil {
		at += "/collections/" + d.Name
	}
	switch {
	case r.release != "":
		links = append(links, link{c.Link(), relCiteAs, citedType(r, c), "What to cite"})
	case d != nil && s.DOI[d.Name] != "":
		links = append(links, link{catalog.DOIAddress(s.DOI[d.Name]), relCiteAs, mediaHTML, "What to cite, whatever the release"})
	}
	if s.Pages != nil {
		links = append(links, link{at + "/cite", "related", mediaHTML, "How to cite it, as a page"})
	}
	for _, as := range citeStyles {
		links = append(links, link{at + "/cite." + as.extension, "related", as.mediaType, "How to cite it, as " + citeNames[as.extension]})
	}
	return links
}

// citedType is what answers at the address to cite: a page of the DOI's, or a document of ours, which is a page for people.
func citedType(r *request, c *catalog.Citation) string {
	if strings.HasPrefix(c.Link(), r.root) {
		return mediaJSON
	}
	return mediaHTML
}

var citeNames = map[string]string{"txt": "ISO 690", "bib": "BibTeX", "ris": "RIS", "json": "DataCite"}

// releaseLinks are those of a document about the whole release.
func (s *Server) releaseLinks(r *request) []link {
	return append([]link{
		{r.base + "/datapackage.json", relDescribedBy, mediaJSON, "The files of this release, as a Data Package"},
		{r.base + "/SHA256SUMS", "related", "text/plain; charset=utf-8", "The SHA-256 of its files"},
		{r.base + "/CITATION.cff", "related", "application/yaml", "How to cite it, as CFF"},
		{r.root + "/latest.json", "latest-version", mediaJSON, "The current release"},
	}, s.citeLinks(r, nil, nil)...)
}

// fileLinks are those of a collection's files, by what they are.
func fileLinks(r *request, e *release.Entry) (links []link) {
	for _, f := range e.Files { // those of this release: an older one may have fewer
		at := link{r.base + "/d/" + f.Name, "enclosure", f.MediaType, "The whole collection, as a file"}
		switch f.Role {
		case release.RoleDump:
		case release.RoleCodebook:
			at.Rel, at.Title = relDescribedBy, "What each column means"
		case release.RoleQuality:
			at.Rel, at.Title = "related", "What is known of the rows: completeness, issues, freshness"
		default:
			continue // parts and differences have their own documents
		}
		links = append(links, at)
	}
	if slices.ContainsFunc(e.Files, func(f release.File) bool { return f.Role == release.RolePart }) {
		links = append(links, link{r.base + "/datapackage.json", "related", mediaJSON, "Its files by département, among all files of the release"})
	}
	return links
}

// qualityLinks are those of the report on a collection's rows.
func (s *Server) qualityLinks(r *request, e *release.Entry) []link {
	if s.Pages == nil || fileOf(e, release.RoleQuality) == nil {
		return nil
	}
	return []link{{r.base + "/collections/" + e.Dataset + "/quality?f=html", "related", mediaHTML, "What is known of the rows, as a page"}}
}
