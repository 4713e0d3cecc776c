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
	key := s.key(r, a)
	h := w.Header()
	h.Set("ETag", `"`+key+`"`)
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", "public, no-cache") // kept by anyone, asked again each time: 304 costs nothing
	if matches(r.Header.Get("If-None-Match"), key) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if body, ok := s.answers.GetIfPresent(key); ok {
		return write(w, r, body)
	}
	body, streamed, err := s.flights.do(r.Context(), key, w, a.produce)
	if err != nil || streamed {
		return err
	}
	s.answers.Set(key, body)
	return write(w, r, body)
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

// matches reads If-None-Match (RFC 9110 §13.1.2): "*", or a list of tags, weak or strong.
func matches(header, key string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == `"`+key+`"` {
			return true
		}
	}
	return false
}

// patience is how long a client may take over one piece of an answer.
const patience = 30 * time.Second

func write(w http.ResponseWriter, r *request, body []byte) error {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	control := http.NewResponseController(w)
	for len(body) > 0 {
		n := min(len(body), 1<<20)
		_ = control.SetWriteDeadline(time.Now().Add(patience)) // not every writer of a test has one
		if _, err := w.Write(body[:n]); err != nil {
			return nil // the client left; there is no one to tell
		}
		body = body[n:]
	}
	return nil
}
