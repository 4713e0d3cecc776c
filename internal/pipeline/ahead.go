package pipeline

import (
	"iter"
	"slices"

	"maille/internal/dataset"
)

// A batch of rows ends when it has so many, or so many bytes: what waits between two goroutines stays small, whatever
// the file.
const (
	batchRows  = 512
	batchBytes = 256 << 10
	batches    = 3 // one read, one waiting, one being filled
)

// ahead decodes rows in a goroutine of its own, a little before they are asked for, so that decoding and what is done
// with the rows go on at the same time. A row holds until the next one is asked for. The goroutine is over when the
// sequence is.
func ahead(rows iter.Seq2[*dataset.Row, error]) iter.Seq2[*dataset.Row, error] {
	return func(yield func(*dataset.Row, error) bool) {
		full, free, left := make(chan *batch, batches), make(chan *batch, batches), make(chan struct{})
		for range batches {
			free <- &batch{}
		}
		go func() {
			defer close(full)
			fill(rows, full, free, left)
		}()
		defer func() {
			close(left)
			for range full {
			}
		}()
		for b := range full {
			if !b.each(yield) {
				return
			}
			free <- b
		}
	}
}

// fill hands over full batches, and the last one; it stops when nobody wants more.
func fill(rows iter.Seq2[*dataset.Row, error], full chan<- *batch, free <-chan *batch, left <-chan struct{}) {
	b := <-free
	for row, err := range rows {
		if b.add(row, err) {
			continue
		}
		full <- b
		select {
		case b = <-free:
			b.clear()
		case <-left:
			return
		}
	}
	full <- b
}

// batch is some rows, copied: their decoder reuses its own.
type batch struct {
	rows  []dataset.Row
	cells []string
	bytes int
	err   error // follows the rows
}

// add says whether there is room for more.
func (b *batch) add(row *dataset.Row, err error) bool {
	if b.err = err; err != nil {
		return true // a decoder's error is its last word
	}
	start := len(b.cells)
	b.cells = append(b.cells, row.Cells...)
	kept := *row
	kept.Cells = b.cells[start:len(b.cells):len(b.cells)]
	kept.Geometry, kept.WKB, kept.Issues = slices.Clone(row.Geometry), slices.Clone(row.WKB), slices.Clone(row.Issues)
	for _, cell := range kept.Cells {
		b.bytes += len(cell)
	}
	b.bytes += len(kept.Geometry) + len(kept.WKB)
	b.rows = append(b.rows, kept)
	return len(b.rows) < batchRows && b.bytes < batchBytes
}

func (b *batch) clear() {
	clear(b.cells) // a batch that waits holds no text
	b.rows, b.cells, b.bytes = b.rows[:0], b.cells[:0], 0
}

func (b *batch) each(yield func(*dataset.Row, error) bool) bool {
	for i := range b.rows {
		if !yield(&b.rows[i], nil) {
			return false
		}
	}
	return b.err == nil || yield(nil, b.err)
}
