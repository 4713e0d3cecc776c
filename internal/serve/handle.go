package serve

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"maille/internal/fault"
)

type handler func(http.ResponseWriter, *request) error

// handle finds the release that a request asks and turns errors into problem documents.
func (s *Server) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, httpRequest *http.Request) {
		r := s.request(httpRequest, variable(httpRequest, "release"))
		r.meter = s.meters.routed(httpRequest)
		metered(w, r.meter)
		if err := s.answer(h, w, r); err != nil {
			s.failed(w, r, err)
		}
	})
}

// metered says which route a request is of.
func metered(w http.ResponseWriter, m *meter) {
	if p, ok := w.(*paced); ok {
		p.meter = m
	}
}

// failed answers an error of a request whose release is known.
func (s *Server) failed(w http.ResponseWriter, r *request, err error) {
	if fault.KindOf(err) == fault.Gone && r.Context().Err() == nil {
		s.gone(w, r, err)
		return
	}
	s.fail(w, r.Request, err)
}

// request is one for a release, "" for the current one.
func (s *Server) request(of *http.Request, release string) *request {
	r := &request{Request: of, root: s.root(of), release: release, edition: s.edition.Load(), failures: s.failures.Load(), current: s.current.Load()}
	if r.base = r.root; release != "" {
		r.base += "/r/" + release
	}
	return r
}

func (s *Server) answer(h handler, w http.ResponseWriter, r *request) (err error) {
	if mux.CurrentRoute(r.Request) != nil && !unreleased(r.URL.Path) {
		if r.view, err = s.view(r); err != nil {
			return err
		}
		r.ending = r.endingOf(r.variable("collection"), r.variable("file"))
		ends(w, r.ending)
		r.cited = s.cited(r)
		cites(w, r.cited)
	}
	return h(w, r)
}

// global are the paths that belong to no release, and globals the beginnings of others.
var (
	global  = map[string]bool{"/healthz": true, "/readyz": true, "/releases": true, "/favicon.ico": true, "/metrics": true}
	globals = []string{"/assets/", "/glyphs/", "/sprites/"}
)

func unreleased(path string) bool {
	return global[path] || slices.ContainsFunc(globals, func(beginning string) bool { return strings.HasPrefix(path, beginning) })
}

func (s *Server) root(r *http.Request) string {
	if s.BaseURL != "" {
		return s.BaseURL
	}
	if !wellFormed(r.Host) {
		return "" // in a problem that says so, whose links need none
	}
	return "http://" + r.Host
}

// around is what every request goes through: methods, CORS, bounds, panics, the log.
func (s *Server) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		answer := &paced{ResponseWriter: w, meter: s.meters.other}
		defer func() { answer.meter.done(r.Method, answer.status, answer.sent, time.Since(begin)) }()
		w = answer
		defer s.recover(w, r)
		h := w.Header()
		h["Access-Control-Allow-Origin"] = anyOrigin
		h["Access-Control-Expose-Headers"] = exposed
		h["X-Content-Type-Options"] = noSniff
		if r.ContentLength != 0 {
			unread(w)
		}
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			if !s.again(w, r) && !s.tooLong(w, r) && !s.nowhere(w, r) && !s.tiled(w, r) {
				next.ServeHTTP(w, r)
			}
		case http.MethodOptions:
			h.Set("Allow", allowed)
			h.Set("Access-Control-Allow-Methods", allowed)
			h.Set("Access-Control-Allow-Headers", "*, Authorization, Content-Type, Range, If-None-Match, If-Range, If-Modified-Since")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
		default: // on any path: a service for reading need not look which ones there are
			h.Set("Allow", allowed)
			s.problem(w, r, problem{Status: http.StatusMethodNotAllowed, Detail: "this service is for reading: " + allowed})
		}
		if s.Log.Enabled(r.Context(), slog.LevelDebug) {
			s.Log.Debug("request", "method", r.Method, "uri", r.URL.RequestURI(), "took", time.Since(begin))
		}
	})
}

const allowed = "GET, HEAD, OPTIONS"

// Headers that every answer has. "*" does not cover Authorization in a preflight, and exposes nothing to a request with
// credentials, so that names are said (Fetch §3.3).
var (
	anyOrigin = []string{"*"}
	noSniff   = []string{"nosniff"}
	exposed   = []string{"ETag, Link, Deprecation, Sunset, Content-Crs, OGC-NumberMatched, OGC-NumberReturned, Content-Disposition, Content-Range, " +
		"Accept-Ranges, Content-Length, Retry-After"}
)

// unread is for a request with a body, which nothing here reads: the answer does not wait for it, the connection ends with
// the answer, and a client that goes on sending is left after a moment. (http.Server.ReadTimeout would do, and cancel
// long answers.)
func unread(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(5 * time.Second)) // not every writer of a test has one
}

// longestPath is many times what the longest identifier takes.
const longestPath = 16 << 10

// tooLong refuses a path that nothing here has. How long a query may be is for who reads it to say.
func (s *Server) tooLong(w http.ResponseWriter, r *http.Request) bool {
	n := len(r.URL.EscapedPath())
	if n > longestPath {
		s.problem(w, r, problem{Status: http.StatusRequestURITooLong, Parameter: "path",
			Detail: fmt.Sprintf("the path has %d bytes, where at most %d are read", n, longestPath)})
	}
	return n > longestPath
}

// nowhere refuses a request whose Host is none, where links are made of it (RFC 9112 §3.2). Probes say none, in HTTP/1.0.
func (s *Server) nowhere(w http.ResponseWriter, r *http.Request) bool {
	if s.BaseURL != "" || wellFormed(r.Host) || r.Host == "" && (r.URL.Path == "/healthz" || r.URL.Path == "/readyz") {
		return false
	}
	s.problem(w, r, problem{Status: http.StatusBadRequest, Parameter: "Host", Detail: fmt.Sprintf("Host: %s is no name or address of a host", shown(r.Host))})
	return true
}

func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	switch cause := recover(); cause {
	case nil:
	case http.ErrAbortHandler:
		panic(cause) // net/http breaks the connection, so that a half answer is not taken for a whole one
	default:
		s.Log.Error("panic", "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		s.fail(w, r, fault.New(fault.Internal, "something failed inside"))
	}
}

// fail answers an error by its kind. A fault inside shows nothing but an identifier that is in the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil || fault.KindOf(err) == fault.Canceled {
		panic(http.ErrAbortHandler) // nobody reads it; returning would send an empty 200
	}
	p := problem{Detail: fault.Message(err), Parameter: fault.Subject(err)}
	switch fault.KindOf(err) {
	case fault.Invalid:
		p.Status = http.StatusBadRequest
	case fault.NotFound:
		p.Status = http.StatusNotFound
	case fault.Unacceptable:
		p.Status = http.StatusNotAcceptable
	case fault.Gone:
		p.Status = http.StatusGone
	case fault.Unavailable:
		p.Status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
		s.Log.Warn("unavailable", "uri", r.URL.RequestURI(), "error", err)
	default:
		p.Status, p.Request = http.StatusInternalServerError, newRequestID()
		p.Detail, p.Parameter = "something failed inside; tell the operator the request's identifier", ""
		s.Log.Error("internal", "request", p.Request, "uri", r.URL.RequestURI(), "error", err)
	}
	s.problem(w, r, p)
}

func newRequestID() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	return hex.EncodeToString(id[:])
}
