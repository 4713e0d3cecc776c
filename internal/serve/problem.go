package serve

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// problem is an RFC 9457 document.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Parameter string `json:"parameter,omitempty"` // the parameter or thing that is wrong
	Request   string `json:"request,omitempty"`   // in the log too
}

func (s *Server) problem(w http.ResponseWriter, r *http.Request, p problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // only strings and a number inside
	}
	body = append(body, '\n')
	h := w.Header()
	for _, name := range []string{"ETag", "Last-Modified", "Content-Disposition", "Link"} {
		h.Del(name) // those of the answer that failed
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
