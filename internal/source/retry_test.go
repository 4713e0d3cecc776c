package source_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maille/internal/fault"
	"maille/internal/source"
)

// answers is a server that gives its answers in turn, then the last one for ever, and remembers what it was asked.
type answers struct {
	*httptest.Server
	mu    sync.Mutex
	asked []http.Header
}

func serving(t *testing.T, turns ...http.HandlerFunc) *answers {
	t.Helper()
	s := &answers{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		turn := turns[min(len(s.asked), len(turns)-1)]
		s.asked = append(s.asked, r.Header.Clone())
		s.mu.Unlock()
		turn(w, r)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func (s *answers) header(i int, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[i].Get(name)
}

func (s *answers) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// page is what a download is written to: it can be begun again.
type page struct {
	bytes.Buffer
	restarts int
}

func (p *page) Restart() error {
	p.restarts++
	p.Reset()
	return nil
}

// long is a file that is worth resuming; its second half is not its first.
var long = strings.Repeat("91228,Évry-Courcouronnes\n", 4000) + strings.Repeat("91377,Massy\n", 4000)

const someDay = "Sun, 01 Nov 2020 11:00:00 GMT"

func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

// whole answers as a good server does, ranges included.
func whole(etag, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if etag != "" {
			w.Header().Set("ETag", etag)
		}
		modified, _ := http.ParseTime(someDay)
		http.ServeContent(w, r, "x.csv", modified, strings.NewReader(text))
	}
}

// cutting promises the whole and stops in the middle.
func cutting(headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(long)))
		io.WriteString(w, long[:len(long)/2])
	}
}

