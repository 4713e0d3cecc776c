// Package blob keeps content-addressed bytes, in a folder or in an S3-compatible store.
package blob

import (
	"context"
	"io"
	"iter"
	"regexp"
	"time"
)

// Store keeps objects by the SHA-256 of their bytes. An object that is there has its bytes, whole, whatever was killed when;
// nothing is ever written over.
type Store interface {
	// Put keeps what write writes, to a writer that can also Restart, which drops what was written. Nothing is kept when write
	// fails or the context ends. An object that is there already is not written again.
	Put(ctx context.Context, write func(io.Writer) error) (Object, error)
	// Get opens an object. It is NotFound when there is none.
	Get(ctx context.Context, hash string) (Reader, error)
	// Has says whether an object is kept. An error says that nobody knows.
	Has(ctx context.Context, hash string) (bool, error)
	// Delete forgets an object; one that is not there is no error.
	Delete(ctx context.Context, hash string) error
	// All are the objects that are kept, in no order. Nothing that serves needs it.
	All(ctx context.Context) iter.Seq2[Object, error]
	// Temporary is a folder of this machine for files that are not kept: what a killed program left there is dropped a day later.
	Temporary() string
}

// Reader reads an object from any place.
type Reader interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Bytes reads a small object whole.
func Bytes(ctx context.Context, s Store, hash string) ([]byte, error) {
	content, err := s.Get(ctx, hash)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(content)
}

// Object is what was kept.
type Object struct {
	SHA256 string // hexadecimal
	Bytes  int64
	Kept   time.Time // when it was written; of All
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
