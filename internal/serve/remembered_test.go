package serve

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
	"weak"

	"maille/internal/release"
)

// TestFleeting: what may be better known in a while is not answered again without a look.
func TestFleeting(t *testing.T) {
	for _, fleeting := range []bool{false, true} {
		s := bare(t, Options{})
		r := httptest.NewRequest(http.MethodGet, "/thing", nil)
		for range 2 { // made, then from the cache
			if err := s.send(httptest.NewRecorder(), &request{Request: r, fleeting: fleeting}, text(1<<12)); err != nil {
				t.Fatal(err)
			}
			if s.again(httptest.NewRecorder(), r) == fleeting {
				t.Errorf("fleeting %v: remembered %v", fleeting, !fleeting)
			}
		}
	}
}

// TestHostDecidesWithoutBase: the name that a client calls the service by is part of an address only where links have it.
func TestHostDecidesWithoutBase(t *testing.T) {
	for base, shared := range map[string]bool{"": false, "https://a.example": true} {
		s := bare(t, Options{BaseURL: base})
		one, other := httptest.NewRequest(http.MethodGet, "http://one.example/thing", nil), httptest.NewRequest(http.MethodGet, "http://other.example/thing", nil)
		if err := s.send(httptest.NewRecorder(), &request{Request: one}, text(1<<12)); err != nil {
			t.Fatal(err)
		}
		if s.again(httptest.NewRecorder(), other) != shared {
			t.Errorf("base %q: shared %v", base, !shared)
		}
	}
}

// TestOldReleasesAreLetGo: addresses that nobody asks again do not keep the release that they were answered from.
func TestOldReleasesAreLetGo(t *testing.T) {
	s := bare(t, Options{})
	s.current.Store(&view{digest: "one"})
	old := weak.Make(s.current.Load())
	func() {
		r := &request{Request: httptest.NewRequest(http.MethodGet, "/thing", nil), current: s.current.Load()}
		if err := s.send(httptest.NewRecorder(), r, text(1<<12)); err != nil {
			t.Fatal(err)
		}
	}()
	s.current.Store(&view{digest: "two"})
	for range 20 {
		if runtime.GC(); old.Value() == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it is still there")
	runtime.KeepAlive(s)
}

// TestViewsOfAnotherEdition: a release that was being read while it was changed is read again.
func TestViewsOfAnotherEdition(t *testing.T) {
	s := bare(t, Options{})
	const name = "2026-11-22.1"
	s.edition.Store(1)
	s.forgetAll()
	s.views.Add(name, &view{edition: 0}) // by who began before
	never := make(chan struct{})
	defer close(never)
	s.opening.DoChan(name+" 1", func() (any, error) { <-never; return (*view)(nil), nil })
	gone, leave := context.WithCancel(t.Context())
	leave()
	r := &request{Request: httptest.NewRequest(http.MethodGet, "/r/"+name+"/", nil).WithContext(gone), release: name}
	if v, err := s.view(r); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v: it did not wait for the one of this edition", v, err)
	}
	s.views.Add(name, &view{edition: 1})
	if v, err := s.view(r); err != nil || v.edition != 1 {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestModified: a file is as old as its bytes; where a release does not say, as its version.
func TestModified(t *testing.T) {
	since := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	entry := &release.Entry{SinceTime: since}
	for made, want := range map[time.Time]time.Time{{}: since, since.Add(-time.Hour): since.Add(-time.Hour), since.Add(time.Hour): since.Add(time.Hour)} {
		if got := modified(entry, &release.File{Made: made}); !got.Equal(want) {
			t.Errorf("made %s: %s", made, got)
		}
	}
}

func TestWellFormed(t *testing.T) {
	for host, want := range map[string]bool{
		"a.example": true, "a.example:8080": true, "localhost": true, "127.0.0.1:80": true, "[::1]": true, "[::1]:8080": true, "my_backend": true,
		"xn--vry-9la.fr.": true, "a.example:": true,
		"": false, ":80": false, "evil.example:1,x": false, "a'b;c=d&e": false, "a b": false, "a/b": false, "a@b": false, "a:b": false, "a:123456": false,
		"[::1": false, "[::1]x": false, "[1.2.3.4]": false, "[fe80::1%25eth0]": false, "::1": false, "é": false, "a\x00b": false, "<a>": false,
	} {
		if got := wellFormed(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
