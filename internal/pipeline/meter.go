package pipeline

import (
	"errors"
	"io"
	"io/fs"
	"sync"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/source"
)

// meter shows on a bar how far a file is read. What can be read anywhere stays so.
func meter(r io.Reader, bar Bar) io.Reader {
	at, anywhere := r.(io.ReaderAt)
	stated, ok := r.(interface{ Stat() (fs.FileInfo, error) })
	if anywhere && ok {
		if info, err := stated.Stat(); err == nil && info.Mode().IsRegular() {
			return &meteredFile{r: r, at: at, bar: bar, size: info.Size(), seen: make([]bool, (info.Size()+meterBlock-1)/meterBlock)}
		}
	}
	return io.TeeReader(r, &meteredWriter{io.Discard, bar})
}

// meteredWriter shows on a bar how much is written.
type meteredWriter struct {
	w   io.Writer
	bar Bar
}

func (m *meteredWriter) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.bar.Add(n)
	return n, err
}

// metered shows on a bar how many bytes of geometry are read, for files of which nothing is written before the last.
func metered(features dump.Features, bar Bar) dump.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		for f, err := range features {
			if f != nil {
				bar.Add(len(f.WKB))
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// sharedBar is one that several goroutines move.
type sharedBar struct {
	Bar
	one sync.Mutex
}

func (s *sharedBar) Add(bytes int) {
	s.one.Lock()
	defer s.one.Unlock()
	s.Bar.Add(bytes)
}

// Restart lets a download that was cut start over.
func (m *meteredWriter) Restart() error {
	if w, able := m.w.(source.Restarter); able {
		return w.Restart()
	}
	return errors.ErrUnsupported
}

// meterBlock is the grain in which reading anywhere is measured: 8 GiB make 8 192 blocks.
const meterBlock = 1 << 20

// meteredFile is read by one goroutine, from its start, anywhere, or both.
type meteredFile struct {
	r    io.Reader
	at   io.ReaderAt
	bar  Bar
	size int64
	read int64  // from the start
	seen []bool // by block: the bar counts it once, however often and in whatever order it is read
}

// Size is the file's, in bytes.
func (m *meteredFile) Size() int64 { return m.size }

func (m *meteredFile) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.count(m.read, n)
	m.read += int64(n)
	return n, err
}

func (m *meteredFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := m.at.ReadAt(p, off)
	m.count(off, n)
	return n, err
}

func (m *meteredFile) count(off int64, n int) {
	if n == 0 {
		return
	}
	for i := off / meterBlock; i <= (off+int64(n)-1)/meterBlock && i < int64(len(m.seen)); i++ {
		if !m.seen[i] {
			m.seen[i] = true
			m.bar.Add(int(min(meterBlock, m.size-i*meterBlock)))
		}
	}
}
