package serve

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"strconv"
	"sync"
)

// stored is an answer that is whole: what is sent, to the byte. Nobody changes it. Who sends it holds it meanwhile, for a
// slow client keeps it long after the cache let go of it: what all senders hold has a bound. One in a file lasts as long
// as someone sends it.
type stored struct {
	headers http.Header
	body    []byte
	file    *os.File // in place of body
	size    int64    // of either

	mu      sync.Mutex
	senders int
	claim   claim  // on memory or disk; on none for a small one
	closed  bool   // its file
	forget  func() // that there was a file
}

// keep is an answer in memory, with its first sender.
func keep(h http.Header, body []byte) *stored {
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return &stored{headers: h, body: body, size: int64(len(body)), senders: 1}
}

// keepFile is one in a file, with its first sender.
func keepFile(h http.Header, file *os.File, size int64, disk claim) *stored {
	a := keep(h, nil)
	a.headers.Set("Content-Length", strconv.FormatInt(size, 10))
	a.file, a.size, a.claim = file, size, disk
	return a
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

// hold is for one more sender; false when there is no room for it in memory, or its file is closed.
func (a *stored) hold() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.senders == 0 && a.claim.take(a.size) != nil {
		return false
	}
	a.senders++
	return true
}

// release is for a sender that is done.
func (a *stored) release() {
	if a.last() && a.forget != nil {
		a.forget()
	}
}

func (a *stored) last() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.senders--; a.senders > 0 {
		return false
	}
	if a.file != nil {
		a.closed = true
		_ = a.file.Close()
	}
	a.claim.settle(0)
	return true
}

// reader gives the answer from its beginning.
func (a *stored) reader() io.Reader {
	if a.file != nil {
		return io.NewSectionReader(a.file, 0, a.size)
	}
	return bytes.NewReader(a.body)
}

// repeat makes the same answer again.
func (a *stored) repeat(_ context.Context, w io.Writer) (http.Header, error) {
	_, err := w.Write(a.body)
	return a.headers.Clone(), err
}

// send answers what is known to be there: 304 when the client has any of it, or the body.
func (a *stored) send(w http.ResponseWriter, r *http.Request) {
	if hasAny(r) {
		unmodified(w, a.headers)
		return
	}
	maps.Copy(w.Header(), a.headers)
	w.WriteHeader(http.StatusOK)
	switch {
	case r.Method == http.MethodHead:
	case a.file == nil:
		_, _ = w.Write(a.body) // the client left; there is no one to tell
	default:
		_, _ = pour(w, a.reader(), a.size)
	}
}
