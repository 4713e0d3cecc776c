package scratch

import (
	"os"
	"testing"
)

// TestANameThatIsFree: the file that another process made under the name stays.
func TestANameThatIsFree(t *testing.T) {
	f, err := unlinked(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	name := f.Name()
	if _, err := os.Stat(name); err == nil {
		t.Skip("open files keep their names here")
	}
	if err := os.WriteFile(name, []byte("another's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err != nil {
		t.Error(err)
	}
}

// TestNothingStays: a file is written and read, and its folder never shows it.
func TestNothingStays(t *testing.T) {
	folder := t.TempDir()
	f, err := New(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read := make([]byte, 5)
	if _, err := f.Write([]byte("bytes")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReadAt(read, 0); err != nil || string(read) != "bytes" {
		t.Errorf("%q, %v", read, err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) > 0 && !f.named {
		t.Errorf("%v, %v", entries, err)
	}
}
