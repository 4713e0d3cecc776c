package serve

import (
	"io"
	"math"
	"net/http"
	"time"
)

// paced is how every answer is written: each piece of it has its own deadline, so that a client that does not read is left,
// whatever it asked, and one that reads slowly is not. What is sent is counted.
type paced struct {
	http.ResponseWriter
	extended time.Time
	meter    *meter // of the route, once it is known
	status   int    // that was sent; 0 before
	sent     int64  // of the body
	ending   *ending
	cited    string // the link to what to cite; "" where the address is not frozen
}

// patience is how long a client may take over one piece of an answer.
const patience = 30 * time.Second

// piece is what it may take that long over.
const piece = 1 << 20

// extend gives the client its time for the next piece. net/http lifts the deadline at the end of the answer.
func (w *paced) extend() {
	now := time.Now()
	if now.Sub(w.extended) < patience/30 {
		return // small pieces follow each other
	}
	w.extended = now
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(now.Add(patience)) // not every writer of a test has one
}

// WriteHeader extends too: an answer may have no body, or one of which the first byte is written later.
func (w *paced) WriteHeader(status int) {
	w.extend()
	w.status = status
	w.ending.announce(w.Header())
	if status < http.StatusBadRequest {
		cite(w.Header(), w.cited)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *paced) Write(p []byte) (n int, err error) {
	defer func() { w.count(int64(n)) }()
	for {
		w.extend()
		part := p[n:min(len(p), n+piece)]
		written, err := w.ResponseWriter.Write(part)
		if n += written; err != nil || n == len(p) {
			return n, err
		}
	}
}

// ReadFrom leaves whole pieces to net/http, which has the system send them from a file.
func (w *paced) ReadFrom(from io.Reader) (n int64, err error) {
	defer func() { w.count(n) }()
	limited, ok := from.(*io.LimitedReader)
	if !ok {
		limited = &io.LimitedReader{R: from, N: math.MaxInt64}
	}
	for limited.N > 0 {
		w.extend()
		sent, err := io.Copy(w.ResponseWriter, &io.LimitedReader{R: limited.R, N: min(limited.N, piece)})
		n, limited.N = n+sent, limited.N-sent
		if err != nil || sent == 0 {
			return n, err
		}
	}
	return n, nil
}

func (w *paced) count(n int64) {
	w.sent += n
	if w.status == 0 {
		w.status = http.StatusOK // as net/http has it
	}
}

// Unwrap is for http.ResponseController.
func (w *paced) Unwrap() http.ResponseWriter { return w.ResponseWriter }
