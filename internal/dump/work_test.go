package dump_test

import (
	"errors"
	"io"
	"os"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
)

// TestWork: a format that needs temporary files says how they grow, ends when they may not, and leaves none, not even their
// names while it writes.
func TestWork(t *testing.T) {
	if raced {
		t.Skip("writes six hundred thousand rows, in one goroutine")
	}
	d, all := points(t, 1000)
	for _, format := range []*dump.Format{dump.GeoPackage, dump.FlatGeobuf, dump.XLSX} {
		c := content(d, nil)
		c.Folder = t.TempDir()
		named := 0
		c.Features = func(yield func(*dataset.Feature, error) bool) {
			for i := range 200_000 {
				if i == 100_000 {
					entries, err := os.ReadDir(c.Folder)
					if err != nil {
						t.Fatal(err)
					}
					named = len(entries)
				}
				if !yield(all[i%len(all)], nil) {
					return
				}
			}
		}
		said, most := int64(0), int64(1<<40)
		full := errors.New("full")
		c.Work = func(n int64) error {
			if said += n; said > most {
				return full
			}
			return nil
		}
		out := new(counter)
		if _, err := format.Write(out, c); err != nil {
			t.Fatalf("%s: %v", format.Extension, err)
		}
		if said < int64(*out)/2 {
			t.Errorf("%s: its temporary files are said to have %d bytes, and the file has %d", format.Extension, said, *out)
		}
		if named > 0 && format != dump.XLSX { // excelize's own
			t.Errorf("%s: %d files with a name", format.Extension, named)
		}
		said, most = 0, 1<<20
		if _, err := format.Write(io.Discard, c); !errors.Is(err, full) {
			t.Errorf("%s: %v", format.Extension, err)
		}
		if said > 20<<20 { // SQLite writes what 8 MiB no longer hold
			t.Errorf("%s: it went on to %d bytes", format.Extension, said)
		}
		if entries, err := os.ReadDir(c.Folder); err != nil || len(entries) > 0 {
			t.Errorf("%s: %v is left (%v)", format.Extension, entries, err)
		}
	}
}
