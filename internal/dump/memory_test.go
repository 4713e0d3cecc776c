package dump_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
)

// TestMemoryStaysFlat: the second half of a long file takes no more memory than the first, since what is written is not
// kept. (The first half has time for buffers to reach their size.) FlatGeobuf and GeoPackage keep where each row is along a
// curve, once they have all, which is why they have a bound.
func TestMemoryStaysFlat(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates too")
	}
	d, all := points(t, 1000)
	for _, c := range []struct {
		format *dump.Format
		rows   int
		kept   uint64 // bytes a row
	}{{dump.CSV, 400_000, 0}, {dump.GeoJSON, 400_000, 0}, {dump.GeoJSONSeq, 400_000, 0}, {dump.GeoParquet, 1_200_000, 0}, {dump.XLSX, 300_000, 0},
		{dump.FlatGeobuf, 400_000, 16}, {dump.GeoPackage, 400_000, 16}} {
		first, second := peaks(t, c.format, d, all, c.rows)
		if second > first+first/8+2<<20+c.kept*uint64(c.rows)/2 {
			t.Errorf("%s: the first half takes %d MB, the second %d MB", c.format.Extension, first>>20, second>>20)
		}
		if (c.kept > 0) != (c.format.MaxRows > 0) && c.format != dump.XLSX {
			t.Errorf("%s keeps %d bytes a row, and holds %d", c.format.Extension, c.kept, c.format.MaxRows)
		}
	}
}

// TestMemoryOfAllFormatsAtOnce: a process that makes all files in one read stays far under 500 MB, all that it has in memory
// counted; so the garbage that formats leave does, and what they hold while they end, after the last row.
func TestMemoryOfAllFormatsAtOnce(t *testing.T) {
	if raced || runtime.GOOS != "linux" {
		t.Skip("the race detector allocates too, and others than Linux count otherwise")
	}
	for what, most := range map[string]int64{"points": 310, "shapes": 390} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestAllFormatsChild$")
		cmd.Env = append(os.Environ(), childVariable+"="+what, "GOGC=", "GOMEMLIMIT=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		took := resident(t, string(out))
		if took > most {
			t.Errorf("%s: more than %d MiB", what, most)
		}
		t.Logf("%s: %d MiB at the height", what, took)
	}
}

// resident is the most memory that a child had, in MiB, by its own account: what the system tells of a child that ended
// begins at what its parent had.
func resident(t *testing.T, out string) (took int64) {
	t.Helper()
	_, said, _ := strings.Cut(out, "VmHWM:")
	if _, err := fmt.Sscanf(said, "%d kB", &took); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return took >> 10
}

const childVariable = "MAILLE_DUMP_CHILD"

// TestAllFormatsChild is the process that TestMemoryOfAllFormatsAtOnce measures.
func TestAllFormatsChild(t *testing.T) {
	var d *dataset.Dataset
	var all []*dataset.Feature
	rows := 0
	switch os.Getenv(childVariable) {
	case "points":
		d, all = points(t, 1000)
		rows = 200_000
	case "shapes":
		d, all = shapes(t, 3000, 300)
		rows = len(all)
	default:
		t.Skip("it is the child of TestMemoryOfAllFormatsAtOnce")
	}
	read := func(context.Context) dump.Features {
		return func(yield func(*dataset.Feature, error) bool) {
			for i := range rows {
				if !yield(all[i%len(all)], nil) {
					return
				}
			}
		}
	}
	whole := content(d, nil)
	whole.Folder = t.TempDir()
	var readers []dump.Reader
	for _, format := range dump.Formats(d) {
		readers = append(readers, written(new(counter), format, whole))
	}
	if err := dump.Fan(t.Context(), read, readers...); err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s", status)
}

// peaks are the most memory in use while each half is written.
func peaks(t *testing.T, format *dump.Format, d *dataset.Dataset, all []*dataset.Feature, rows int) (first, second uint64) {
	t.Helper()
	again := func(yield func(*dataset.Feature, error) bool) {
		for i := range rows {
			if i%(rows/20) == rows/20-1 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if i < rows/2 {
					first = max(first, m.HeapAlloc)
				} else {
					second = max(second, m.HeapAlloc)
				}
			}
			if !yield(all[i%len(all)], nil) {
				return
			}
		}
	}
	chosen := content(d, again)
	chosen.Folder = t.TempDir()
	if n, err := format.Write(new(counter), chosen); err != nil || n != int64(rows) {
		t.Fatalf("%d rows (%v)", n, err)
	}
	return first, second
}
