package source

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// remember notes by what the bytes that were begun can be known again: RFC 9110 §13.1.5 wants a strong validator.
func (t *transfer) remember(h http.Header, total int64) {
	t.total, t.validator = total, ""
	if etag := h.Get("ETag"); strings.HasPrefix(etag, `"`) {
		t.validator = etag
	} else if etag == "" && strongDate(h) {
		t.validator = h.Get("Last-Modified")
	}
}

// strongDate says whether Last-Modified names one content: a file that changes twice in a second has one date for two
// (RFC 9110 §8.8.2.2).
func strongDate(h http.Header) bool {
	modified, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return false
	}
	date, err := http.ParseTime(h.Get("Date"))
	return err == nil && date.Sub(modified) >= time.Second
}

// ready makes the output fit for another attempt: it is continued when what was begun can be known again, and starts over
// otherwise.
func (t *transfer) ready() (able bool, err error) {
	if t.out.n > 0 && t.validator != "" && t.out.n != t.total {
		t.afresh = false
		return true, nil
	}
	t.validator = ""
	return t.restart()
}

func (t *transfer) restart() (able bool, err error) {
	t.afresh = t.furthest > 0
	return t.out.restart()
}

// resuming asks for the rest of what was begun.
func (t *transfer) resuming(h http.Header) {
	h.Set("Range", fmt.Sprintf("bytes=%d-", t.out.n))
	h.Set("If-Range", t.validator)
}

// proceed takes the rest of what was begun. When that is not what the server gives, all of it is asked again.
func (t *transfer) proceed(resp *http.Response) error {
	rest, ok := contentRange(resp.Header.Get("Content-Range"))
	if resp.StatusCode != http.StatusPartialContent || !ok || !t.continues(resp, rest) {
		t.validator = ""
		return transient{t.cut(io.ErrUnexpectedEOF), 0}
	}
	t.total = max(t.total, rest.total)
	return t.body(resp, io.LimitReader(resp.Body, rest.to-rest.from+1))
}

// continues says whether a 206 is what follows the bytes that were written, of the same file. A file whose size nobody says
// is not continued: nobody could say that it is whole.
func (t *transfer) continues(resp *http.Response, rest extent) bool {
	if rest.from != t.out.n || t.total >= 0 && rest.total >= 0 && rest.total != t.total || max(t.total, rest.total) <= rest.to {
		return false
	}
	etag := resp.Header.Get("ETag")
	if at := resp.Request.URL.String(); at != t.from && (etag == "" || etag != t.validator || withoutQuery(at) != withoutQuery(t.from)) {
		return false
	}
	if etag != "" && t.a.ETag != "" { // RFC 9110 §15.3.7 asks for it; few forget
		return etag == t.a.ETag
	}
	modified := resp.Header.Get("Last-Modified")
	return modified == "" || modified == t.a.LastModified
}

// withoutQuery is an address without its query, which a signature changes each time.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// extent is what a 206 says it gives: bytes from and to, of a total that is -1 when it is not known.
type extent struct{ from, to, total int64 }

// contentRange reads "bytes 5-99/100", or "bytes 5-99/*".
func contentRange(text string) (e extent, ok bool) {
	text, ok = strings.CutPrefix(text, "bytes ")
	bounds, size, slash := strings.Cut(text, "/")
	first, last, dash := strings.Cut(bounds, "-")
	var err, err2, err3 error
	e.from, err = strconv.ParseInt(first, 10, 64)
	e.to, err2 = strconv.ParseInt(last, 10, 64)
	e.total = -1
	if size != "*" {
		e.total, err3 = strconv.ParseInt(size, 10, 64)
	}
	ok = ok && slash && dash && errors.Join(err, err2, err3) == nil && e.from >= 0 && e.to >= e.from
	return e, ok && (size == "*" || e.to < e.total)
}
