package source

import (
	"errors"
	"io"
)

const (
	mostUnpacked = 64 << 30  // bytes that one resource may unpack to
	mostRatio    = 200       // times its size; text with many repeats packs fifty times, a bomb a thousand
	ratioFrom    = 100 << 20 // bytes below which the ratio is no one's concern
)

var errBomb = errors.New("the archive unpacks to too much")

// budget bounds what the bytes of one resource unpack to, at all levels together: a zip bomb would otherwise fill the
// disk, or never end.
type budget struct{ packed, unpacked int64 }

// packs counts the bytes of the resource as they are read.
func (b *budget) packs(r io.Reader) io.Reader {
	return counted{r, func(n int) error {
		b.packed += int64(n)
		return nil
	}}
}

// unpacks counts bytes that were unpacked, and stops when they are too many.
func (b *budget) unpacks(r io.Reader) io.Reader {
	return counted{r, func(n int) error {
		return b.spend(int64(n))
	}}
}

func (b *budget) spend(n int64) error {
	b.unpacked += n
	if b.unpacked > mostUnpacked || b.unpacked > ratioFrom && b.unpacked/mostRatio > b.packed {
		return errBomb
	}
	return nil
}

type counted struct {
	r     io.Reader
	count func(int) error
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if over := c.count(n); over != nil {
		return 0, over
	}
	return n, err
}
