package serve

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
)

// answer is what a body is a function of. The tuple is the strong ETag and the key of the cache; whatever changes the
// bytes, or the headers that the producer gives, must be in it. The edition of what is published is in all of them: what was
// begun before an erasure is nobody's answer after it.
type answer struct {
	mediaType string
	depends   []string // versions, descriptors, canonical parameters; the base address and the build are added
	caching   string   // Cache-Control; caching unless said
	anywhere  bool     // the address has no part in it: the bytes name none, and no header does
	produce   producer
}

const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
	mediaSchema  = "application/schema+json"
	mediaOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
)

// caching is that of answers about data: kept by anyone, asked again each time, since 304 costs nothing. Under /r/ too: its
// data do not change, but a later program may write them otherwise.
const caching = "public, no-cache"

// send answers 304, from the cache, or by producing the body, once for all who ask for it at the same time.
func (s *Server) send(w http.ResponseWriter, r *request, a answer) error {
	return s.give(w, r, s.form(r, a), a.produce)
}

func (s *Server) give(w http.ResponseWriter, r *request, f *form, produce producer) error {
	if s.resend(w, r.Request, f) {
		s.remember(r, f)
		return nil
	}
	body, err := s.body(r.Context(), f, f.accepts(r.Request), produce)
	if err != nil {
		return err
	}
	defer body.release()
	s.remember(r, f)
	f.vary(w.Header())
	body.send(w, r.Request)
	return nil
}

// body makes the answer in the coding that the client gets.
func (s *Server) body(ctx context.Context, f *form, a accepted, produce producer) (*stored, error) {
	plain := func(ctx context.Context, w io.Writer) (http.Header, error) {
		h, err := produce(ctx, w)
		return f.headers(h, identity), err
	}
	if a.best == identity {
		return s.flights.do(ctx, f.key, plain)
	}
	return s.flights.do(ctx, f.kept(a), s.coded(f, a, plain))
}

// resend answers 304, or what the cache has; false when the body must be made.
func (s *Server) resend(w http.ResponseWriter, r *http.Request, f *form) bool {
	a := f.accepts(r)
	if tag := f.match(r.Header["If-None-Match"], a); tag != "" {
		f.unmodified(w, tag)
		return true
	}
	body, ok := s.answers.GetIfPresent(f.kept(a))
	if ok = ok && body.hold(); ok {
		defer body.release()
		f.vary(w.Header())
		body.send(w, r)
	}
	return ok
}

func (s *Server) form(r *request, a answer) *form {
	return &form{key: s.key(r, a), mediaType: a.mediaType, caching: cmp.Or(a.caching, caching), compressible: compressible(a.mediaType), negotiated: r.offers != nil}
}

func (s *Server) key(r *request, a answer) string {
	h := sha256.New()
	for _, part := range a.depends {
		io.WriteString(h, part)
		h.Write([]byte{0})
	}
	path, base := r.URL.EscapedPath(), r.base
	if a.anywhere {
		path, base = "", ""
	}
	for _, part := range []string{a.mediaType, path, base, s.Build, strconv.FormatInt(r.edited(), 10)} {
		io.WriteString(h, part)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
