package pipeline

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

type tally int

func (t *tally) Add(n int) { *t += tally(n) }
func (t *tally) Done()     {}

// TestMeterCountsEachByteOnce: a file is looked at from its start to recognise it, then anywhere, parts of it twice.
func TestMeterCountsEachByteOnce(t *testing.T) {
	const bytes = 5<<20 + 7
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, bytes), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var bar tally
	r := meter(file, &bar)
	at, ok := r.(interface {
		io.ReaderAt
		Size() int64
	})
	if !ok || at.Size() != bytes {
		t.Fatal("a file cannot be read anywhere, or not its size")
	}
	if _, err := r.Read(make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	if _, err := at.ReadAt(make([]byte, 100), bytes-100); err != nil {
		t.Fatal(err)
	}
	if bar != 2<<20+7 { // the last hundred bytes stand in two blocks
		t.Errorf("%d bytes after the first block and the last two", bar)
	}
	for range 2 {
		if _, err := io.Copy(io.Discard, io.NewSectionReader(at, 0, bytes)); err != nil {
			t.Fatal(err)
		}
	}
	if bar != bytes {
		t.Errorf("%d bytes of %d", bar, bytes)
	}
}

// TestMeterOfAStream: what cannot be read anywhere is counted as it comes.
func TestMeterOfAStream(t *testing.T) {
	var bar tally
	r := meter(io.LimitReader(zeros{}, 1000), &bar)
	if _, err := io.Copy(io.Discard, r); err != nil || bar != 1000 {
		t.Errorf("%d bytes of 1000, %v", bar, err)
	}
	if _, anywhere := r.(io.ReaderAt); anywhere {
		t.Error("a stream says it can be read anywhere")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
