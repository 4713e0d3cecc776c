package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"maille/internal/fault"
)

// bare is a server without a database, to answer what a test produces.
func bare(t *testing.T, o Options) *Server {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answered is what a client gets for an answer that a test produces.
func answered(s *Server, a answer, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/thing", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if err := s.send(w, &request{Request: r}, a); err != nil {
		s.fail(w, r, err)
	}
	return w
}

func text(n int) answer {
	return answer{mediaType: mediaJSON, depends: []string{fmt.Sprint(n)}, produce: func(_ context.Context, w io.Writer) (http.Header, error) {
		_, err := io.WriteString(w, strings.Repeat("0123456789abcdef", n/16))
		return http.Header{"Ogc-Numbermatched": {"12"}, "Link": {"<x>; rel=next"}}, err
	}}
}

// TestMadeOnceForAllCodings: a thousand clients that ask for one cold answer in all codings at once have it made once,
// and each coding of it once.
func TestMadeOnceForAllCodings(t *testing.T) {
	s := bare(t, Options{})
	var made atomic.Int64
	a := text(1 << 20)
	produce := a.produce
	a.produce = func(ctx context.Context, w io.Writer) (http.Header, error) { made.Add(1); return produce(ctx, w) }
	var all sync.WaitGroup
	var mu sync.Mutex
	bodies := map[string]string{}
	for i := range 1000 {
		coding := []string{"", "gzip", "zstd", "br", "identity;q=0, gzip"}[i%5]
		all.Go(func() {
			w := answered(s, a, "Accept-Encoding", coding)
			mu.Lock()
			defer mu.Unlock()
			tag := w.Header().Get("ETag")
			if before, ok := bodies[tag]; w.Code != 200 || ok && before != w.Body.String() {
				t.Errorf("%s: %d, or two bodies of one tag", coding, w.Code)
			}
			bodies[tag] = w.Body.String()
		})
	}
	all.Wait()
	if made.Load() != 1 || len(bodies) != 3 {
		t.Errorf("made %d times, in %d codings", made.Load(), len(bodies))
	}
}

// TestCachedIsFresh: what the cache gives is what was given when the answer was made, headers and bytes.
func TestCachedIsFresh(t *testing.T) {
	for _, size := range []int{160, 1 << 20, spooled + 1<<20} {
		for _, coding := range []string{"", "gzip", "zstd", "gzip, identity;q=0"} {
			s, other := bare(t, Options{}), bare(t, Options{})
			fresh, again, elsewhere := answered(s, text(size), "Accept-Encoding", coding), answered(s, text(size), "Accept-Encoding", coding), answered(other, text(size), "Accept-Encoding", coding)
			for because, w := range map[string]*httptest.ResponseRecorder{"from the cache": again, "from another server": elsewhere} {
				if fmt.Sprint(w.Header()) != fmt.Sprint(fresh.Header()) || !bytes.Equal(w.Body.Bytes(), fresh.Body.Bytes()) {
					t.Errorf("%d bytes, %q, %s: %v and %v", size, coding, because, w.Header(), fresh.Header())
				}
			}
			if fresh.Header().Get("OGC-NumberMatched") != "12" || fresh.Header().Get("Link") == "" {
				t.Errorf("%d bytes, %q: the producer's headers are lost: %v", size, coding, fresh.Header())
			}
		}
	}
}

// TestSmallStaysAsItIs: unless the client refuses that, whoever asked before.
func TestSmallStaysAsItIs(t *testing.T) {
	s := bare(t, Options{})
	for range 2 {
		for header, want := range map[string]string{"gzip": "", "zstd": "", "": "", "gzip, identity;q=0": "gzip", "zstd, *;q=0": "zstd"} {
			w := answered(s, text(160), "Accept-Encoding", header)
			if got := w.Header().Get("Content-Encoding"); got != want || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q: %q %v", header, got, w.Header())
			}
			if want == "" && w.Body.Len() != 160 {
				t.Errorf("%q: %d bytes", header, w.Body.Len())
			}
		}
	}
}

// TestPackedStaysAsItIs: a file that is packed inside has one representation, and does not vary.
func TestPackedStaysAsItIs(t *testing.T) {
	a := text(1 << 16)
	a.mediaType = "application/vnd.apache.parquet"
	w := answered(bare(t, Options{}), a, "Accept-Encoding", "gzip, zstd")
	if w.Header().Get("Content-Encoding") != "" || w.Header().Get("Vary") != "" || w.Body.Len() != 1<<16 {
		t.Errorf("%v", w.Header())
	}
}

