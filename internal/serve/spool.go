package serve

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"sync"

	"maille/internal/fault"
)

// spooled is the size beyond which an answer goes to a file as it is made, and is neither shared nor cached.
const spooled = 16 << 20

// spool holds an answer until it is whole: in memory while it is small, in a file without a name once it is large. So the
// database's connection is free again before the client reads the first byte, however slowly it reads, and an answer
// that fails is a problem document, never a half answer.
type spool struct {
	buf      bytes.Buffer
	file     *os.File
	size     int64 // of the file
	room     *room
	kept     *stored     // in place of both, where the answer was made before
	headers  http.Header // that the producer gave
	overflow func()      // called when the answer turns out to be large; may be nil
}

// whole is a spool of an answer that is there.
func whole(a *stored) *spool { return &spool{kept: a, headers: a.headers} }

// fill has the answer made; a spool that fails is closed.
func (s *spool) fill(ctx context.Context, produce producer) (err error) {
	defer func() {
		if cause := recover(); cause != nil { // those who wait must hear of it
			err = fault.New(fault.Internal, "panic: %v\n%s", cause, debug.Stack())
		}
		if err != nil {
			s.close()
		}
	}()
	s.headers, err = produce(ctx, s)
	return err
}

// Write takes the next bytes of the answer.
func (s *spool) Write(p []byte) (int, error) {
	if s.file != nil {
		return len(p), s.append(p)
	}
	s.buf.Write(p)
	if s.buf.Len() > spooled {
		return len(p), s.spill()
	}
	return len(p), nil
}

func (s *spool) spill() (err error) {
	if s.overflow != nil {
		s.overflow()
	}
	if s.file, err = os.CreateTemp(s.room.folder, "answer-*"); err != nil {
		return err
	}
	if err := os.Remove(s.file.Name()); err != nil { // the system frees it when it is closed, even by a kill
		return err
	}
	err = s.append(s.buf.Bytes())
	s.buf = bytes.Buffer{}
	return err
}

func (s *spool) append(p []byte) error {
	if !s.room.take(int64(len(p))) {
		return fault.New(fault.Unavailable, "too many large answers are under way")
	}
	s.size += int64(len(p))
	_, err := s.file.Write(p)
	return err
}

// room bounds what all large answers on their way take on disk.
type room struct {
	folder string
	mu     sync.Mutex
	left   int64
}

// take asks for n bytes, which close gives back.
func (r *room) take(n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > r.left {
		return false
	}
	r.left -= n
	return true
}

// length is the answer's, in bytes.
func (s *spool) length() int64 {
	switch {
	case s.kept != nil:
		return int64(len(s.kept.body))
	case s.file != nil:
		return s.size
	}
	return int64(s.buf.Len())
}

// reader gives the answer from its beginning.
func (s *spool) reader() (io.Reader, error) {
	if s.file != nil {
		_, err := s.file.Seek(0, io.SeekStart)
		return s.file, err
	}
	if s.kept != nil {
		return bytes.NewReader(s.kept.body), nil
	}
	return bytes.NewReader(s.buf.Bytes()), nil
}

// send writes the answer.
func (s *spool) send(w http.ResponseWriter, r *http.Request) error {
	if s.kept == nil && s.file == nil {
		s.kept = keep(s.headers, s.buf.Bytes())
	}
	if s.kept != nil {
		give(w, r, s.kept)
		return nil
	}
	from, err := s.reader()
	if err != nil {
		return err
	}
	if hasAny(r) {
		unmodified(w, s.headers)
		return nil
	}
	maps.Copy(w.Header(), s.headers)
	w.Header().Set("Content-Length", strconv.FormatInt(s.size, 10))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = pour(w, from, s.size) // the client left; there is no one to tell
	}
	return nil
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
		s.room.take(-s.size)
		s.file = nil
	}
}
