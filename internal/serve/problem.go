package serve

import (
	"bytes"
	"encoding/json"
	"maps"
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
	Links     []link `json:"links,omitempty"`     // to what is there in its place
	*succession
}

// problem answers a document, or a page that says the same to people who ask with a browser.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, p problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	h := w.Header()
	maps.DeleteFunc(h, func(name string, _ []string) bool { return !ofProblems[name] }) // those of the answer that failed
	body, mediaType := s.explain(r, p)
	if mediaType == mediaHTML {
		maps.Copy(h, pageHeaders(security))
	}
	h.Set("Cache-Control", "no-store")
	short(w, r, p.Status, mediaType, body)
}

// short answers a body that is kept nowhere.
func short(w http.ResponseWriter, r *http.Request, status int, mediaType string, body []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// ofProblems are the headers that a problem keeps of those that were set before it.
var ofProblems = map[string]bool{"Access-Control-Allow-Origin": true, "Access-Control-Expose-Headers": true,
	"X-Content-Type-Options": true, "Allow": true, "Connection": true, "Retry-After": true, "Content-Range": true}

func (s *Server) explain(r *http.Request, p problem) (body []byte, mediaType string) {
	if s.asksPage(r) {
		var page bytes.Buffer
		err := s.Pages.Render(&page, &Page{Kind: "problem", Title: p.Title, Instance: s.Title, Root: s.root(r), Base: s.root(r),
			Trail: []Crumb{{Kind: "landing", Href: s.root(r) + "/"}}, Body: ProblemPage{p.Status, p.Title, p.Detail, p.Parameter, p.Request, again(r, p.Parameter)}})
		if err == nil {
			return page.Bytes(), mediaHTML
		}
		s.Log.Error("a problem has no page", "uri", r.URL.RequestURI(), "error", err)
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // only strings and a number inside
	}
	return append(body, '\n'), mediaProblem
}

const mediaProblem = "application/problem+json"

var offerProblem = offer{"json", mediaProblem, []string{mediaJSON}}

// asksPage says whether a request that failed prefers a page to a document.
func (s *Server) asksPage(r *http.Request) bool {
	if s.Pages == nil {
		return false
	}
	if len(r.URL.RawQuery) <= longestQuery {
		if f := r.URL.Query().Get("f"); f != "" {
			return f == offerHTML.name
		}
	}
	return preferred([]offer{offerProblem, offerHTML}, r.Header["Accept"]) == 1
}
