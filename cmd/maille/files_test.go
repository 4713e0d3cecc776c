package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"maille/internal/pgtest"
)

// s3 is an S3-compatible store on loopback. It counts what is put, and refuses to be written when it is told to.
type s3 struct {
	puts    atomic.Int64
	refuses atomic.Bool
}

func startS3(t *testing.T) *s3 {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("essai"); err != nil {
		t.Fatal(err)
	}
	s, store := &s3{}, gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			s.puts.Add(1)
			if s.refuses.Load() {
				w.WriteHeader(http.StatusForbidden)
				return
			}
		}
		store.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "clef")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "motdepasse")
	t.Setenv("MAILLE_FILES", "s3://essai/prod?region=fr-par&endpoint="+url.QueryEscape(server.URL))
	return s
}

// TestFilesInABucket: an instance whose files are in an S3-compatible store publishes there and serves from there, sends
// nothing twice, and keeps its last release whole when the store refuses.
func TestFilesInABucket(t *testing.T) {
	dir := isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	store := startS3(t)
	write(t, map[string]string{"maille.toml": `sources.projets = ["projets.csv"]`, "projets.csv": "id,titre,theme,porteur,territoire,statut,annee,source_url\na,Premier,gouvernance,,,en cours,2016,https://a.fr\n"})
	must := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := maille(t, args...)
		if code != exitOK {
			t.Fatal(args, stderr)
		}
		return stdout
	}
	must("ingest", "communes-cog", "projets")
	must("publish")
	address := start(t, "serve", "--listen", "127.0.0.1:0").address(t)
	whole := everyFile(t, address)

	before := store.puts.Load()
	if said := must("publish"); !strings.Contains(said, "Nothing changed") || store.puts.Load() != before {
		t.Errorf("%s, and %d files were sent again", said, store.puts.Load()-before)
	}

	store.refuses.Store(true)
	write(t, map[string]string{"projets.csv": "id,titre,theme,porteur,territoire,statut,annee,source_url\na,Premier,gouvernance,,,achevé,2016,https://a.fr\n"})
	if code, _, stderr := maille(t, "ingest", "projets"); code == exitOK || strings.Contains(stderr, "motdepasse") {
		t.Errorf("%d, %s", code, stderr)
	}
	if again := everyFile(t, address); again != whole {
		t.Errorf("the last release is %s, was %s", again, whole)
	}
	store.refuses.Store(false)
	must("ingest", "projets")
	store.refuses.Store(true)
	if code, _, _ := maille(t, "publish"); code == exitOK {
		t.Error("published in a store that refuses")
	}
	store.refuses.Store(false)
	if said := must("publish"); !strings.Contains(said, "Published") {
		t.Error(said)
	}
	for i := 0; i < 200 && everyFile(t, address) == whole; i++ {
		time.Sleep(20 * time.Millisecond) // it is told
	}
	if everyFile(t, address) == whole {
		t.Error("the new release is not served")
	}
	if left, err := os.ReadDir(dir + "/.maille/tmp"); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// everyFile reads each file of the current release, and a range of it, holds them against the manifest, and names the
// release and its files.
func everyFile(t *testing.T, address string) string {
	t.Helper()
	var manifest struct {
		Release  string
		Datasets []struct {
			Files []struct {
				Name, SHA256 string
				Bytes        int64
			}
		}
	}
	if err := json.Unmarshal([]byte(get(t, address+"/manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	said := manifest.Release
	for _, d := range manifest.Datasets {
		for _, f := range d.Files {
			at := address + "/r/" + manifest.Release + "/d/" + f.Name // another release may come while they are read
			body := get(t, at)
			if int64(len(body)) != f.Bytes || fmt.Sprintf("%x", sha256.Sum256([]byte(body))) != f.SHA256 {
				t.Errorf("%s has %d bytes, and other than the manifest says", f.Name, len(body))
			}
			if part := ranged(t, at, "bytes=5-14"); part != body[5:15] {
				t.Errorf("%s: bytes 5 to 14 are %q, want %q", f.Name, part, body[5:15])
			}
			said += " " + f.SHA256
		}
	}
	return said
}

func ranged(t *testing.T, address, which string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Range", which)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusPartialContent {
		t.Errorf("%s of %s: %d, %v", which, address, response.StatusCode, err)
	}
	return string(body)
}

func TestFilesSomewhereElse(t *testing.T) {
	isolated(t)
	t.Setenv("MAILLE_FILES", "ftp://a")
	if code, _, stderr := maille(t, "publish"); code != exitUsage || !strings.Contains(stderr, "files") {
		t.Errorf("%d, %s", code, stderr)
	}
}
