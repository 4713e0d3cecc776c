package serve

import (
	"net/http"
	"strings"
)

// form is what the representations of an answer, one for each coding, have in common.
type form struct {
	key          string
	mediaType    string
	caching      string // Cache-Control
	compressible bool
	negotiated   bool // Accept had a say
}

// accepts are the codings that the client may get.
func (f *form) accepts(r *http.Request) accepted {
	if !f.compressible {
		return plainly
	}
	return acceptedCodings(r.Header["Accept-Encoding"])
}

// kept is where the cache has what a client gets. A small answer is there as it is, but for clients that refuse that.
func (f *form) kept(a accepted) string {
	switch {
	case a.best == identity:
		return f.key
	case a.takes[identity]:
		return f.key + a.best.suffix()
	}
	return f.key + a.best.suffix() + "!"
}

// headers are those of a representation, from those that the producer gave.
func (f *form) headers(h http.Header, c coding) http.Header {
	if h == nil {
		h = http.Header{}
	}
	h.Set("ETag", f.tag(c))
	h.Set("Content-Type", f.mediaType)
	h.Set("Cache-Control", f.caching)
	if c != identity {
		h.Set("Content-Encoding", codingNames[c])
	}
	return h
}

func (f *form) tag(c coding) string { return `"` + f.key + c.suffix() + `"` }

// match finds, among the tags of If-None-Match (RFC 9110 §13.1.2), one of the answer, weak or strong; "" when there is
// none. Any coding that this client takes will do, and the 304 names the one that it has: it might be given that one, and
// a cache between them does not pass on to it what it cannot read (RFC 9111 §4.3.4).
func (f *form) match(header []string, a accepted) string {
	for _, line := range header {
		for tag := range strings.SplitSeq(line, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			rest, ok := strings.CutPrefix(tag, `"`+f.key)
			if !ok {
				continue
			}
			for c := identity; c < codings; c++ {
				if coding, quoted := strings.CutSuffix(rest, `"`); quoted && coding == c.suffix() && a.takes[c] {
					return tag
				}
			}
		}
	}
	return ""
}

// unmodified answers 304 to a client that has the representation of a tag.
func (f *form) unmodified(w http.ResponseWriter, tag string) {
	f.vary(w.Header())
	unmodified(w, http.Header{"Etag": {tag}, "Cache-Control": {f.caching}})
}

var (
	variesByBoth   = []string{"Accept, Accept-Encoding"}
	variesByAccept = []string{"Accept"}
	variesByCoding = []string{"Accept-Encoding"}
)

// vary says what the answer depends on besides its address.
func (f *form) vary(h http.Header) {
	switch {
	case f.compressible && f.negotiated:
		h["Vary"] = variesByBoth
	case f.compressible:
		h["Vary"] = variesByCoding
	case f.negotiated:
		h["Vary"] = variesByAccept
	default:
		delete(h, "Vary")
	}
}
