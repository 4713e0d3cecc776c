package source

import (
	"bytes"
	"errors"
	"io"
)

const (
	chunk          = 64 << 10 // bytes asked at once: how far reading goes past a limit, and how often the caller may leave
	longestRecord  = 16 << 20
	longestFeature = 64 << 20 // the contour of one commune at full scale takes megabytes
	widestRecord   = 1 << 20  // separators: encoding/csv spends forty bytes on each field
)

var (
	errTooLong = errors.New("the record is too long")
	errTooWide = errors.New("the record has too many fields")
)

// guard bounds what one record may read: a quote that is never closed, or a line without end, would otherwise bring the
// whole file into memory. It also remembers why reading failed, which decoders hide behind errors of their own.
type guard struct {
	left  func() error // why the caller no longer waits, or nil
	r     io.Reader
	limit int
	used  int
	comma []byte // what separates fields; nil where there are none
	width int    // separators read for the record, quoted ones too
	err   error  // the first failure other than io.EOF
}

// next gives the following record a fresh budget.
func (g *guard) next() { g.used, g.width = 0, 0 }

func (g *guard) Read(p []byte) (int, error) {
	if g.err == nil {
		g.err = g.left()
	}
	switch {
	case g.err != nil:
	case g.used > g.limit:
		g.err = errTooLong
	case g.width > widestRecord:
		g.err = errTooWide
	}
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.r.Read(p[:min(len(p), chunk)])
	g.used += n
	if g.comma != nil {
		g.width += bytes.Count(p[:n], g.comma)
	}
	if err != nil && err != io.EOF {
		g.err = err
	}
	return n, err
}
