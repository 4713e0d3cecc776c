package serve

import (
	"context"
	"net/http"
	"os"
	"runtime/debug"
	"slices"

	"maille/internal/fault"
)

const (
	// spooled is the size beyond which an answer goes to a file as it is made, and is not kept.
	spooled = 4 << 20
	// uncounted is the size up to which nobody counts what an answer takes in memory: a connection takes as much.
	uncounted = 64 << 10
)

// spool takes an answer until it is whole: in memory while it is small and there is room for it, else in a file without a
// name. So the database's connection is free again before the client reads the first byte, however slowly it reads, and
// an answer that fails is a problem document, never a half answer.
type spool struct {
	buf    []byte
	file   *os.File
	size   int64 // of the file
	memory claim
	disk   claim
}

// fill has the answer made, and gives it to its first sender.
func (s *spool) fill(ctx context.Context, produce producer) (whole *stored, err error) {
	defer func() {
		if cause := recover(); cause != nil { // those who wait must hear of it
			err = fault.New(fault.Internal, "panic: %v\n%s", cause, debug.Stack())
		}
		if err != nil {
			s.abandon()
			whole, err = nil, shortage(err)
		}
	}()
	headers, err := produce(ctx, s)
	if err != nil {
		return nil, err
	}
	return s.end(headers), nil
}

// Write takes the next bytes of the answer.
func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && !s.grow(len(p)) {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	if s.file == nil {
		s.buf = append(s.buf, p...)
		return len(p), nil
	}
	return s.append(p)
}

// grow makes space for n bytes more in memory; false when the answer must go to a file.
func (s *spool) grow(n int) bool {
	need := len(s.buf) + n
	if need <= cap(s.buf) {
		return true
	}
	size := min(max(need, 2*cap(s.buf), 4<<10), spooled)
	if size < need || size > uncounted && s.memory.take(int64(size)-s.memory.taken) != nil {
		return false
	}
	s.buf = append(make([]byte, 0, size), s.buf...)
	return true
}

func (s *spool) spill() (err error) {
	if s.file, err = s.disk.room.temporary(); err != nil {
		return err
	}
	_, err = s.append(s.buf)
	s.buf = nil
	s.memory.settle(0)
	return err
}

func (s *spool) append(p []byte) (int, error) {
	if err := s.disk.take(int64(len(p))); err != nil {
		return 0, err
	}
	n, err := s.file.Write(p)
	s.size += int64(n)
	return n, err
}

// work counts what the temporary files of a format take while it is written.
func (s *spool) work(bytes int64) error { return s.disk.take(bytes) }

// end gives the answer, which keeps of what was taken only what it is.
func (s *spool) end(h http.Header) *stored {
	s.disk.settle(s.size)
	if s.file != nil {
		return keepFile(h, s.file, s.size, s.disk)
	}
	if cap(s.buf)-len(s.buf) > len(s.buf)/8 {
		s.buf = slices.Clone(s.buf)
	}
	size := int64(len(s.buf))
	if size <= uncounted {
		s.memory.settle(0)
		return keep(h, s.buf)
	}
	s.memory.settle(size)
	a := keep(h, s.buf)
	a.claim = s.memory
	return a
}

// abandon is for an answer that failed.
func (s *spool) abandon() {
	if s.file != nil {
		_ = s.file.Close()
	}
	s.memory.settle(0)
	s.disk.settle(0)
}
