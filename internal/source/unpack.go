package source

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"slices"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// content is the bytes of one file, of which a gzip around them is taken off.
type content struct {
	file
	*bufio.Reader
	at     sized // the same bytes where they stand, when they can be read anywhere; or nil
	left   func() error
	budget *budget
}

// sized can be read anywhere and says its size, as *bytes.Reader does.
type sized interface {
	io.ReaderAt
	Size() int64
}

// receive takes the reader we were given, whose failures are not the publisher's.
func receive(ctx context.Context, r io.Reader, f file) (*content, error) {
	c := &content{file: f, left: ctx.Err, budget: &budget{}}
	in := &guard{left: ctx.Err, r: c.budget.packs(origin{r}), limit: math.MaxInt}
	packed, err := c.gunzip(in)
	if at, ok := r.(sized); ok && !packed && err == nil {
		c.at = at
	}
	return c, err
}

// gunzip reads from r what the gzip around it holds, or r itself.
func (c *content) gunzip(r io.Reader) (packed bool, err error) {
	c.Reader = bufio.NewReaderSize(r, chunk)
	magic, err := c.Peek(len(gzipMagic))
	if err != nil && err != io.EOF {
		return false, c.unreadable(err)
	}
	if !bytes.Equal(magic, gzipMagic) {
		return false, nil
	}
	z, err := gzip.NewReader(c.Reader)
	if err != nil {
		return false, c.unreadable(unpackedBy("gzip", err))
	}
	c.Reader = bufio.NewReaderSize(c.budget.unpacks(unpacking{"gzip", z}), chunk)
	return true, nil
}

// head is the beginning of the file, as much as there is up to headSize.
func (c *content) head() ([]byte, error) {
	head, err := c.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, c.unreadable(err)
	}
	return head, nil
}

// text is the content of a file, gunzipped, without byte order mark, in UTF-8 when it declares another encoding.
type text struct {
	*guard
	head []byte // its first bytes, as they stand
}

const headSize = 4 << 10

var encodings = map[string]encoding.Encoding{"iso-8859-1": charmap.ISO8859_1, "windows-1252": charmap.Windows1252, "detect": detected{}}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zipMagics = [][]byte{[]byte("PK\x03\x04"), []byte("PK\x05\x06")} // the second of an empty one
	oleMagic  = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	bomUTF8   = []byte("\xef\xbb\xbf")
	bomsUTF16 = [][]byte{[]byte("\xff\xfe"), []byte("\xfe\xff")}
)

// unpack leaves bytes that claim to be UTF-8 as they are: those that are not are the affair of the cell they stand in.
func unpack(c *content, declared string) (*text, error) {
	head, err := c.head()
	if err != nil {
		return nil, err
	}
	marked := bytes.HasPrefix(head, bomUTF8)
	if marked {
		c.Discard(len(bomUTF8))
		head = head[len(bomUTF8):]
	}
	if err := c.sniff(head); err != nil {
		return nil, err
	}
	t := &text{guard: &guard{left: c.left, r: c.Reader, limit: longestRecord}, head: slices.Clone(head)}
	if e := encodings[declared]; e != nil && !marked { // a byte order mark knows better than the descriptor
		t.r = e.NewDecoder().Reader(c.Reader)
	}
	return t, nil
}

func begins(head []byte, magics ...[]byte) bool {
	return slices.ContainsFunc(magics, func(magic []byte) bool { return bytes.HasPrefix(head, magic) })
}

// sniff recognises what publishers' servers send instead of the file.
func (f file) sniff(head []byte) error {
	begin := bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case begins(head, bomsUTF16...):
		return f.refuse("utf-16")
	case begins(head, oleMagic):
		return f.refuse("ole")
	case len(begin) == 0 && len(head) < headSize-len(bomUTF8):
		return f.refuse("empty")
	case begins(begin, []byte("<!doctype html"), []byte("<html")):
		return f.refuse("html")
	case bytes.HasPrefix(begin, []byte("<?xml")) && bytes.Contains(begin, []byte("<html")):
		return f.refuse("html")
	case bytes.HasPrefix(begin, []byte("<?xml")):
		return f.refuse("xml")
	}
	return nil
}

// origin marks the failures of the reader we were given, which do not come from the publisher: a disk that fails must
// not read as a truncated archive.
type origin struct{ r io.Reader }

type originError struct{ error }

func (e originError) Unwrap() error { return e.error }

func (o origin) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	if err != nil && err != io.EOF {
		err = originError{err}
	}
	return n, err
}

// unpacking marks failures with what was being unpacked: a gzip in a zip breaks in its own way, and in the zip's.
type unpacking struct {
	kind string
	r    io.Reader
}

func (u unpacking) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	return n, unpackedBy(u.kind, err)
}

type unpackError struct {
	kind string
	error
}

func (e unpackError) Unwrap() error { return e.error }

// unpackedBy leaves alone what the layer below has marked.
func unpackedBy(kind string, err error) error {
	if err == nil || err == io.EOF || errors.As(err, new(unpackError)) {
		return err
	}
	return unpackError{kind, err}
}

// unreadable tells the ways an archive breaks from the failures of our own side, which pass as they are.
func (f file) unreadable(err error) error {
	kind := f.archive
	var by unpackError
	if errors.As(err, &by) {
		kind = by.kind
	}
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, new(originError)), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errBomb):
		return f.refuse("bomb", "most", size(mostUnpacked), "ratio", mostRatio).Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return f.refuse("packed.truncated", "kind", kind).Because(err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum):
		return f.refuse("packed.checksum", "kind", kind).Because(err)
	case errors.Is(err, zip.ErrAlgorithm):
		return f.refuse("packed.method", "kind", kind).Because(err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zip.ErrFormat), errors.Is(err, tar.ErrHeader), errors.As(err, &corrupt):
		return f.refuse("packed.corrupt", "kind", kind).Because(err)
	}
	return err
}
