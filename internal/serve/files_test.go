package serve_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestFile(t *testing.T) {
	w := sample(t)
	m := parse[struct {
		Release  string
		Datasets []struct {
			Files []struct {
				Name, SHA256 string
				MediaType    string `json:"media_type"`
				Bytes        int
			}
		}
	}](t, w.address+"/manifest.json")
	for _, d := range m.Datasets {
		for _, f := range d.Files {
			for _, prefix := range []string{"", "/r/" + m.Release} {
				a := ask(t, http.MethodGet, w.address+prefix+"/d/"+f.Name, "Accept-Encoding", "gzip, br, zstd")
				sum := sha256.Sum256(a.body)
				if a.StatusCode != 200 || hex.EncodeToString(sum[:]) != f.SHA256 || len(a.body) != f.Bytes {
					t.Errorf("%s%s: %s, %d bytes of SHA-256 %x", prefix, f.Name, a.Status, len(a.body), sum)
				}
				if a.Header.Get("ETag") != `"`+f.SHA256+`"` || a.Header.Get("Content-Type") != f.MediaType || a.Header.Get("Accept-Ranges") != "bytes" ||
					a.Header.Get("Content-Length") != strconv.Itoa(f.Bytes) || a.Header.Get("Content-Encoding") != "" {
					t.Errorf("%s%s: %v", prefix, f.Name, a.Header)
				}
				if immutable := strings.Contains(a.Header.Get("Cache-Control"), "immutable"); immutable != (prefix != "") {
					t.Errorf("%s%s: Cache-Control %q", prefix, f.Name, a.Header.Get("Cache-Control"))
				}
				if _, err := time.Parse(http.TimeFormat, a.Header.Get("Last-Modified")); err != nil {
					t.Errorf("%s: Last-Modified: %v", f.Name, err)
				}
			}
		}
	}
}

// TestFileRanges: what readers of remote files do (curl -C, /vsicurl, PMTiles, DuckDB).
func TestFileRanges(t *testing.T) {
	w := sample(t)
	address := w.address + "/d/communes.geojson"
	whole := ask(t, http.MethodGet, address)
	size, tag := len(whole.body), whole.Header.Get("ETag")
	for _, c := range []struct {
		because, ranges, ifRange string
		status, from, to         int
	}{
		{"the beginning", "bytes=0-126", "", 206, 0, 127},
		{"the middle", "bytes=1000-1999", "", 206, 1000, 2000},
		{"to the end", "bytes=1000-", "", 206, 1000, size},
		{"the last bytes", "bytes=-100", "", 206, size - 100, size},
		{"past the end is cut", fmt.Sprintf("bytes=100-%d", size*2), "", 206, 100, size},
		{"more than there is", fmt.Sprintf("bytes=-%d", size*2), "", 206, 0, size},
		{"still the file that the client has", "bytes=0-9", tag, 206, 0, 10},
		{"another file now", "bytes=0-9", `"other"`, 200, 0, size},
		{"a weak tag cannot tell (RFC 9110 §13.1.5)", "bytes=0-9", "W/" + tag, 200, 0, size},
		{"not since the file was published", "bytes=0-9", whole.Header.Get("Last-Modified"), 206, 0, 10},
	} {
		headers := []string{"Range", c.ranges}
		if c.ifRange != "" {
			headers = append(headers, "If-Range", c.ifRange)
		}
		a := ask(t, http.MethodGet, address, headers...)
		if a.StatusCode != c.status || string(a.body) != string(whole.body[c.from:c.to]) || a.Header.Get("ETag") != tag {
			t.Errorf("%s: %s, %d bytes", c.because, a.Status, len(a.body))
		}
		if want := fmt.Sprintf("bytes %d-%d/%d", c.from, c.to-1, size); c.status == 206 && a.Header.Get("Content-Range") != want {
			t.Errorf("%s: Content-Range %q, not %q", c.because, a.Header.Get("Content-Range"), want)
		}
		if a.Header.Get("Content-Length") != strconv.Itoa(c.to-c.from) {
			t.Errorf("%s: Content-Length %q", c.because, a.Header.Get("Content-Length"))
		}
	}
	two := ask(t, http.MethodGet, address, "Range", "bytes=0-9,20-29")
	if two.StatusCode != 206 || !strings.HasPrefix(two.Header.Get("Content-Type"), "multipart/byteranges") {
		t.Errorf("two ranges: %s %v", two.Status, two.Header)
	}
	beyond := ask(t, http.MethodGet, address, "Range", fmt.Sprintf("bytes=%d-", size))
	if p := problemOf(t, beyond); p.Status != 416 || p.Parameter != "Range" || beyond.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", size) {
		t.Errorf("beyond the end: %s %v %+v", beyond.Status, beyond.Header, p)
	}
}

func TestFileConditions(t *testing.T) {
	w := sample(t)
	address := w.address + "/d/communes.csv"
	whole := ask(t, http.MethodHead, address)
	for _, c := range []struct {
		because, name, value string
		status               int
	}{
		{"the harvester asks with the date it was told", "If-Modified-Since", whole.Header.Get("Last-Modified"), 304},
		{"older", "If-Modified-Since", "Thu, 01 Jan 2015 00:00:00 GMT", 200},
		{"another file", "If-Match", `"other"`, 412},
		{"this file", "If-Match", whole.Header.Get("ETag"), 200},
	} {
		if a := ask(t, http.MethodGet, address, c.name, c.value); a.StatusCode != c.status {
			t.Errorf("%s: %s", c.because, a.Status)
		}
	}
	if p := problemOf(t, ask(t, http.MethodGet, address+"?v=2")); p.Status != 400 || p.Parameter != "v" {
		t.Errorf("a parameter on a file: %+v", p)
	}
}
