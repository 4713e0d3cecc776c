package source

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

var errTooMuch = errors.New("more bytes than a file may have")

// output is where a file goes: it counts and hashes what is written, over as many attempts as it takes.
type output struct {
	w    io.Writer
	sum  hash.Hash
	n    int64
	most int64
}

func newOutput(w io.Writer, most int64) *output { return &output{w: w, sum: sha256.New(), most: most} }

func (o *output) hash() string { return hex.EncodeToString(o.sum.Sum(nil)) }

// save copies r. Failures of the writer are not the publisher's: they pass as they are, in a writeError.
func (o *output) save(r io.Reader) error {
	left := o.most - o.n
	n, err := io.CopyBuffer(struct{ io.Writer }{o}, io.LimitReader(r, left+1), make([]byte, chunk))
	if n > left {
		return errTooMuch
	}
	return err
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	o.n += int64(n)
	o.sum.Write(p[:n])
	if err != nil {
		err = writeError{err}
	}
	return n, err
}

// restart drops what was written; false when the writer cannot.
func (o *output) restart() (able bool, err error) {
	if o.n == 0 {
		return true, nil
	}
	w, able := o.w.(Restarter)
	if !able {
		return false, nil
	}
	if err := w.Restart(); err != nil {
		return false, writeError{err}
	}
	o.n = 0
	o.sum.Reset()
	return true, nil
}

type writeError struct{ error }

func (e writeError) Unwrap() error { return e.error }
