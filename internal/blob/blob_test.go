package blob_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"maille/internal/blob"
	"maille/internal/fault"
)

func TestPutThenGet(t *testing.T) {
	f, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put := func() blob.Object {
		o, err := f.Put(t.Context(), func(w io.Writer) error { _, err := io.WriteString(w, "abc"); return err })
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := put()
	if o != put() {
		t.Error("the same bytes got two names")
	}
	// FIPS 180-2 appendix B.1: the SHA-256 of "abc".
	if o.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" || o.Bytes != 3 {
		t.Errorf("object = %+v", o)
	}
	r, err := f.Get(context.Background(), o.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if text, err := io.ReadAll(r); err != nil || string(text) != "abc" {
		t.Errorf("read %q, %v", text, err)
	}
}

func TestFailedPutKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	if _, err := f.Put(t.Context(), func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return full }); !errors.Is(err, full) {
		t.Errorf("error = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := f.Put(ctx, func(io.Writer) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
	var files []string
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, _ error) error {
		if !e.IsDir() {
			files = append(files, path)
		}
		return nil
	})
	if len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestGetRefusesWhatIsNoHash(t *testing.T) {
	f, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "../../etc/passwd", "ABC", string(make([]byte, 64))} {
		if _, err := f.Get(context.Background(), name); fault.KindOf(err) != fault.NotFound {
			t.Errorf("Get(%q) = %v, want NotFound", name, err)
		}
		if has(t, f, name) {
			t.Errorf("Has(%q)", name)
		}
	}
}

func TestOpenSweepsWhatWasKilled(t *testing.T) {
	dir := t.TempDir()
	if _, err := blob.Open(dir); err != nil {
		t.Fatal(err)
	}
	old, young := filepath.Join(dir, "tmp", "put-old"), filepath.Join(dir, "tmp", "put-young")
	for _, path := range []string{old, young} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Open(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("a file of a killed program stays")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("a file of a living program went")
	}
}

func TestPutStartsOver(t *testing.T) {
	f, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o, err := f.Put(t.Context(), func(w io.Writer) error {
		io.WriteString(w, "what a server cut in the middle")
		if err := w.(interface{ Restart() error }).Restart(); err != nil {
			return err
		}
		_, err := io.WriteString(w, "the whole")
		return err
	})
	if err != nil || o.Bytes != 9 || o.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte("the whole"))) {
		t.Fatalf("%+v, %v", o, err)
	}
	r, err := f.Get(context.Background(), o.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if text, err := io.ReadAll(r); err != nil || string(text) != "the whole" {
		t.Errorf("%q, %v", text, err)
	}
}

func has(t *testing.T, s blob.Store, hash string) bool {
	t.Helper()
	has, err := s.Has(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	return has
}
