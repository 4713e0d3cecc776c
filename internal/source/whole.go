package source

import (
	"io"
	"os"
)

// whole is a file that can be read anywhere, as binary formats ask. It stands on disk, never in memory.
type whole struct {
	io.ReaderAt
	size  int64
	close func() error
}

func (w *whole) Close() error { return w.close() }

// whole takes the file where it stands when it can be read anywhere there, and copies it to an unnamed file otherwise.
func (c *content) whole() (*whole, error) {
	if c.at != nil {
		c.budget.packed = max(c.budget.packed, c.at.Size())
		return c.standing(c.at, c.at.Size(), func() error { return nil }), nil
	}
	spool, err := os.CreateTemp("", "maille-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(spool.Name()); err != nil {
		spool.Close()
		return nil, err
	}
	n, err := io.Copy(spool, c.Reader)
	if err != nil {
		spool.Close()
		return nil, c.unreadable(err)
	}
	return c.standing(spool, n, spool.Close), nil
}

// standing bounds reading to the file: offsets outside, as hostile directories give, are its end.
func (c *content) standing(at io.ReaderAt, size int64, close func() error) *whole {
	return &whole{ReaderAt: io.NewSectionReader(steady{at, c.left}, 0, size), size: size, close: close}
}

// steady reads while the caller waits, and marks failures as origin does.
type steady struct {
	io.ReaderAt
	left func() error
}

func (s steady) ReadAt(p []byte, off int64) (int, error) {
	if err := s.left(); err != nil {
		return 0, originError{err}
	}
	n, err := s.ReaderAt.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = originError{err}
	}
	return n, err
}
