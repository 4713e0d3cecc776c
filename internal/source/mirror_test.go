package source_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"maille/internal/fault"
	"maille/internal/source"
)

func put(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, noon, noon)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mirror(t *testing.T, dir string) *source.Mirror {
	t.Helper()
	m, err := source.OpenMirror(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMirror(t *testing.T) {
	s := serving(t, whole("", "from the network"))
	root := t.TempDir()
	first := put(t, filepath.Join(root, "first"), map[string]string{
		"index.json": `{"` + s.URL + `/a": "a.csv", "` + s.URL + `/gone": "gone.csv", "` + s.URL + `/beside": "../beside.csv", "` + s.URL + `/pipe": "pipe",
			"key.csv": "sub/b.csv", "embedded.csv": "a.csv"}`,
		"a.csv": "first a", "sub/b.csv": "first b", "../beside.csv": "beside"})
	second := put(t, filepath.Join(root, "second"), map[string]string{
		"index.json": `{"` + s.URL + `/a": "a.csv", "` + s.URL + `/c": "c.csv"}`, "a.csv": "second a", "c.csv": "second c"})
	if err := syscall.Mkfifo(filepath.Join(first, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := fetcher()
	f.Files = fstest.MapFS{"embedded.csv": {Data: []byte("embedded")}}
	f.Mirrors = []*source.Mirror{mirror(t, first), mirror(t, second)}
	for _, c := range []struct{ name, place, want, message string }{
		{"the first that has it", s.URL + "/a", "first a", ""},
		{"the next that has it", s.URL + "/c", "second c", ""},
		{"beside the folder", s.URL + "/beside", "beside", ""},
		{"a password is not in the index", strings.Replace(s.URL, "://", "://user:secret@", 1) + "/a", "", "cette adresse n'est pas dans le miroir"},
		{"nowhere", s.URL + "/nowhere", "", "cette adresse n'est pas dans le miroir"},
		{"a file that is no longer there", s.URL + "/gone", "", "ce fichier n'existe pas"},
		{"a pipe", s.URL + "/pipe", "", "ce n'est pas un fichier ordinaire"},
		{"a relative place by its key", "key.csv", "first b", ""},
		{"a relative place in the folder", "c.csv", "second c", ""},
		{"a relative place that is embedded", "embedded.csv", "embedded", ""},
		{"a relative place of the working folder", "mirror.go", "", ""},
		{"a relative place beside the folder", "../beside.csv", "beside", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w bytes.Buffer
			a, err := f.Fetch(context.Background(), c.place, &source.Artefact{Place: c.place, ETag: `"v1"`}, &w)
			if c.message != "" {
				if fault.KindOf(err) != fault.Refused || !strings.HasSuffix(fault.Message(err), " : "+c.message) || !source.Missing(err) {
					t.Errorf("%v: %v", fault.KindOf(err), err)
				}
				if errors.Is(err, source.ErrAbsent) != strings.Contains(c.message, "miroir") {
					t.Errorf("absent: %v", err)
				}
				return
			}
			if err != nil || c.want != "" && w.String() != c.want || a.SHA256 != sum(w.String()) {
				t.Errorf("%q, %+v, %v", w.String(), a, err)
			}
			if strings.Contains(c.place, "://") && (a.Place != c.place || a.FinalURL != c.place || a.LastModified != noon.Format(http.TimeFormat)) {
				t.Errorf("%+v", a)
			}
		})
	}
	if s.times() != 0 {
		t.Errorf("the network was asked %d times", s.times())
	}
}

func TestMirrorBroken(t *testing.T) {
	for name, text := range map[string]string{"": "", "not JSON": "{", "a list": `["a"]`, "null": "null", "no text": `{"a": 1}`, "an absolute path": `{"a": "/etc/passwd"}`,
		"no file": `{"a": ""}`, "more": `{} {}`} {
		dir := t.TempDir()
		if name != "" {
			put(t, dir, map[string]string{"index.json": text})
		}
		_, err := source.OpenMirror(dir)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), filepath.Join(dir, "index.json")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzMirrorIndex(f *testing.F) {
	f.Add([]byte(`{"https://x/y": "y.csv"}`))
	f.Add([]byte(`{"a": "../../../etc"} `))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "index.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := source.OpenMirror(dir); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v", err)
		}
	})
}

