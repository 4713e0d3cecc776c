package source

import (
	"fmt"
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
		return true, nil
	}
	t.validator = ""
	return t.out.restart()
}

// resuming asks for the rest of what was begun.
func (t *transfer) resuming(h http.Header) {
	h.Set("Range", fmt.Sprintf("bytes=%d-", t.out.n))
	h.Set("If-Range", t.validator)
}

// continues says whether a 206 is what follows the bytes that were written, of the same file.
func (t *transfer) continues(resp *http.Response) bool {
	from, total, ok := contentRange(resp.Header.Get("Content-Range"))
	if !ok || from != t.out.n || t.total >= 0 && total >= 0 && total != t.total || resp.Request.URL.Redacted() != t.a.FinalURL {
		return false
	}
	if etag := resp.Header.Get("ETag"); etag != "" && t.a.ETag != "" { // RFC 9110 §15.3.7 asks for it; few forget
		return etag == t.a.ETag
	}
	modified := resp.Header.Get("Last-Modified")
	return modified == "" || modified == t.a.LastModified
}

// contentRange reads "bytes 5-99/100"; total is -1 for "*".
func contentRange(text string) (from, total int64, ok bool) {
	text, ok = strings.CutPrefix(text, "bytes ")
	span, size, slash := strings.Cut(text, "/")
	first, last, dash := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	if !ok || !slash || !dash || err != nil || err2 != nil || from < 0 || to < from {
		return 0, 0, false
	}
	if size == "*" {
		return from, -1, true
	}
	total, err = strconv.ParseInt(size, 10, 64)
	return from, total, err == nil && to < total
}
