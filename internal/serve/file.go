package serve

import (
	"fmt"
	"io"
	"net/http"

	"maille/internal/fault"
	"maille/internal/release"
)

// file answers a dump of the release: 200 without redirect, ranges, and a strong ETag that is its SHA-256.
func (s *Server) file(w http.ResponseWriter, r *request) error {
	if err := r.only(); err != nil {
		return err
	}
	name := r.variable("file")
	entry, f := r.manifest.File(name)
	if f == nil {
		return fault.New(fault.NotFound, "the release %s has no file %q; /manifest.json lists them", r.manifest.Release, name).About("file")
	}
	return s.dumped(w, r, entry, f)
}

// dumped answers a file of a release.
func (s *Server) dumped(w http.ResponseWriter, r *request, entry *release.Entry, f *release.File) error {
	content, err := s.Blobs.Get(f.SHA256)
	if err != nil {
		return fault.New(fault.Internal, "the file %s of release %s is not in the store", f.Name, r.manifest.Release).Because(err)
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("ETag", `"`+f.SHA256+`"`)
	h.Set("Cache-Control", "public, no-cache")
	if r.release != "" {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(&fileWriter{ResponseWriter: w, server: s, r: r.Request, size: f.Bytes}, r.Request, "", entry.SinceTime, content)
	return nil
}

// fileWriter gives a file piece by piece, each with its own deadline, and says in a problem document what
// http.ServeContent says in plain text.
type fileWriter struct {
	http.ResponseWriter
	server  *Server
	r       *http.Request
	size    int64
	refused bool
}

func (w *fileWriter) WriteHeader(status int) {
	if w.refused = status == http.StatusRequestedRangeNotSatisfiable; w.refused {
		w.server.problem(w.ResponseWriter, w.r, problem{Status: status, Parameter: "Range",
			Detail: fmt.Sprintf("Range: %q is not in the file, which has %d bytes", w.r.Header.Get("Range"), w.size)})
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil
	}
	extend(w.ResponseWriter)
	return w.ResponseWriter.Write(p)
}

// ReadFrom leaves whole pieces to net/http, which has the system send them from the file.
func (w *fileWriter) ReadFrom(from io.Reader) (n int64, err error) {
	if limited, ok := from.(*io.LimitedReader); ok && !w.refused {
		n, err = pour(w.ResponseWriter, limited.R, limited.N)
		limited.N -= n
		return n, err
	}
	return io.Copy(struct{ io.Writer }{w}, from)
}
