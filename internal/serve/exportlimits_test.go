package serve_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"maille/internal/serve"
	"maille/internal/store"
)

// bounded serves the large instance within bounds of the test's own.
func bounded(t *testing.T, w *world, o serve.Options) *world {
	t.Helper()
	o.DB, o.Blobs, o.Title, o.Spool, o.Log = w.readers, folder(t), "Étroit", t.TempDir(), slog.New(slog.NewTextHandler(w.log, nil))
	server, err := serve.New(o)
	must(t, err)
	must(t, server.Refresh(t.Context()))
	return &world{database: w.database, readers: w.readers, log: w.log, server: server, address: listen(t, server)}
}

// TestExportHTTP10: a client of HTTP/1.0, to which a broken connection is the usual end, gets a file with its length, or a
// problem document.
func TestExportHTTP10(t *testing.T) {
	w := largeWorld(t, store.Options{})
	old := func(path string) (*http.Response, []byte, error) {
		c := dialAs(t, w, "HTTP/1.0", "a.example", path)
		response, err := http.ReadResponse(c.answer, nil)
		must(t, err)
		body, err := io.ReadAll(response.Body)
		return response, body, err
	}
	response, body, err := old("/collections/gros/export?f=csv&limit=2000")
	if err != nil || response.StatusCode != 200 || response.ContentLength != int64(len(body)) || bytes.Count(body, []byte("\n")) != 2001 {
		t.Errorf("%s, %d of %d bytes, %v", response.Status, len(body), response.ContentLength, err)
	}
	failed := 0
	for i := range 4 {
		go func() {
			for end := time.Now().Add(5 * time.Second); busy(t, w.database) == 0 && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
			execute(t, w.database, `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query ilike '%copy%'`)
		}()
		response, body, err := old(fmt.Sprintf("/collections/gros/export?f=csv&limit=%d", 58_000+i))
		switch {
		case response.StatusCode == http.StatusServiceUnavailable:
			failed++
		case response.ContentLength < 0 || err == nil && bytes.Count(body, []byte("\n")) != 58_001+i:
			t.Errorf("%s, %d rows of %d, length %d, %v", response.Status, bytes.Count(body, []byte("\n")), 58_001+i, response.ContentLength, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("%d of 4 failed", failed)
}

// TestNoHost: links are whole where HTTP/1.0 says no host.
func TestNoHost(t *testing.T) {
	w := largeWorld(t, store.Options{})
	c := dialAs(t, w, "HTTP/1.0", "", "/collections")
	response, err := http.ReadResponse(c.answer, nil)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode == 200 && !bytes.Contains(body, []byte(`"`+w.address+"/collections/gros")) || bytes.Contains(body, []byte("http:///")) {
		t.Errorf("%s %.300s", response.Status, body)
	}
}

// dialAs asks as another HTTP does.
func dialAs(t testing.TB, w *world, protocol, host, path string) client {
	t.Helper()
	c := dial(t, w, "/healthz")
	response, err := http.ReadResponse(c.answer, nil)
	must(t, err)
	_, err = io.Copy(io.Discard, response.Body)
	must(t, err)
	if host != "" {
		host = "Host: " + host + "\r\n"
	}
	_, err = fmt.Fprintf(c, "GET %s %s\r\n%s\r\n", path, protocol, host)
	must(t, err)
	return client{c.TCPConn, bufio.NewReader(c)}
}

// TestRoomsApart: an export that nobody reads leaves the pages their room, and one that alone is too large says so, rather
// than to come again.
func TestRoomsApart(t *testing.T) {
	w := bounded(t, largeWorld(t, store.Options{}), serve.Options{SpoolBytes: 30 << 20, ExportBytes: 60 << 20})
	c := dial(t, w, "/collections/gros/export?f=csv&limit=25000") // 50 MB
	must(t, c.SetReadBuffer(4096))
	_, err := c.answer.ReadByte()
	must(t, err)
	eventually(t, 20*time.Second, "no statement under way", func() bool { return busy(t, w.database) == 0 })
	if a := ask(t, http.MethodGet, w.address+cold(10_000)); a.StatusCode != 200 {
		t.Errorf("a large page meanwhile: %s %s", a.Status, a.body)
	}
	response, err := http.Get(w.address + "/collections/gros/export?f=csv&limit=24000")
	must(t, err)
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode == 200 && err == nil {
		t.Errorf("another export meanwhile: %s, %d bytes", response.Status, len(body))
	}
	c.Close()
	eventually(t, 5*time.Second, "room again", func() bool {
		a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f=fgb&limit=3000")
		return a.StatusCode == 200
	})
	for _, f := range []string{"fgb", "gpkg", "xlsx"} { // their files fit, but not with what they are made of
		a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f="+f+"&limit=20000&sortby=id")
		if f == "xlsx" {
			if a.StatusCode != 200 {
				t.Errorf("a workbook of 40 MB before it is packed: %s %s", a.Status, a.body)
			}
			a = ask(t, http.MethodGet, w.address+"/collections/gros/export?f=xlsx&limit=40000&sortby=id")
		}
		if p := problemOf(t, a); p.Status != 400 || p.Parameter != "limit" || a.Header.Get("Retry-After") != "" || !strings.Contains(p.Detail, "62 MB") {
			t.Errorf("%s: %+v %v", f, p, a.Header)
		}
	}
	entries, err := os.ReadDir(w.server.Spool)
	if must(t, err); len(entries) > 0 {
		t.Errorf("%v is left", entries)
	}
}

// TestSlowReaderIsLeft: who does not read what is there gives the room back; who waits for the database is not slow.
func TestSlowReaderIsLeft(t *testing.T) {
	w := bounded(t, largeWorld(t, store.Options{}), serve.Options{ExportBytes: 60 << 20})
	w.server.Hasten(time.Second, time.Minute, 8<<20, 500*time.Millisecond)
	slow := dial(t, w, "/collections/gros/export?f=csv&limit=25000")
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		if _, err := io.CopyN(io.Discard, slow.answer, 64<<10); err != nil {
			break
		}
	}
	if !strings.Contains(w.log.String(), "read too slowly") {
		t.Errorf("it was not left: %s", w.log.String())
	}
	w.server.Hasten(time.Second, time.Minute, 1, 500*time.Millisecond)
	a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f=csv&limit=24000")
	if a.StatusCode != 200 || bytes.Count(a.body, []byte("\n")) != 24_001 {
		t.Errorf("one that reads: %s, %d rows", a.Status, bytes.Count(a.body, []byte("\n")))
	}
}

// TestExportFirstFeature: a search that finds nothing for long gives its place to others.
func TestExportFirstFeature(t *testing.T) {
	w := largeWorld(t, store.Options{})
	w.server.Hasten(time.Second, 300*time.Millisecond, 0, time.Hour)
	free := lockPoints(t, w)
	began := time.Now()
	a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f=csv&limit=5")
	if p := problemOf(t, a); p.Status != 503 || !strings.Contains(p.Detail, "first feature") || time.Since(began) > 5*time.Second {
		t.Errorf("after %s: %+v", time.Since(began), p)
	}
	eventually(t, 2*time.Second, "no statement lingers", func() bool { return busy(t, w.database) == 0 })
	free()
	if a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f=csv&limit=50000"); a.StatusCode != 200 || bytes.Count(a.body, []byte("\n")) != 50_001 {
		t.Errorf("afterwards: %s", a.Status)
	}
}

// TestExportsOfOneClient: one address of the public has two exports under way, and others are not held up by it.
func TestExportsOfOneClient(t *testing.T) {
	w := largeWorld(t, store.Options{})
	w.server.Hasten(200*time.Millisecond, time.Minute, 0, time.Hour)
	from := "203.0.113.7:999"
	w.address = listen(t, http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Test") == "" {
			r.RemoteAddr = from
		} else {
			r.RemoteAddr = r.Header.Get("X-Test")
		}
		w.server.ServeHTTP(to, r)
	}))
	free := lockPoints(t, w)
	for i := range 2 {
		dial(t, w, fmt.Sprintf("/collections/gros/export?f=csv&limit=%d", i+1))
	}
	eventually(t, 5*time.Second, "two exports under way", func() bool { return busy(t, w.database) == 2 })
	third := problemOf(t, ask(t, http.MethodGet, w.address+"/collections/gros/export?f=csv&limit=3"))
	if third.Status != 503 || !strings.Contains(third.Detail, "of yours") {
		t.Errorf("a third: %+v", third)
	}
	time.AfterFunc(100*time.Millisecond, free)
	if a := ask(t, http.MethodGet, w.address+"/collections/gros/export?f=csv&limit=3", "X-Test", "203.0.113.8:1"); a.StatusCode != 200 {
		t.Errorf("another client: %s %s", a.Status, a.body)
	}
}

// TestSlowClientsTakeNoMemory: what clients that do not read keep in memory has a bound, and each gets its page whole.
func TestSlowClientsTakeNoMemory(t *testing.T) {
	w := bounded(t, largeWorld(t, store.Options{}), serve.Options{CacheBytes: 1 << 20, BodyBytes: 16 << 20})
	inUse := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := inUse()
	for range 40 {
		c := dial(t, w, cold(1700)) // 3.6 MB
		must(t, c.SetReadBuffer(4096))
		_, err := c.answer.Peek(1)
		must(t, err)
	}
	if more := inUse() - before; more > 40<<20 {
		t.Errorf("%d MB more in memory", more>>20)
	}
	path := cold(1700)
	for range 2 { // the second is not kept either
		if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != 200 || a.ContentLength != int64(len(a.body)) || !bytes.HasSuffix(a.body, []byte("]}\n")) {
			t.Errorf("one that reads: %s, %d bytes of %d", a.Status, len(a.body), a.ContentLength)
		}
	}
}
