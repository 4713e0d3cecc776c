package source

import (
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

// text is the content of a file, gunzipped, without byte order mark, in UTF-8 when it declares another encoding.
type text struct {
	*guard
	head []byte // its first bytes, as they stand
}

const headSize = 4 << 10

var encodings = map[string]encoding.Encoding{"iso-8859-1": charmap.ISO8859_1, "windows-1252": charmap.Windows1252}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zipMagic  = []byte("PK\x03\x04")
	bomUTF8   = []byte("\xef\xbb\xbf")
	bomsUTF16 = [][]byte{[]byte("\xff\xfe"), []byte("\xfe\xff")}
)

// unpack leaves bytes that claim to be UTF-8 as they are: those that are not are the affair of the cell they stand in.
func unpack(ctx context.Context, r io.Reader, f file, declared string) (*text, error) {
	content, err := gunzip(&guard{left: ctx.Err, r: origin{r}, limit: math.MaxInt}, f)
	if err != nil {
		return nil, err
	}
	head, err := content.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, f.unreadable(err)
	}
	marked := bytes.HasPrefix(head, bomUTF8)
	if marked {
		content.Discard(len(bomUTF8))
		head = head[len(bomUTF8):]
	}
	if err := f.sniff(head); err != nil {
		return nil, err
	}
	t := &text{guard: &guard{left: ctx.Err, r: content, limit: longestRecord}, head: slices.Clone(head)}
	if e := encodings[declared]; e != nil && !marked { // a byte order mark knows better than the descriptor
		t.r = e.NewDecoder().Reader(content)
	}
	return t, nil
}

func gunzip(r io.Reader, f file) (*bufio.Reader, error) {
	packed := bufio.NewReaderSize(r, chunk)
	magic, err := packed.Peek(len(gzipMagic))
	if err != nil && err != io.EOF {
		return nil, f.unreadable(err)
	}
	if !bytes.Equal(magic, gzipMagic) {
		return packed, nil
	}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, f.unreadable(err)
	}
	return bufio.NewReaderSize(z, chunk), nil
}

// sniff recognises what publishers' servers send instead of the file.
func (f file) sniff(head []byte) error {
	begin := bytes.ToLower(bytes.TrimSpace(head))
	switch {
	case slices.ContainsFunc(bomsUTF16, func(bom []byte) bool { return bytes.HasPrefix(head, bom) }):
		return f.refuse("utf-16")
	case bytes.HasPrefix(head, zipMagic):
		return f.refuse("zip")
	case len(begin) == 0 && len(head) < headSize-len(bomUTF8):
		return f.refuse("empty")
	case bytes.HasPrefix(begin, []byte("<!doctype html")), bytes.HasPrefix(begin, []byte("<html")):
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

// unreadable tells the ways an archive breaks from the failures of our own side, which pass as they are.
func (f file) unreadable(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, new(originError)), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return f.refuse("gzip.truncated").Because(err)
	case errors.Is(err, gzip.ErrChecksum):
		return f.refuse("gzip.checksum").Because(err)
	case errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return f.refuse("gzip.corrupt").Because(err)
	}
	return err
}