// TestTagOfWhatTheClientHas: 304 names the representation that the client has, when it is one that it may get.
func TestTagOfWhatTheClientHas(t *testing.T) {
	s := bare(t, Options{})
	tag := map[string]string{}
	for _, coding := range []string{"identity", "gzip", "zstd"} {
		tag[coding] = answered(s, text(1<<16), "Accept-Encoding", coding).Header().Get("ETag")
	}
	if tag["identity"] == tag["gzip"] || tag["gzip"] == tag["zstd"] || tag["identity"] == tag["zstd"] {
		t.Fatalf("tags are not of representations: %v", tag)
	}
	if w := answered(s, text(1<<16)); w.Header().Get("ETag") != tag["identity"] || w.Header().Get("Content-Encoding") != "" || w.Body.Len() != 1<<16 {
		t.Errorf("as it is, once the others were made of it: %v", w.Header())
	}
	for _, c := range []struct {
		because, accepts, has string
		status                int
		want                  string
	}{
		{"the one that it would get", "gzip", tag["gzip"], 304, tag["gzip"]},
		{"one of before it knew zstd", "gzip, zstd", tag["gzip"], 304, tag["gzip"]},
		{"one without a coding", "gzip", tag["identity"], 304, tag["identity"]},
		{"a cache asks for one that knows no zstd", "gzip", tag["zstd"], 200, tag["gzip"]},
		{"a cache asks for one that knows nothing", "", tag["gzip"], 200, tag["identity"]},
		{"a cache has all", "gzip", tag["zstd"] + ", " + tag["gzip"], 304, tag["gzip"]},
		{"who refuses it as it is", "gzip, identity;q=0", tag["identity"], 200, tag["gzip"]},
		{"weak tags of a proxy", "gzip", "W/" + tag["gzip"], 304, tag["gzip"]},
		{"any", "zstd", "*", 304, tag["zstd"]},
		{"a tag that begins so", "gzip", strings.TrimSuffix(tag["gzip"], `"`) + `-zstd"`, 200, tag["gzip"]},
		{"a tag without its end", "gzip", strings.TrimSuffix(tag["gzip"], `"`), 200, tag["gzip"]},
	} {
		w := answered(s, text(1<<16), "Accept-Encoding", c.accepts, "If-None-Match", c.has)
		h := w.Header()
		if w.Code != c.status || h.Get("ETag") != c.want || h.Get("Vary") != "Accept-Encoding" || h.Get("Cache-Control") == "" {
			t.Errorf("%s: %d %v, not %d %s", c.because, w.Code, h, c.status, c.want)
		}
		if c.status == 304 && (h.Get("Content-Encoding") != "" || h.Get("Content-Length") != "" || h.Get("Content-Type") != "") {
			t.Errorf("%s: a 304 describes a body: %v", c.because, h)
		}
	}
}

// TestCodingFails: what fails is heard by all who wait, in whatever coding, and is not kept.
func TestCodingFails(t *testing.T) {
	s := bare(t, Options{})
	away := text(1 << 16)
	away.produce = func(context.Context, io.Writer) (http.Header, error) {
		return nil, fault.New(fault.Unavailable, "away")
	}
	broken := text(1 << 16)
	broken.produce = func(context.Context, io.Writer) (http.Header, error) { panic("broken") }
	for _, coding := range []string{"gzip", "zstd", ""} {
		if w := answered(s, away, "Accept-Encoding", coding); w.Code != 503 || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%q: %d %v", coding, w.Code, w.Header())
		}
		if w := answered(s, broken, "Accept-Encoding", coding); w.Code != 500 || w.Header().Get("ETag") != "" {
			t.Errorf("%q: %d %v", coding, w.Code, w.Header())
		}
		if w := answered(s, text(1<<16), "Accept-Encoding", coding); w.Code != 200 {
			t.Errorf("%q afterwards: %d", coding, w.Code)
		}
		s.answers.InvalidateAll()
	}
}

