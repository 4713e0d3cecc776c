package serve

import (
	"fmt"
	"net/http"
	"strconv"

	"maille/internal/release"
	"maille/internal/schema"
)

// at is the address of the page's collection in a release.
func (p *page) at(base string) string { return base + "/collections/" + p.d.Name }

// address is that of the page in a release, in a format.
func (p *page) address(base string, o offer) string {
	other := *p
	if o.name != offerCSV.name {
		other.shape = ""
	}
	v := other.params()
	v.Set("f", o.name)
	return p.at(base) + "/items?" + v.Encode()
}

// links are those of a page: itself, in other formats, what follows it, and its collection.
func (p *page) links(r *request, seen pass) []link {
	links := []link{{p.address(r.base, p.offer), relSelf, p.offer.mediaType, "This page"}}
	for _, o := range p.offers {
		if o.name != p.offer.name {
			links = append(links, link{p.address(r.base, o), relAlternate, o.mediaType, "This page as " + o.title()})
		}
	}
	if seen.more {
		links = append(links, p.next(r, seen))
	}
	return append(links, link{p.at(r.base), relCollection, mediaJSON, p.d.Title})
}

// next is the page that follows, in the release that the walk began with.
func (p *page) next(r *request, seen pass) link {
	next := *p
	next.query.After = seen.last
	return link{next.address(r.pinned(p.entry), p.offer), relNext, p.offer.mediaType, "The next page"}
}

// pinned is the address of a release that has the same version and will go on having it: whoever walks from page to page
// while a release is published neither skips a row nor sees one twice.
func (r *request) pinned(e *release.Entry) string {
	if r.release != "" {
		return r.base
	}
	return r.root + "/r/" + e.Since
}

// longestLinks is how long a query may be for all links to stand in headers, which clients bound; next always does.
const longestLinks = 1000

// headers say what formats without a place for it cannot (as QGIS reads them of FlatGeobuf).
func (p *page) headers(r *request, seen pass) http.Header {
	h := p.contentCRS()
	h.Set("OGC-NumberReturned", strconv.Itoa(seen.returned))
	if p.counted {
		h.Set("OGC-NumberMatched", strconv.FormatInt(p.matched, 10))
	}
	links := p.links(r, seen)
	for _, l := range links {
		if l.Rel == relNext || len(links[0].Href) < longestLinks {
			h.Add("Link", l.header())
		}
	}
	return h
}

// header is the link as RFC 8288 §3 writes it.
func (l link) header() string {
	text := fmt.Sprintf(`<%s>; rel="%s"`, l.Href, l.Rel)
	if l.Type != "" {
		text += fmt.Sprintf(`; type="%s"`, l.Type)
	}
	return text
}

func appendLink(buf []byte, l link) []byte {
	buf = schema.AppendQuoted(append(buf, `{"href":`...), l.Href)
	buf = schema.AppendQuoted(append(buf, `,"rel":`...), l.Rel)
	buf = schema.AppendQuoted(append(buf, `,"type":`...), l.Type)
	buf = schema.AppendQuoted(append(buf, `,"title":`...), l.Title)
	return append(buf, '}')
}

// title is what a person calls a format.
func (o offer) title() string {
	if f := pageFormats[o.name]; f != nil {
		return f.Title
	}
	return map[string]string{offerGeoJSON.name: "GeoJSON", offerHTML.name: "HTML", offerJSON.name: "JSON"}[o.name]
}
