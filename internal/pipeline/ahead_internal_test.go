package pipeline

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"maille/internal/dataset"
)

// reusing yields n rows the way decoders do, in one Row, then err when there is one; ended says that it is over.
func reusing(n, width int, err error, ended *bool) iter.Seq2[*dataset.Row, error] {
	return func(yield func(*dataset.Row, error) bool) {
		defer func() { *ended = true }()
		row := dataset.Row{Cells: make([]string, 2), Geometry: make([]byte, 8)}
		for i := range n {
			row.Line, row.Cells[0], row.Cells[1] = int64(i+1), fmt.Sprint(i), strings.Repeat("x", width)
			copy(row.Geometry, fmt.Sprintf("%08d", i))
			row.Issues = row.Issues[:0]
			if i%7 == 0 {
				row.Issues = append(row.Issues, dataset.Issue{Line: row.Line})
			}
			if !yield(&row, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func TestAheadGivesTheSameRows(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name     string
		n, width int
		err      error
	}{{"none", 0, 1, nil}, {"a few", 3, 1, nil}, {"batches and a rest", 5*batchRows + 1, 1, nil}, {"whole batches", 2 * batchRows, 1, nil},
		{"long cells", 40, batchBytes, nil}, {"an error after rows", batchRows, 1, broken}, {"an error alone", 0, 1, broken}} {
		t.Run(c.name, func(t *testing.T) {
			var ended bool
			var seen int
			var failed error
			for row, err := range ahead(reusing(c.n, c.width, c.err, &ended)) {
				if err != nil {
					failed = err
					continue
				}
				issues := 0
				if seen%7 == 0 {
					issues = 1
				}
				if row.Line != int64(seen+1) || row.Cells[0] != fmt.Sprint(seen) || len(row.Cells[1]) != c.width ||
					string(row.Geometry) != fmt.Sprintf("%08d", seen) || len(row.Issues) != issues || issues == 1 && row.Issues[0].Line != row.Line {
					t.Fatalf("row %d is %+v", seen, row)
				}
				seen++
			}
			if seen != c.n || failed != c.err || !ended {
				t.Errorf("%d rows, %v, ended: %v", seen, failed, ended)
			}
		})
	}
}

// TestAheadEndsWithItsReader: a reader that leaves has no goroutine behind it, which would read a closed file.
func TestAheadEndsWithItsReader(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, leaveAt := range []int{0, 1, batchRows - 1, batchRows, 3 * batchRows} {
		var ended bool
		n := 0
		for range ahead(reusing(1_000_000, 1, nil, &ended)) {
			if n == leaveAt {
				break
			}
			n++
		}
		if !ended {
			t.Errorf("left at %d, the rows are still read", leaveAt)
		}
	}
	// The goroutine has closed its channel, and may take a moment to be over.
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines more", runtime.NumGoroutine()-before)
}

// TestAheadWaitsLightly: rows as large as rows may be do not pile up.
func TestAheadWaitsLightly(t *testing.T) {
	var ended bool
	var made atomic.Int64
	rows := func(yield func(*dataset.Row, error) bool) {
		for row, err := range reusing(20, 1<<20, nil, &ended) {
			made.Add(1)
			if !yield(row, err) {
				return
			}
		}
	}
	n := 0
	for range ahead(rows) {
		n++
		time.Sleep(time.Millisecond)
		if waiting := int(made.Load()) - n; waiting > batches {
			t.Fatalf("%d rows of a mebibyte wait", waiting)
		}
	}
}