// TestCodingLeaves: the client for whom an answer is compressed leaves, and the one that waits gets it.
func TestCodingLeaves(t *testing.T) {
	s := bare(t, Options{})
	ctx, leave := context.WithCancel(t.Context())
	working := make(chan struct{})
	a := text(1 << 16)
	slow := func(ctx context.Context, _ io.Writer) (http.Header, error) {
		close(working)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	f := &form{key: "k", mediaType: mediaJSON, compressible: true}
	gone := make(chan error)
	go func() {
		_, err := s.body(ctx, f, acceptedCodings([]string{"gzip"}), slow)
		gone <- err
	}()
	<-working
	var all sync.WaitGroup
	for _, coding := range []string{"gzip", "zstd", "identity"} {
		all.Go(func() {
			body, err := s.body(t.Context(), f, acceptedCodings([]string{coding}), a.produce)
			if err != nil || body.size == 0 {
				t.Errorf("%s: %v", coding, err)
			}
		})
	}
	leave()
	if err := <-gone; fault.KindOf(err) != fault.Canceled {
		t.Error(err)
	}
	all.Wait()
}

// TestStrangeHeadersFillNothing: a page asked in ten thousand ways is remembered once, and kept in each coding once.
func TestStrangeHeadersFillNothing(t *testing.T) {
	s := bare(t, Options{})
	at := httptest.NewRequest(http.MethodGet, "/thing", nil)
	for i := range 10_000 {
		r := &request{Request: at.Clone(t.Context())}
		r.Header.Set("Accept", fmt.Sprintf("a/b%d, */*;q=0.%d", i, i+1))
		r.Header.Set("Accept-Encoding", fmt.Sprintf("x%d, gzip;q=0.%d, zstd;q=0.%d", i, i+1, i%7+1))
		chosen, err := r.negotiate(offerJSON, offerHTML)
		if err != nil {
			t.Fatal(err)
		}
		a := text(1 << 12)
		a.mediaType = chosen.mediaType
		if err := s.send(httptest.NewRecorder(), r, a); err != nil {
			t.Fatal(err)
		}
	}
	s.known.CleanUp()
	s.answers.CleanUp()
	if s.known.EstimatedSize() != 1 || s.answers.EstimatedSize() > 3 {
		t.Errorf("%d requests, %d answers", s.known.EstimatedSize(), s.answers.EstimatedSize())
	}
}

// TestKnownChooses: an address that was answered as a page and as a document goes on being answered as each client asks.
func TestKnownChooses(t *testing.T) {
	s := bare(t, Options{})
	ask := func(accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/thing", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		if s.again(w, r) {
			w.Header().Set("X-Again", "yes")
			return w
		}
		asked := &request{Request: r, current: s.current.Load()}
		chosen, err := asked.negotiate(offerJSON, offerHTML)
		if err == nil {
			a := text(1 << 12)
			a.mediaType = chosen.mediaType
			err = s.send(w, asked, a)
		}
		if err != nil {
			s.fail(w, r, err)
		}
		return w
	}
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for i, c := range []struct{ accept, mediaType, again string }{
		{"*/*", mediaJSON, ""}, {browser, mediaHTML, ""}, {"*/*", mediaJSON, "yes"}, {browser, mediaHTML, "yes"}, {"", mediaJSON, "yes"},
		{"application/json", mediaJSON, "yes"}, {"text/html;q=0.5, application/json;q=0.4", mediaHTML, "yes"}, {"image/png", mediaProblem, ""},
	} {
		w := ask(c.accept)
		if w.Header().Get("Content-Type") != c.mediaType || w.Header().Get("X-Again") != c.again {
			t.Errorf("%d, %q: %v", i, c.accept, w.Header())
		}
		if c.mediaType != mediaProblem && w.Header().Get("Vary") != "Accept, Accept-Encoding" {
			t.Errorf("%q: Vary %q", c.accept, w.Header().Get("Vary"))
		}
	}
}

// TestPublicationForgets: once another release is current, what is remembered of an address is forgotten, but for data
// under /r/: a page there says which release is current.
func TestPublicationForgets(t *testing.T) {
	for _, c := range []struct {
		path, mediaType string
		stays           bool
	}{{"/thing", mediaJSON, false}, {"/thing", mediaHTML, false}, {"/r/2026-11-22.1/thing", mediaJSON, true}, {"/r/2026-11-22.1/thing", mediaHTML, false}} {
		s := bare(t, Options{})
		s.current.Store(&view{})
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		a := text(1 << 12)
		a.mediaType = c.mediaType
		if err := s.send(httptest.NewRecorder(), &request{Request: r, current: s.current.Load()}, a); err != nil {
			t.Fatal(err)
		}
		if !s.again(httptest.NewRecorder(), r) {
			t.Errorf("%s, %s: not remembered", c.path, c.mediaType)
		}
		s.current.Store(&view{digest: "another"})
		if s.again(httptest.NewRecorder(), r) != c.stays {
			t.Errorf("%s, %s: stays: %v", c.path, c.mediaType, !c.stays)
		}
	}
}

// TestCacheIsBounded: all representations count.
func TestCacheIsBounded(t *testing.T) {
	s := bare(t, Options{CacheBytes: 1 << 20})
	for i := range 200 {
		answered(s, text(16<<10+16*i), "Accept-Encoding", []string{"", "gzip", "zstd"}[i%3])
	}
	s.answers.CleanUp()
	held := 0
	for _, a := range s.answers.All() {
		held += len(a.body)
	}
	if held > 1<<20 || held == 0 {
		t.Errorf("%d bytes are held", held)
	}
}
