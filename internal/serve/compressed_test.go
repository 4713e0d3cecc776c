package serve_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"maille/internal/store"
)

// decoded is the body of an answer without its coding.
func decoded(t testing.TB, a reply) []byte {
	t.Helper()
	var from io.Reader = bytes.NewReader(a.body)
	switch coding := a.Header.Get("Content-Encoding"); coding {
	case "":
	case "gzip":
		z, err := gzip.NewReader(from)
		must(t, err)
		from = z
	case "zstd":
		z, err := zstd.NewReader(from, zstd.WithDecoderMaxWindow(8<<20)) // what browsers take (RFC 9659)
		must(t, err)
		defer z.Close()
		from = z
	default:
		t.Fatalf("a coding that is not known: %s", coding)
	}
	body, err := io.ReadAll(from)
	must(t, err)
	return body
}

// TestCodings: each path gives the same in every coding, under a tag of its own, smaller where it says it is compressed.
func TestCodings(t *testing.T) {
	w := sample(t)
	for _, path := range append([]string{"/collections/communes/items?limit=1000"}, cached...) {
		plain := ask(t, http.MethodGet, w.address+path)
		tags := map[string]string{plain.Header.Get("ETag"): ""}
		for _, coding := range []string{"gzip", "zstd"} {
			get := ask(t, http.MethodGet, w.address+path, "Accept-Encoding", coding)
			if !bytes.Equal(decoded(t, get), plain.body) {
				t.Errorf("%s, %s: another body", path, coding)
			}
			if get.Header.Get("Content-Length") != strconv.Itoa(len(get.body)) {
				t.Errorf("%s, %s: Content-Length %q of %d", path, coding, get.Header.Get("Content-Length"), len(get.body))
			}
			head := ask(t, http.MethodHead, w.address+path, "Accept-Encoding", coding)
			for _, h := range []http.Header{get.Header, head.Header} {
				h.Del("Date")
			}
			if fmt.Sprint(get.Header) != fmt.Sprint(head.Header) || len(head.body) > 0 {
				t.Errorf("%s, %s:\nGET  %v\nHEAD %v", path, coding, get.Header, head.Header)
			}
			if strings.HasPrefix(path, "/d/") {
				if get.Header.Get("Content-Encoding") != "" || get.Header.Get("Accept-Ranges") != "bytes" {
					t.Errorf("%s: a file is sent as it is, for ranges: %v", path, get.Header)
				}
				continue
			}
			if !strings.Contains(get.Header.Get("Vary"), "Accept-Encoding") {
				t.Errorf("%s: Vary %q", path, get.Header.Get("Vary"))
			}
			if len(plain.body) < 1<<10 {
				continue
			}
			tag := get.Header.Get("ETag")
			if before, taken := tags[tag]; taken || get.Header.Get("Content-Encoding") != coding || len(get.body) >= len(plain.body) {
				t.Errorf("%s, %s: tag %s (also of %q), %d bytes of %d, %v", path, coding, tag, before, len(get.body), len(plain.body), get.Header)
			}
			tags[tag] = coding
			if again := ask(t, http.MethodGet, w.address+path, "Accept-Encoding", coding, "If-None-Match", tag); again.StatusCode != 304 {
				t.Errorf("%s, %s: %s", path, coding, again.Status)
			}
		}
	}
}

// TestProblemsAreNotCoded: what went wrong can be read by whoever asked.
func TestProblemsAreNotCoded(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/nothing", "/collections/communes/items?limit=0", "/collections/communes/items/99999"} {
		a := ask(t, http.MethodGet, w.address+path, "Accept-Encoding", "gzip, zstd")
		if problemOf(t, a); a.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
}

// TestLargeAnswerIsCoded: an answer larger than the spool is compressed too, says its length, and is whole for all who
// ask at once.
func TestLargeAnswerIsCoded(t *testing.T) {
	w := largeWorld(t, store.Options{})
	path := w.address + cold(10_000)
	plain := ask(t, http.MethodGet, path)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			coding := []string{"gzip", "zstd"}[i%2]
			a := ask(t, http.MethodGet, path, "Accept-Encoding", coding)
			if a.Header.Get("Content-Encoding") != coding || a.ContentLength != int64(len(a.body)) || !bytes.Equal(decoded(t, a), plain.body) {
				t.Errorf("%s: %v", coding, a.Header)
			}
			if a.Header.Get("ETag") == plain.Header.Get("ETag") {
				t.Errorf("%s has the tag of none", coding)
			}
		})
	}
	all.Wait()
	if len(plain.body) < 20<<20 {
		t.Errorf("only %d bytes", len(plain.body))
	}
}

// TestExposed: what a page of another site may read of an answer, and what it may ask with.
func TestExposed(t *testing.T) {
	w := sample(t)
	a := ask(t, http.MethodGet, w.address+"/collections/communes/items", "Origin", "https://www.data.gouv.fr")
	shown := map[string]bool{}
	for name := range strings.SplitSeq(a.Header.Get("Access-Control-Expose-Headers"), ",") {
		shown[strings.TrimSpace(name)] = true
	}
	for _, name := range []string{"ETag", "Link", "Content-Crs", "OGC-NumberMatched", "OGC-NumberReturned", "Content-Disposition", "Content-Range",
		"Accept-Ranges", "Content-Length", "Retry-After"} {
		if !shown[name] {
			t.Errorf("%s is not shown: %v", name, slices.Sorted(maps.Keys(shown)))
		}
	}
	for _, path := range []string{"/", "/collections/communes/items", "/d/communes.csv", "/nothing", "/r/2001-01-01.1/"} {
		a := ask(t, http.MethodOptions, w.address+path, "Origin", "https://www.data.gouv.fr",
			"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization,content-type")
		allowed := strings.ToLower(a.Header.Get("Access-Control-Allow-Headers"))
		if a.StatusCode != 204 || a.Header.Get("Allow") != "GET, HEAD, OPTIONS" || a.Header.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.Contains(allowed, "authorization") || !strings.Contains(allowed, "content-type") {
			t.Errorf("%s: %s %v", path, a.Status, a.Header)
		}
	}
}
