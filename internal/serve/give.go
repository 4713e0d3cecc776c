package serve

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stored is an answer in the cache: what is sent, to the byte. Nobody changes it.
type stored struct {
	headers http.Header
	body    []byte
}

func keep(h http.Header, body []byte) *stored {
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return &stored{h, body}
}

// weight of an answer in the cache, in bytes.
func (a *stored) weight() int {
	n := len(a.body) + 1<<10
	for name, values := range a.headers {
		for _, v := range values {
			n += len(name) + len(v) + 64
		}
	}
	return n
}

// give answers what is known to be there: 304 when the client has any of it, or the body.
func give(w http.ResponseWriter, r *http.Request, a *stored) {
	if hasAny(r) {
		unmodified(w, a.headers)
		return
	}
	maps.Copy(w.Header(), a.headers)
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		write(w, a.body)
	}
}

// hasAny says whether the client has any of what is there (If-None-Match: *, RFC 9110 §13.1.2).
func hasAny(r *http.Request) bool {
	return slices.ContainsFunc(r.Header["If-None-Match"], func(line string) bool { return strings.TrimSpace(line) == "*" })
}

// unmodified answers 304, with those of a body's headers that RFC 9110 §15.4.5 asks for.
func unmodified(w http.ResponseWriter, of http.Header) {
	for _, name := range []string{"Etag", "Cache-Control"} {
		w.Header()[name] = of[name]
	}
	w.WriteHeader(http.StatusNotModified)
}

// patience is how long a client may take over one piece of an answer.
const patience = 30 * time.Second

// piece is what it may take that long over.
const piece = 1 << 20

// extend gives the client its time for the next piece. net/http lifts the deadline at the end of the answer.
func extend(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // not every writer of a test has one
}

func write(w http.ResponseWriter, body []byte) {
	for len(body) > 0 {
		n := min(len(body), piece)
		extend(w)
		if _, err := w.Write(body[:n]); err != nil {
			return // the client left; there is no one to tell
		}
		body = body[n:]
	}
}

// pour sends n bytes piece by piece, each with its own deadline; net/http has the system send them from a file.
func pour(w http.ResponseWriter, from io.Reader, n int64) (sent int64, err error) {
	for sent < n {
		extend(w)
		more, err := io.Copy(w, &io.LimitedReader{R: from, N: min(n-sent, piece)})
		sent += more
		if err != nil {
			return sent, err
		}
		if more == 0 {
			return sent, io.ErrUnexpectedEOF // the file is shorter than it was
		}
	}
	return sent, nil
}
