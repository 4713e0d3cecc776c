package source_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maille/internal/fault"
	"maille/internal/source"
)

// signing is a server whose addresses lead to others, signed anew each time, where each answer is cut after some bytes.
func signing(t *testing.T, text string, cut int, at func(n int64) string, headers ...string) (address string, asked *atomic.Int64) {
	asked = &atomic.Int64{}
	mux := http.NewServeMux()
	mux.HandleFunc("/x.csv", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, at(asked.Add(1)), http.StatusFound) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		modified, _ := http.ParseTime(someDay)
		http.ServeContent(&cutter{w, cut}, r, "x.csv", modified, strings.NewReader(text))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL + "/x.csv", asked
}

// cutter hangs up after some bytes.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left == 0 {
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// huge is a file of which an attempt may bring enough to be worth another.
var huge = strings.Repeat(long, 40)

// TestFetchResumesBehindSignatures: a strong ETag is the same file, however its address was signed.
func TestFetchResumesBehindSignatures(t *testing.T) {
	f := fetcher()
	f.MaxBytes = 64 << 20
	address, asked := signing(t, huge, 2<<20, func(n int64) string { return fmt.Sprintf("/signed?sig=%d", n) }, "ETag", `"v1"`)
	w := &page{}
	a, err := f.Fetch(context.Background(), address, nil, w)
	if err != nil || a.SHA256 != sum(huge) || w.restarts != 0 || asked.Load() != int64(len(huge)/(2<<20)+1) {
		t.Errorf("%d bytes of %d, %d restarts, asked %d times: %v", w.Len(), len(huge), w.restarts, asked.Load(), err)
	}
}

// TestFetchEndsWhenItStartsOver: the same bytes again are no progress.
func TestFetchEndsWhenItStartsOver(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      func(n int64) string
		headers []string
	}{
		{"the file is elsewhere each time", func(n int64) string { return fmt.Sprintf("/signed/%d", n) }, []string{"ETag", `"v1"`}},
		{"the address is signed anew, and a date proves too little", func(n int64) string { return fmt.Sprintf("/signed?sig=%d", n) }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fetcher()
			f.MaxBytes = 64 << 20
			f.Total = 5 * time.Second
			address, asked := signing(t, huge, 2<<20, c.at, c.headers...)
			_, err := f.Fetch(context.Background(), address, nil, &page{})
			if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "le serveur s'est arrêté") || asked.Load() != 4 {
				t.Errorf("asked %d times: %v", asked.Load(), err)
			}
		})
	}
}

// TestFetchEndsWithoutProgress: what an attempt brought is no progress of those that follow, nor is a little more of what
// was brought before.
func TestFetchEndsWithoutProgress(t *testing.T) {
	f := fetcher()
	f.MaxBytes, f.Total = 64<<20, 5*time.Second
	cut := func(n int, etag string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { whole(etag, huge)(&cutter{w, n << 10}, r) }
	}
	var growing []http.HandlerFunc
	for n := 1; n < 6; n++ { // another file each time, so that it starts over
		growing = append(growing, cut(1100*n, fmt.Sprintf(`"v%d"`, n)))
	}
	for name, c := range map[string]struct {
		turns []http.HandlerFunc
		times int
	}{
		"failures after a good beginning":      {[]http.HandlerFunc{cut(1100, `"v1"`), status(503)}, 4},
		"a little further each time, from 0":   {growing, 4},
		"further each time, from where it was": {[]http.HandlerFunc{cut(1100, `"v1"`), cut(1100, `"v1"`), cut(1100, `"v1"`), cut(500, `"v1"`), status(503)}, 6},
	} {
		s := serving(t, c.turns...)
		if _, err := f.Fetch(context.Background(), s.URL, nil, &page{}); fault.KindOf(err) != fault.Unavailable || s.times() != c.times {
			t.Errorf("%s: asked %d times: %v", name, s.times(), err)
		}
	}
}

// TestFetchQueuesOffTheClock: the time that other files take is not counted in that of one.
func TestFetchQueuesOffTheClock(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(200 * time.Millisecond)
		if asked.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable) // who was first queues again, behind all others
			return
		}
		io.WriteString(w, content)
	}))
	t.Cleanup(s.Close)
	f := fetcher()
	f.PerHost, f.Total = 1, 700*time.Millisecond
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := f.Fetch(context.Background(), s.URL, nil, io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	slow := source.Fetcher{Total: 50 * time.Millisecond, Pause: f.Pause}
	if _, err := slow.Fetch(context.Background(), s.URL, nil, io.Discard); !strings.HasSuffix(fault.Message(err), "n'est pas fini après 50 ms") {
		t.Errorf("%v", err)
	}
}
