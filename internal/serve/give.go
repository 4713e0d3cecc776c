package serve

import (
	"io"
	"net/http"
	"slices"
	"strings"
)

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

// pour sends n bytes of a file.
func pour(w io.Writer, from io.Reader, n int64) (sent int64, err error) {
	if sent, err = io.Copy(w, &io.LimitedReader{R: from, N: n}); err == nil && sent < n {
		err = io.ErrUnexpectedEOF // the file is shorter than it was
	}
	return sent, err
}
