package serve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer is what a body is a function of. The tuple is the strong ETag and the key of the cache; whatever changes the
// bytes must be in it.
type answer struct {
	mediaType string
	depends   []string // versions, descriptors, canonical parameters; the base address and the build are added
	produce   func(ctx context.Context, w io.Writer) error
}

const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
	mediaSchema  = "application/schema+json"
	mediaOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
)

// send answers 304, from the cache, or by producing the body, once for all who ask for it at the same time.
func (s *Server) send(w http.ResponseWriter, r *request, a answer) error {
	k := known{view: r.view, key: s.key(r, a), mediaType: a.mediaType}
	if s.resend(w, r.Request, &k) {
		return nil
	}
	setHeaders(w.Header(), &k)
	body, err := s.flights.do(r.Context(), k.key, a.produce)
	if err != nil {
		return err
	}
	defer body.close()
	s.known.Set(address(r.Request), &k)
	return body.send(w, r.Request)
}

// known is an answer that was given before: enough to give it again without reading the request further.
type known struct {
	view      *view // the release it was given from
	key       string
	mediaType string
}

// address is all of a request that an answer depends on.
func address(r *http.Request) string { return r.Host + r.URL.RequestURI() }

// again answers a request that was answered before, word for word, from the release that is still the one it asks.
func (s *Server) again(w http.ResponseWriter, r *http.Request) bool {
	k, ok := s.known.GetIfPresent(address(r))
	return ok && (k.view == s.current.Load() || strings.HasPrefix(r.URL.Path, "/r/")) && s.resend(w, r, k)
}

// resend answers 304, or what the cache has; false when the body must be made.
func (s *Server) resend(w http.ResponseWriter, r *http.Request, k *known) bool {
	if matches(r.Header.Get("If-None-Match"), k.key) {
		setHeaders(w.Header(), k)
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	body, ok := s.answers.GetIfPresent(k.key)
	if ok {
		setHeaders(w.Header(), k)
		give(w, r, body)
	}
	return ok
}

// give answers what is known to be there: 304 when the client has any of it (RFC 9110 §13.1.2, "*"), or the body.
func give(w http.ResponseWriter, r *http.Request, body []byte) {
	if strings.TrimSpace(r.Header.Get("If-None-Match")) == "*" {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, r, body)
}

func setHeaders(h http.Header, k *known) {
	h.Set("ETag", `"`+k.key+`"`)
	h.Set("Content-Type", k.mediaType)
	h.Set("Cache-Control", "public, no-cache") // kept by anyone, asked again each time: 304 costs nothing
}

func (s *Server) key(r *request, a answer) string {
	h := sha256.New()
	for _, part := range a.depends {
		io.WriteString(h, part)
		h.Write([]byte{0})
	}
	for _, part := range []string{a.mediaType, r.URL.EscapedPath(), r.base, s.Build} {
		io.WriteString(h, part)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// matches reads the tags of If-None-Match (RFC 9110 §13.1.2), weak or strong.
func matches(header, key string) bool {
	if header == "" {
		return false
	}
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == `"`+key+`"` {
			return true
		}
	}
	return false
}

// patience is how long a client may take over one piece of an answer.
const patience = 30 * time.Second

// extend gives the client its time for the next piece. net/http lifts the deadline at the end of the answer.
func extend(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // not every writer of a test has one
}

func write(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	for len(body) > 0 {
		n := min(len(body), 1<<20)
		extend(w)
		if _, err := w.Write(body[:n]); err != nil {
			return // the client left; there is no one to tell
		}
		body = body[n:]
	}
}
