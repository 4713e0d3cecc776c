package serve

import (
	"net/http"

	"maille/internal/fault"
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
	content, err := s.Blobs.Get(f.SHA256)
	if err != nil {
		return fault.New(fault.Internal, "the file %s of release %s is not in the store", name, r.manifest.Release).Because(err)
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("ETag", `"`+f.SHA256+`"`)
	h.Set("Cache-Control", "public, no-cache")
	if r.release != "" {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r.Request, "", entry.SinceTime, content)
	return nil
}
