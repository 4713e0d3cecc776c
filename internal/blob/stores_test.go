package blob_test

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"maille/internal/blob"
)

// server is an S3-compatible store on loopback, and what it was asked.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []string                                          // "PUT", "GET bytes=0-9" …
	trouble func(w http.ResponseWriter, r *http.Request) bool // answers in the store's place
}

func newServer(t testing.TB) *server {
	t.Helper()
	return newServerAt(t, gofakes3.DefaultTimeSource())
}

// newServerAt is one with a clock of its own.
func newServerAt(t testing.TB, clock gofakes3.TimeSource) *server {
	t.Helper()
	backend := s3mem.New(s3mem.WithTimeSource(clock))
	if err := backend.CreateBucket("essai"); err != nil {
		t.Fatal(err)
	}
	s, store := &server{}, gofakes3.New(backend, gofakes3.WithoutVersioning(), gofakes3.WithTimeSource(clock), gofakes3.WithTimeSkewLimit(0)).Server()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if trouble := s.note(r); trouble == nil || !trouble(w, r) {
			store.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) note(r *http.Request) func(http.ResponseWriter, *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, strings.TrimSpace(r.Method+" "+r.Header.Get("Range")))
	return s.trouble
}

// troubled has the server answer otherwise from now on; nil ends it.
func (s *server) troubled(trouble func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = trouble
}

// count forgets what was asked, and gives how many requests began so.
func (s *server) count(beginning string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, asked := range s.asked {
		if strings.HasPrefix(asked, beginning) {
			n++
		}
	}
	s.asked = nil
	return n
}

func (s *server) options(t testing.TB, dir string) blob.BucketOptions {
	return blob.BucketOptions{Address: "s3://essai/objets?region=fr-par&endpoint=" + url.QueryEscape(s.URL), Temporary: cmp.Or(dir, t.TempDir()), Key: "clef", Secret: "secret"}
}

func (s *server) bucket(t testing.TB, dir string) *blob.Bucket {
	t.Helper()
	b, err := blob.OpenBucket(context.Background(), s.options(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// each runs a test on every kind of store, with the folder that holds its temporary files.
func each(t *testing.T, test func(t *testing.T, s blob.Store, dir string)) {
	t.Run("folder", func(t *testing.T) {
		dir := t.TempDir()
		f, err := blob.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		test(t, f, dir)
	})
	t.Run("bucket", func(t *testing.T) {
		dir := t.TempDir()
		test(t, newServer(t).bucket(t, dir), dir)
	})
}

// put keeps bytes.
func put(t testing.TB, s blob.Store, content []byte) blob.Object {
	t.Helper()
	o, err := s.Put(context.Background(), writes(content))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// numbers are bytes that tell their place.
func numbers(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		b.Write([]byte{byte(i), byte(i >> 8), byte(i >> 16), byte(i * 7)})
	}
	return b.Bytes()[:n]
}