// cuttingChunks promises nothing and stops in the middle.
func cuttingChunks(headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		io.WriteString(w, long[:len(long)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// partial answers 206 with what it says of itself, and the bytes it chooses.
func partial(text string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status(http.StatusPartialContent, headers...)(w, r)
		io.WriteString(w, text)
	}
}

func TestFetchResumes(t *testing.T) {
	half := len(long) / 2
	rest := fmt.Sprintf("bytes %d-%d/%d", half, len(long)-1, len(long))
	hangUp := func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }
	other := strings.Repeat("another file\n", 7000)
	for _, c := range []struct {
		name     string
		turns    []http.HandlerFunc
		want     string
		restarts int
		ranges   []string // what is asked, after the first time
	}{
		{"by its ETag", []http.HandlerFunc{cutting("ETag", `"v1"`), whole(`"v1"`, long)}, long, 0, []string{"bytes"}},
		{"by its date", []http.HandlerFunc{cutting("Last-Modified", someDay), whole("", long)}, long, 0, []string{"bytes"}},
		{"after a failure in between", []http.HandlerFunc{cutting("ETag", `"v1"`), status(503), hangUp, whole(`"v1"`, long)}, long, 0,
			[]string{"bytes", "bytes", "bytes"}},
		{"a weak ETag cannot be continued", []http.HandlerFunc{cutting("ETag", `W/"v1"`, "Last-Modified", someDay), whole(`"v1"`, long)}, long, 1, []string{""}},
		{"a date of this very second neither", []http.HandlerFunc{cutting("Last-Modified", "Sun, 01 Nov 2020 11:00:00 GMT", "Date", someDay), whole("", long)}, long, 1, []string{""}},
		{"nothing to know it by", []http.HandlerFunc{cutting(), whole("", long)}, long, 1, []string{""}},
		{"the file changed meanwhile", []http.HandlerFunc{cutting("ETag", `"v1"`), whole(`"v2"`, other)}, other, 1, []string{"bytes"}},
		{"a server without ranges", []http.HandlerFunc{cutting("ETag", `"v1"`), func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, long) }},
			long, 1, []string{"bytes"}},
		{"other bytes than asked", []http.HandlerFunc{cutting("ETag", `"v1"`), partial(long[:9], "Content-Range", fmt.Sprintf("bytes 0-8/%d", len(long))), whole(`"v1"`, long)},
			long, 1, []string{"bytes", ""}},
		{"the rest of another file", []http.HandlerFunc{cutting("ETag", `"v1"`), partial(long[half:], "Content-Range", rest, "ETag", `"v2"`), whole(`"v2"`, other)},
			other, 1, []string{"bytes", ""}},
		{"a rest that says nothing of itself", []http.HandlerFunc{cutting("ETag", `"v1"`), partial(long[half:]), whole(`"v1"`, long)}, long, 1, []string{"bytes", ""}},
		{"the rest of a longer file", []http.HandlerFunc{cutting("ETag", `"v1"`), partial(long[half:], "Content-Range", fmt.Sprintf("bytes %d-%d/%d", half, len(long)-1, len(long)+5)),
			whole(`"v1"`, long)}, long, 1, []string{"bytes", ""}},
		{"a part of the rest", []http.HandlerFunc{cutting("ETag", `"v1"`),
			partial(long[half:half+10], "ETag", `"v1"`, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", half, half+9, len(long))), whole(`"v1"`, long)},
			long, 0, []string{"bytes", "bytes"}},
		{"a part of the rest of a file whose size was not known", []http.HandlerFunc{cuttingChunks("ETag", `"v1"`),
			partial(long[half:half+10], "ETag", `"v1"`, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", half, half+9, len(long))), whole(`"v1"`, long)},
			long, 0, []string{"bytes", "bytes"}},
		{"a rest of a size that nobody knows", []http.HandlerFunc{cuttingChunks("ETag", `"v1"`),
			partial(long[half:half+10], "ETag", `"v1"`, "Content-Range", fmt.Sprintf("bytes %d-%d/*", half, half+9)), whole(`"v1"`, long)},
			long, 1, []string{"bytes", ""}},
		{"more than the rest", []http.HandlerFunc{cutting("ETag", `"v1"`), partial(long[half:]+"more", "ETag", `"v1"`, "Content-Range", rest)}, long, 0, []string{"bytes"}},
		{"more than the part", []http.HandlerFunc{cutting("ETag", `"v1"`),
			partial(long[half:half+10]+"more", "ETag", `"v1"`, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", half, half+9, len(long))), whole(`"v1"`, long)},
			long, 0, []string{"bytes", "bytes"}},
		{"nothing is left, says the server", []http.HandlerFunc{cutting("ETag", `"v1"`), status(416), whole(`"v1"`, long)}, long, 1, []string{"bytes", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serving(t, c.turns...)
			w := &page{}
			a, err := fetcher().Fetch(context.Background(), s.URL+"/x.csv", nil, w)
			if err != nil || w.String() != c.want || a.SHA256 != sum(c.want) || a.Bytes != int64(len(c.want)) || w.restarts != c.restarts {
				t.Fatalf("%d bytes of %d, %d restarts, %+v, %v", w.Len(), len(c.want), w.restarts, a, err)
			}
			var ranges []string
			for i := 1; i < s.times(); i++ {
				unit, _, _ := strings.Cut(s.header(i, "Range"), "=")
				ranges = append(ranges, unit)
				if (s.header(i, "If-Range") == "") != (unit == "") {
					t.Errorf("If-Range: %q with Range: %q", s.header(i, "If-Range"), s.header(i, "Range"))
				}
			}
			if !slices.Equal(ranges, c.ranges) {
				t.Errorf("asked %q", ranges)
			}
		})
	}
}

func TestFetchCannotStartOver(t *testing.T) {
	s := serving(t, cutting(), whole("", long))
	_, err := fetcher().Fetch(context.Background(), s.URL, nil, &bytes.Buffer{})
	if fault.KindOf(err) != fault.Unavailable || s.times() != 1 {
		t.Errorf("%d times, %v", s.times(), err)
	}
}

func TestFetchTriesAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		first []http.HandlerFunc
		times int // it is asked; the last time goes well, unless all are failures
	}{
		{"busy", []http.HandlerFunc{status(429)}, 2},
		{"too early", []http.HandlerFunc{status(425)}, 2},
		{"too slow for it", []http.HandlerFunc{status(408)}, 2},
		{"failures of all kinds", []http.HandlerFunc{status(500), status(502), status(504)}, 4},
		{"silence, then a hang-up", []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}, 3},
		{"a stall in the middle", []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "code\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}}, 2},
		{"too many failures", []http.HandlerFunc{status(503), status(503), status(503), status(503)}, -4},
		{"nothing there", []http.HandlerFunc{status(404)}, -1},
		{"not for us", []http.HandlerFunc{status(403)}, -1},
		{"a failure that lasts", []http.HandlerFunc{status(501)}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serving(t, append(c.first, whole("", content))...)
			f := fetcher()
			f.Stall = 50 * time.Millisecond
			w := &page{}
			_, err := f.Fetch(context.Background(), s.URL, nil, w)
			if s.times() != max(c.times, -c.times) || (err == nil) != (c.times > 0) || err == nil && w.String() != content {
				t.Errorf("asked %d times: %q, %v", s.times(), w.String(), err)
			}
		})
	}
}

func TestFetchWaits(t *testing.T) {
	for _, c := range []struct {
		name   string
		header string
		least  time.Duration // of each wait
		most   []time.Duration
		kind   fault.Kind
	}{
		{"longer each time, by chance", "", 0, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second}, fault.Unavailable},
		{"as long as the server asks", "7", 7 * time.Second, []time.Duration{8 * time.Second}, 0},
		{"until the date that the server says", noon.Add(9 * time.Second).Format(http.TimeFormat), 9 * time.Second, []time.Duration{10 * time.Second}, 0},
		{"a date that is over", noon.Add(-time.Hour).Format(http.TimeFormat), 0, []time.Duration{time.Second}, 0},
		{"nonsense", "-5", 0, []time.Duration{time.Second}, 0},
		{"longer than anyone waits", "86400", 0, nil, fault.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			turns := slices.Repeat([]http.HandlerFunc{status(503, "Retry-After", c.header)}, max(1, len(c.most)))
			s := serving(t, append(turns, whole("", content))...)
			var waits []time.Duration
			f := fetcher()
			f.Attempts = len(c.most) + 1
			if c.kind == fault.Unavailable && len(c.most) > 0 {
				turns = slices.Repeat(turns, 2)
				s = serving(t, turns...)
			}
			f.Pause = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
			_, err := f.Fetch(context.Background(), s.URL, nil, io.Discard)
			if (err != nil) != (c.kind == fault.Unavailable) || err != nil && fault.KindOf(err) != c.kind {
				t.Errorf("%v", err)
			}
			if len(waits) != len(c.most) {
				t.Fatalf("waited %v", waits)
			}
			for i, d := range waits {
				if d < c.least || d >= c.most[i] {
					t.Errorf("wait %d is %v", i, d)
				}
			}
		})
	}
}

