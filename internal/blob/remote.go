package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/minio/minio-go/v7"
)

// remote reads an object of a bucket: in pieces that grow while it is read on, so that who asks for a few bytes of a large
// file does not have the store send it all.
type remote struct {
	ctx    context.Context // of who opened it, for io.Reader knows none
	bucket *Bucket
	key    string
	size   int64

	at    int64         // where the next Read begins
	piece io.ReadCloser // being read; nil for none
	left  int64         // of the piece
	ahead int64         // bytes of the next piece
}

const (
	firstPiece   = 256 << 10
	largestPiece = 32 << 20
)

// Read reads on. A piece that breaks off is asked again from where it broke, once.
func (r *remote) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	n, err := r.read(p)
	if err != nil && n == 0 && r.ctx.Err() == nil {
		r.drop()
		n, err = r.read(p)
	}
	return n, err
}

func (r *remote) read(p []byte) (int, error) {
	if r.piece == nil {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n, err := r.piece.Read(p[:min(int64(len(p)), r.left)])
	r.at, r.left = r.at+int64(n), r.left-int64(n)
	switch {
	case r.left == 0:
		r.drop()
		return n, nil
	case errors.Is(err, io.EOF):
		return n, r.bucket.away(io.ErrUnexpectedEOF)
	}
	return n, r.bucket.away(err)
}

// next asks for the piece that begins here.
func (r *remote) next() (err error) {
	r.ahead = min(max(2*r.ahead, firstPiece), largestPiece)
	r.left = min(r.ahead, r.size-r.at)
	r.piece, err = r.open(r.ctx, r.at, r.left)
	return err
}

func (r *remote) drop() {
	if r.piece != nil {
		_ = r.piece.Close() // it was only read
		r.piece = nil
	}
}

// open asks for n bytes from a place. The store is asked for the object that was found, by its name alone: a name has one
// content.
func (r *remote) open(ctx context.Context, at, n int64) (io.ReadCloser, error) {
	var o minio.GetObjectOptions
	if err := o.SetRange(at, at+n-1); err != nil {
		return nil, err
	}
	body, _, header, err := minio.Core{Client: r.bucket.client}.GetObject(ctx, r.bucket.name, r.key, o)
	if err != nil {
		return nil, r.bucket.away(err)
	}
	if at > 0 && !strings.HasPrefix(header.Get("Content-Range"), fmt.Sprintf("bytes %d-", at)) {
		_ = body.Close()
		return nil, r.bucket.away(fmt.Errorf("a store that gives no part of a file: Content-Range %q", header.Get("Content-Range")))
	}
	return body, nil
}

// ReadAt reads a piece, whole, whatever Read does meanwhile. Several may at once.
func (r *remote) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 {
		return 0, errors.New("blob: a negative offset")
	}
	n := min(int64(len(p)), r.size-at)
	if n <= 0 {
		if len(p) == 0 {
			return 0, nil
		}
		return 0, io.EOF
	}
	body, err := r.open(r.ctx, at, n)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	got, err := io.ReadFull(body, p[:n])
	if err == nil && n < int64(len(p)) {
		err = io.EOF
	} else {
		err = r.bucket.away(err)
	}
	return got, err
}

// Seek moves the next Read. Reading on from another place begins with a small piece again.
func (r *remote) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("blob: seek to %d", offset)
	}
	if offset != r.at {
		r.drop()
		r.at, r.ahead = offset, 0
	}
	return offset, nil
}

// Close ends what is being read.
func (r *remote) Close() error {
	r.drop()
	r.size = 0
	return nil
}
