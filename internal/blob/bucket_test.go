package blob_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"

	"maille/internal/blob"
	"maille/internal/fault"
)

// TestLargeFilesGoInParts: and come back whole.
func TestLargeFilesGoInParts(t *testing.T) {
	s := newServer(t)
	b, content := s.bucket(t, ""), numbers(70<<20)
	s.count("")
	o := put(t, b, content)
	if n := s.count("PUT"); n != 3 {
		t.Errorf("%d requests that put, want 3 parts", n)
	}
	if got := read(t, b, o.SHA256); !bytes.Equal(got, content) {
		t.Errorf("%d bytes came back otherwise", len(got))
	}
	if n := s.count("GET bytes="); n > 12 {
		t.Errorf("%d requests to read 70 MB on end", n)
	}
}

// TestWhatIsThereIsNotSentAgain also when another node put it.
func TestWhatIsThereIsNotSentAgain(t *testing.T) {
	s := newServer(t)
	content := numbers(1000)
	put(t, s.bucket(t, ""), content)
	another := s.bucket(t, "")
	s.count("")
	put(t, another, content)
	if n := s.count("PUT"); n > 0 {
		t.Errorf("%d requests that put again", n)
	}
}

// TestWhatIsPutAgainIsOfToday: who drops what is old and unused must not drop what somebody relies on from now on.
func TestWhatIsPutAgainIsOfToday(t *testing.T) {
	clock := gofakes3.FixedTimeSource(time.Now().Add(-48 * time.Hour))
	s := newServerAt(t, clock)
	b, content := s.bucket(t, ""), numbers(1000)
	put(t, b, content)
	clock.Advance(48 * time.Hour)
	s.count("")
	hash := put(t, b, content).SHA256
	for o, err := range b.All(t.Context()) {
		if err != nil || time.Since(o.Kept) > time.Hour {
			t.Errorf("it is of %s, %v", o.Kept, err)
		}
	}
	if got := read(t, b, hash); !bytes.Equal(got, content) {
		t.Error("it is another")
	}
}

// TestAStoreThatStalls: one that takes a request and reads no further does not hold who puts.
func TestAStoreThatStalls(t *testing.T) {
	s := newServer(t)
	o := s.options(t, "")
	o.Stall = 200 * time.Millisecond
	b, err := blob.OpenBucket(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	defer close(done)
	s.troubled(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			<-done
		}
		return r.Method == http.MethodPut
	})
	begin := time.Now()
	if _, err := b.Put(t.Context(), writes(numbers(8<<20))); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("after %s", took)
	}
}

// TestAFewBytesAreAskedAlone: a range of a large file costs the store little more than the range.
func TestAFewBytesAreAskedAlone(t *testing.T) {
	s := newServer(t)
	b := s.bucket(t, "")
	r, err := b.Get(t.Context(), put(t, b, numbers(4<<20)).SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s.count("")
	if _, err := r.ReadAt(make([]byte, 100), 1<<20); err != nil {
		t.Fatal(err)
	}
	if n := s.count("GET bytes=1048576-1048675"); n != 1 {
		t.Error("a hundred bytes were not asked alone")
	}
	if _, err := r.Seek(2<<20, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if n := s.count(fmt.Sprintf("GET bytes=%d-%d", 2<<20, 2<<20+256<<10-1)); n != 1 {
		t.Error("a hundred bytes on end were not asked in a small piece")
	}
}

// TestAStoreThatRefuses: what fails says so, is Unavailable, keeps nothing, and goes through once the store is back.
func TestAStoreThatRefuses(t *testing.T) {
	s := newServer(t)
	b, content := s.bucket(t, ""), numbers(1000)
	for name, trouble := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"forbidden": func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true },
		"refuses to write": func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut {
				w.WriteHeader(http.StatusInsufficientStorage)
			}
			return r.Method == http.MethodPut
		},
		"cuts": func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut {
				_, _ = io.CopyN(io.Discard, r.Body, 10)
				panic(http.ErrAbortHandler)
			}
			return false
		},
	} {
		s.troubled(trouble)
		if _, err := b.Put(t.Context(), writes(content)); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
		s.troubled(nil)
		for o, err := range b.All(t.Context()) {
			t.Errorf("%s: kept %+v, %v", name, o, err)
		}
		if left := files(b.Temporary()); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
	hash := put(t, b, content).SHA256
	s.troubled(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true })
	if _, err := b.Has(t.Context(), hash); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("nobody knows whether it is there: %v", err)
	}
	if _, err := b.Get(t.Context(), hash); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Get: %v", err)
	}
}

// TestAReadThatBreaksOff goes on from where it broke, once; an object that is shorter than it was is no whole file.
func TestAReadThatBreaksOff(t *testing.T) {
	s := newServer(t)
	b, content := s.bucket(t, ""), numbers(200_000)
	hash := put(t, b, content).SHA256
	broken := 0
	s.troubled(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || broken > 0 {
			return false
		}
		broken++
		w.Header().Set("Content-Length", "200000")
		w.Header().Set("Content-Range", "bytes 0-199999/200000")
		w.Header().Set("Last-Modified", "Sun, 22 Nov 2026 08:00:00 GMT")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(content[:70_000])
		panic(http.ErrAbortHandler)
	})
	if got := read(t, b, hash); !bytes.Equal(got, content) || broken != 1 {
		t.Errorf("%d bytes after %d breaks", len(got), broken)
	}
	s.troubled(func(w http.ResponseWriter, r *http.Request) bool { // one that knows no ranges
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Length", "200000")
			w.Header().Set("Last-Modified", "Sun, 22 Nov 2026 08:00:00 GMT")
			_, _ = w.Write(content)
		}
		return r.Method == http.MethodGet
	})
	r, err := b.Get(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.ReadAt(make([]byte, 10), 1000); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the beginning was taken for a part: %v", err)
	}
}

func TestAddressesOfBuckets(t *testing.T) {
	s := newServer(t)
	for _, address := range []string{"", "s3://", "file:/a", "s3://essai?endpoint=ftp://a", "s3://essai?endpoint=http://u:p@a", "s3://u:p@essai", "s3://essai?key=1", "s3://essai?endpoint=http://a/b"} {
		o := s.options(t, "")
		o.Address = address
		if _, err := blob.OpenBucket(t.Context(), o); fault.KindOf(err) != fault.Invalid || strings.Contains(fault.Message(err), "u:p") {
			t.Errorf("%q: %v", address, err)
		}
	}
	o := s.options(t, "")
	o.Address = strings.Replace(o.Address, "essai", "autre", 1)
	if _, err := blob.OpenBucket(t.Context(), o); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a bucket that is not there: %v", err)
	}
	s.troubled(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true })
	if _, err := blob.OpenBucket(t.Context(), s.options(t, "")); fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "does not let us in") || strings.Contains(err.Error(), "secret") {
		t.Errorf("a store that does not let us in: %v", err)
	}
	s.Close()
	if _, err := blob.OpenBucket(t.Context(), s.options(t, "")); fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "nobody answers") {
		t.Errorf("a store that is away: %v", err)
	}
}
