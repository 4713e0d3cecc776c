package scratch_test

import (
	"os"
	"testing"

	"maille/internal/scratch"
)

// TestANameThatIsFree: the file that another process made under the name stays.
func TestANameThatIsFree(t *testing.T) {
	f, err := scratch.New(t.TempDir())
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