// TestRealMirror: the addresses of a mirror that others made are read from it.
func TestRealMirror(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "mirror")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Skipf("no mirror here: %v", err)
	}
	index := map[string]string{}
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	f := &source.Fetcher{Mirrors: []*source.Mirror{mirror(t, dir)}}
	for place, name := range index {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if a, err := f.Fetch(context.Background(), place, nil, io.Discard); err != nil || a.Bytes != info.Size() || a.Place != place {
			t.Errorf("%s: %+v, %v", place, a, err)
		}
	}
}

func TestBundle(t *testing.T) {
	s := serving(t, whole(`"v1"`, content))
	dir := filepath.Join(t.TempDir(), "a", "bundle")
	take := func(f *source.Fetcher, place string) (source.Artefact, bool, error) {
		t.Helper()
		b, err := source.OpenBundle(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		return b.Take(context.Background(), f, place, func(int) {})
	}
	place := s.URL + "/données/../été.csv?key=s3cret&x=1"
	if a, kept, err := take(fetcher(), place); err != nil || kept || a.Bytes != int64(len(content)) {
		t.Fatalf("%+v, %v, %v", a, kept, err)
	}
	if _, kept, err := take(fetcher(), place); err != nil || !kept || s.header(1, "If-None-Match") != `"v1"` {
		t.Errorf("kept = %v, %v", kept, err)
	}
	if _, _, err := take(fetcher(), "nowhere.csv"); !source.Missing(err) {
		t.Errorf("%v", err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.csv"))
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil || len(names) != 1 || strings.Contains(string(index), "s3cret") || strings.ContainsAny(filepath.Base(names[0]), "éè /?&=") {
		t.Fatalf("%v, %q, %s", err, names, index)
	}
	f := fetcher()
	f.Mirrors = []*source.Mirror{mirror(t, dir)}
	var w bytes.Buffer
	if a, err := f.Fetch(context.Background(), place, nil, &w); err != nil || w.String() != content || a.LastModified != someDay {
		t.Errorf("%q, %+v, %v", w.String(), a, err)
	}
	put(t, dir, map[string]string{filepath.Base(names[0]): "altered"}) // is asked again, whole
	if _, kept, err := take(fetcher(), place); err != nil || kept || s.header(2, "If-None-Match") != "" {
		t.Errorf("kept = %v, %v", kept, err)
	}
	put(t, dir, map[string]string{"bundle.json": "{"})
	if _, kept, err := take(fetcher(), place); err != nil || kept {
		t.Errorf("kept = %v, %v", kept, err)
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, ".part-*")); len(parts) != 0 {
		t.Errorf("%q stay", parts)
	}
	put(t, dir, map[string]string{"index.json": "{"})
	if _, err := source.OpenBundle(dir); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

// TestOneBundleAtATime: each would write the index without what the other takes.
func TestOneBundleAtATime(t *testing.T) {
	dir := t.TempDir()
	first, err := source.OpenBundle(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.OpenBundle(dir); fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), dir) {
		t.Errorf("two at once: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := source.OpenBundle(dir)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}

// TestBundleKeepsWhatItHas: a place that fails leaves the file that was there, and its line of the index.
func TestBundleKeepsWhatItHas(t *testing.T) {
	s := serving(t, whole("", content), status(404))
	dir := t.TempDir()
	b, err := source.OpenBundle(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for range 2 {
		_, _, err = b.Take(context.Background(), fetcher(), s.URL+"/", func(int) {})
	}
	f := fetcher()
	f.Mirrors = []*source.Mirror{mirror(t, dir)}
	var w bytes.Buffer
	if _, there := f.Fetch(context.Background(), s.URL+"/", nil, &w); there != nil || err == nil || w.String() != content {
		t.Errorf("%q, %v, %v", w.String(), there, err)
	}
}
