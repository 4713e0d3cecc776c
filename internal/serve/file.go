package serve

import (
	"fmt"
	"io"
	"net/http"
	"time"

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
	if f == nil && s.erased(w, r, name) {
		return nil
	}
	if f == nil {
		return fault.New(fault.NotFound, "the release %s has no file %s; %s/manifest.json lists them", r.manifest.Release, shown(name), r.base).About("file")
	}
	caching := caching
	if r.release != "" {
		caching = "public, max-age=31536000, immutable"
	}
	w.Header().Set("Link", s.linkHeader(r, r.datasets[entry.Dataset], entry))
	return s.dumped(w, r, entry, f, caching)
}

// dumped answers a file of a release.
func (s *Server) dumped(w http.ResponseWriter, r *request, entry *release.Entry, f *release.File, caching string) error {
	content, err := s.Blobs.Get(r.Context(), f.SHA256)
	if fault.KindOf(err) == fault.Unavailable {
		return err
	}
	if err != nil {
		return fault.New(fault.Internal, "the file %s of release %s is not in the store", f.Name, r.manifest.Release).Because(err)
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("ETag", `"`+f.SHA256+`"`)
	h.Set("Cache-Control", caching)
	http.ServeContent(&fileWriter{ResponseWriter: w, server: s, r: r.Request, size: f.Bytes}, r.Request, "", modified(entry, f), content)
	return nil
}

// modified is when a file became what it is: alike on all nodes, whose folders may have been copied. Of releases from before
// it was kept, only when its version did is known.
func modified(entry *release.Entry, f *release.File) time.Time {
	if f.Made.IsZero() {
		return entry.SinceTime
	}
	return f.Made
}

// fileWriter says in a problem document what http.ServeContent says in plain text.
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
			Detail: fmt.Sprintf("Range: %s is not in the file, which has %d bytes", shown(w.r.Header.Get("Range")), w.size)})
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// ReadFrom leaves whole pieces to net/http, which has the system send them from the file.
func (w *fileWriter) ReadFrom(from io.Reader) (int64, error) {
	if w.refused {
		return io.Copy(io.Discard, from)
	}
	return io.Copy(w.ResponseWriter, from)
}
