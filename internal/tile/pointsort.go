package tile

import (
	"bufio"
	"cmp"
	"io"
	"iter"
	"slices"

	"maille/internal/scratch"
)

// runSize is how many bytes of records are sorted in memory at a time. Beside it stand 24 bytes for each of its records and,
// while runs are merged, mergeBuffer for each: 25 million records of 60 bytes are 60 runs, and take under 40 MiB.
const (
	runSize     = 24 << 20
	mergeBuffer = 128 << 10
)

// sorter sorts records, in runs of bounded size of which all but the last are written to a file; they may be read again and
// again.
type sorter struct {
	limit  int
	folder string
	run    []byte // records
	order  []place
	file   *scratch.File
	size   int64
	runs   []int64 // where each ends in the file
}

// place is where a record stands in the run.
type place struct {
	code uint64
	ord  int64
	at   int
}

func (s *sorter) add(r *record) error {
	if len(s.run) > 0 && len(s.run)+r.size() > s.limit {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.order = append(s.order, place{r.code, r.ord, len(s.run)})
	s.run = r.append(s.run)
	return nil
}

// spill writes the run to the file.
func (s *sorter) spill() (err error) {
	if s.file == nil {
		if s.file, err = scratch.New(s.folder); err != nil {
			return err
		}
	}
	s.sort()
	out := bufio.NewWriterSize(s.file, 1<<20)
	var r record
	for _, p := range s.order {
		size := r.parse(s.run[p.at:])
		if _, err := out.Write(s.run[p.at : p.at+size]); err != nil {
			return err
		}
	}
	s.size += int64(len(s.run))
	s.runs = append(s.runs, s.size)
	s.run, s.order = s.run[:0], s.order[:0]
	return out.Flush()
}

func (s *sorter) sort() {
	slices.SortFunc(s.order, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.ord, b.ord))
	})
}

// sorted yields the records in order, each good until the next. add comes no more once it has been called.
func (s *sorter) sorted() iter.Seq2[*record, error] {
	s.sort()
	return func(yield func(*record, error) bool) {
		heap, err := s.open()
		if err != nil {
			yield(nil, err)
			return
		}
		for len(heap) > 0 {
			if !yield(&heap[0].record, nil) {
				return
			}
			if heap, err = heap.advance(); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// open is at the first record of each run.
func (s *sorter) open() (heap merge, err error) {
	from := int64(0)
	for _, to := range s.runs {
		heap = append(heap, &cursor{in: bufio.NewReaderSize(io.NewSectionReader(s.file, from, to-from), mergeBuffer)})
		from = to
	}
	heap = append(heap, &cursor{run: s.run, order: s.order})
	heap = slices.DeleteFunc(heap, func(c *cursor) bool {
		more, failed := c.next()
		err = cmp.Or(err, failed)
		return !more
	})
	slices.SortFunc(heap, func(a, b *cursor) int { return a.compare(&b.record) })
	return heap, err
}

func (s *sorter) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// cursor is at a record of a run, of the file or of memory.
type cursor struct {
	record
	in    io.Reader
	run   []byte
	order []place
}

func (c *cursor) next() (more bool, err error) {
	if c.in != nil {
		err := c.read(c.in)
		if err == io.EOF {
			return false, nil
		}
		return err == nil, err
	}
	if len(c.order) == 0 {
		return false, nil
	}
	c.parse(c.run[c.order[0].at:])
	c.order = c.order[1:]
	return true, nil
}

// merge is a heap of cursors: none comes before the one at half its place.
type merge []*cursor

// advance moves the first cursor on, and it to where it then belongs.
func (m merge) advance() (merge, error) {
	more, err := m[0].next()
	if err != nil {
		return m, err
	}
	if !more {
		last := len(m) - 1
		m[0], m = m[last], m[:last]
	}
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(m); child++ {
			if m[child].compare(&m[least].record) < 0 {
				least = child
			}
		}
		if least == i {
			return m, nil
		}
		m[i], m[least] = m[least], m[i]
		i = least
	}
}