func TestFetchWaitsByTheClock(t *testing.T) {
	s := serving(t, status(503), whole("", content))
	f := fetcher()
	f.Pause, f.Base = nil, time.Millisecond
	if _, err := f.Fetch(context.Background(), s.URL, nil, io.Discard); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.Base = time.Hour
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	if _, err := f.Fetch(ctx, serving(t, status(503)).URL, nil, io.Discard); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestFetchInTotal(t *testing.T) {
	slow := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	}
	f := fetcher()
	f.Total = 100 * time.Millisecond
	s := serving(t, slow)
	_, err := f.Fetch(context.Background(), s.URL, nil, &page{})
	if want := s.URL + " : le téléchargement n'est pas fini après 100 ms"; fault.Message(err) != want || fault.KindOf(err) != fault.Unavailable || s.times() != 1 {
		t.Errorf("%d times: %v", s.times(), err)
	}
}

// TestFetchAtOnce: never more than so many from one server, nor in all, and all come through.
func TestFetchAtOnce(t *testing.T) {
	var all, most atomic.Int64
	servers := make([]*httptest.Server, 3)
	perHost, mostPerHost := make([]atomic.Int64, 3), make([]atomic.Int64, 3)
	raise := func(most *atomic.Int64, n int64) {
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
	}
	for i := range servers {
		servers[i] = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raise(&most, all.Add(1))
			raise(&mostPerHost[i], perHost[i].Add(1))
			time.Sleep(10 * time.Millisecond)
			perHost[i].Add(-1)
			all.Add(-1)
			io.WriteString(w, content)
		}))
		t.Cleanup(servers[i].Close)
	}
	f := fetcher()
	f.PerHost, f.AtOnce = 2, 3
	var wg sync.WaitGroup
	for n := range 24 {
		wg.Go(func() {
			if _, err := f.Fetch(context.Background(), servers[n%3].URL, nil, io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() != 3 {
		t.Errorf("%d at once", most.Load())
	}
	for i := range mostPerHost {
		if n := mostPerHost[i].Load(); n > 2 {
			t.Errorf("%d at once from one server", n)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Fetch(ctx, servers[0].URL, nil, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestFetchThroughAProxy asks in another process, because the environment's proxy is read once.
func TestFetchThroughAProxy(t *testing.T) {
	const child = "MAILLE_SOURCE_CHILD"
	if os.Getenv(child) != "" {
		var w bytes.Buffer
		if _, err := fetcher().Fetch(context.Background(), "http://publisher.invalid/x.csv", nil, &w); err != nil || w.String() != "by proxy: http://publisher.invalid/x.csv" {
			t.Errorf("%q, %v", w.String(), err)
		}
		return
	}
	proxy := serving(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "by proxy: "+r.RequestURI) })
	cmd := exec.Command(os.Args[0], "-test.run=^TestFetchThroughAProxy$")
	cmd.Env = append(os.Environ(), child+"=1", "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
	if said, err := cmd.CombinedOutput(); err != nil || proxy.times() != 1 {
		t.Errorf("asked %d times: %v\n%s", proxy.times(), err, said)
	}
}

func TestMissing(t *testing.T) {
	s := publisher(t)
	for path, want := range map[string]bool{"/none": true, "/forbidden": true, "/failing": true, "/cut": true, "/loop": true, "/large": false} {
		_, err := fetcher().Fetch(context.Background(), s.URL+path, nil, io.Discard)
		if source.Missing(err) != want {
			t.Errorf("%s: %v of %v", path, !want, err)
		}
	}
	for place, want := range map[string]bool{"nowhere.csv": true, "ftp://host/x": false, s.URL + "/file.csv": false} {
		_, err := fetcher().Fetch(context.Background(), place, nil, full{})
		if source.Missing(err) != want {
			t.Errorf("%s: %v of %v", place, !want, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := fetcher().Fetch(ctx, s.URL+"/file.csv", nil, io.Discard); err == nil || source.Missing(err) {
		t.Errorf("the caller left: %v", err)
	}
}
