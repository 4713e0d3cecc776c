package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"maille/internal/blob"
	"maille/internal/fault"
)

func writes(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

func read(t *testing.T, s blob.Store, hash string) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func has(t *testing.T, s blob.Store, hash string) bool {
	t.Helper()
	has, err := s.Has(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	return has
}

func TestPutThenGet(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, _ string) {
		o := put(t, s, []byte("abc"))
		if o != put(t, s, []byte("abc")) {
			t.Error("the same bytes got two names")
		}
		// FIPS 180-2 appendix B.1: the SHA-256 of "abc".
		if o.SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" || o.Bytes != 3 {
			t.Errorf("object = %+v", o)
		}
		if content := read(t, s, o.SHA256); string(content) != "abc" {
			t.Errorf("read %q", content)
		}
		if empty := put(t, s, nil); !has(t, s, empty.SHA256) || len(read(t, s, empty.SHA256)) > 0 {
			t.Error("an empty object is not kept")
		}
	})
}

// TestReadersReadFromAnyPlace: as package iotest has it of a reader that seeks and reads at.
func TestReadersReadFromAnyPlace(t *testing.T) {
	content := numbers(700_000) // more than the first two pieces of a bucket's
	each(t, func(t *testing.T, s blob.Store, _ string) {
		r, err := s.Get(t.Context(), put(t, s, content).SHA256)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, at := range []int64{0, 1, 255_999, 262_143, 262_144, 699_999} {
			b := make([]byte, 1000)
			n, err := r.ReadAt(b, at)
			if !bytes.Equal(b[:n], content[at:min(at+1000, 700_000)]) || (n < 1000) != errors.Is(err, io.EOF) {
				t.Errorf("ReadAt(1000, %d) = %d, %v", at, n, err)
			}
		}
		if n, err := r.ReadAt(make([]byte, 1), 700_000); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("after the end: %d, %v", n, err)
		}
		small, err := s.Get(t.Context(), put(t, s, content[:5000]).SHA256)
		if err != nil {
			t.Fatal(err)
		}
		defer small.Close()
		if err := iotest.TestReader(small, content[:5000]); err != nil {
			t.Error(err)
		}
	})
}

func TestFailedPutKeepsNothing(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, dir string) {
		full := errors.New("disk full")
		if _, err := s.Put(t.Context(), func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return full }); !errors.Is(err, full) {
			t.Errorf("error = %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := s.Put(ctx, func(io.Writer) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
		for o, err := range s.All(t.Context()) {
			t.Errorf("kept %+v, %v", o, err)
		}
		if left := files(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func files(dir string) (files []string) {
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, _ error) error {
		if !e.IsDir() {
			files = append(files, path)
		}
		return nil
	})
	return files
}

func TestNothingIsFoundByWhatIsNoHash(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, _ string) {
		for _, name := range []string{"", "../../etc/passwd", "ABC", string(make([]byte, 64)), fmt.Sprintf("%064d", 1)} {
			if _, err := s.Get(t.Context(), name); fault.KindOf(err) != fault.NotFound {
				t.Errorf("Get(%q) = %v, want NotFound", name, err)
			}
			if has(t, s, name) {
				t.Errorf("Has(%q)", name)
			}
			if err := s.Delete(t.Context(), name); err != nil {
				t.Errorf("Delete(%q) = %v", name, err)
			}
		}
	})
}

func TestDeleteAndAll(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, _ string) {
		kept, gone := put(t, s, []byte("stays")), put(t, s, []byte("goes"))
		if err := s.Delete(t.Context(), gone.SHA256); err != nil {
			t.Fatal(err)
		}
		if has(t, s, gone.SHA256) || !has(t, s, kept.SHA256) {
			t.Error("the wrong one went")
		}
		var all []blob.Object
		for o, err := range s.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, o)
		}
		if len(all) != 1 || all[0].SHA256 != kept.SHA256 || all[0].Bytes != 5 || time.Since(all[0].Kept) > time.Minute {
			t.Errorf("all = %+v", all)
		}
	})
}

// TestACopyIsNoObject: one that somebody put beside, under the same name, is not listed for another.
func TestACopyIsNoObject(t *testing.T) {
	dir := t.TempDir()
	f, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := put(t, f, []byte("abc"))
	if err := os.MkdirAll(filepath.Join(dir, "copy"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "copy", o.SHA256), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	for range f.All(t.Context()) {
		n++
	}
	if n != 1 {
		t.Errorf("%d objects", n)
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
	folder := filepath.Join(dir, "tmp", "somebody's")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-25 * time.Hour)
	for _, path := range []string{old, folder} {
		if err := os.Chtimes(path, past, past); err != nil {
			t.Fatal(err)
		}
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

// TestWhatIsThereIsNotWrittenAgain: its file stays the same one, and is known to be of use today.
func TestWhatIsThereIsNotWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	f, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, f, []byte("abc"))
	path := files(dir)[0]
	before, _ := os.Stat(path)
	past := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	put(t, f, []byte("abc"))
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) || time.Since(after.ModTime()) > time.Minute {
		t.Errorf("%v, written again: %v, of %v", err, !os.SameFile(before, after), after.ModTime())
	}
}

func TestPutStartsOver(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, _ string) {
		o, err := s.Put(t.Context(), func(w io.Writer) error {
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
		if content := read(t, s, o.SHA256); string(content) != "the whole" {
			t.Errorf("%q", content)
		}
	})
}
