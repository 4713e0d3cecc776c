package source

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// objectLines decodes JSON Lines: an object a line, blank lines passed over.
type objectLines struct {
	*lines
	*flat
}

func openJSONLines(p *plan, f file, in *text) (decoder, error) {
	return &objectLines{&lines{file: f, in: in, r: bufio.NewReaderSize(in, chunk), after: 1, mark: '\n'}, flatten(p, f)}, nil
}

func (o *objectLines) next(rec *record) error {
	raw, err := o.lines.object()
	if err == io.EOF {
		return o.never(o.lines.rows)
	}
	if err != nil {
		return err
	}
	o.begin()
	o.flat.object(raw)
	o.fill(rec.cells)
	rec.line = o.line
	return nil
}

// lines splits a text into JSON objects that a mark parts: a line break, or the record separator of RFC 7464.
type lines struct {
	file
	in    *text
	r     *bufio.Reader
	mark  byte
	raw   []byte
	line  int64 // where the last object begins
	after int64 // where what follows does
	rows  int64
}

// object gives the next object, valid and not too deep; io.EOF after the last.
func (l *lines) object() ([]byte, error) {
	for {
		ended, err := l.split()
		if err != nil {
			return nil, err
		}
		content := bytes.TrimLeft(l.raw, " \t\r\n")
		l.line = l.after + int64(bytes.Count(l.raw[:len(l.raw)-len(content)], []byte("\n")))
		l.after += int64(bytes.Count(l.raw, []byte("\n")))
		if content = bytes.TrimRight(content, " \t\r\n\x1e"); len(content) > 0 {
			l.rows++
			return content, l.check(content, ended)
		}
		if !ended {
			return nil, io.EOF
		}
	}
}

// split reads into raw up to the next mark, which it includes; false when the file ends before one.
func (l *lines) split() (ended bool, err error) {
	l.in.next()
	l.raw = l.raw[:0]
	for {
		part, err := l.r.ReadSlice(l.mark)
		l.raw = append(l.raw, part...)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(l.in.err, errTooLong):
			return false, l.refuse("lines.long", "line", l.after, "most", size(int64(l.in.limit)))
		case l.in.err != nil:
			return false, l.unreadable(l.in.err)
		case err == io.EOF:
			return false, nil
		}
	}
}

func (l *lines) check(object []byte, ended bool) error {
	switch {
	case !json.Valid(object) && !ended:
		return l.refuse("lines.truncated", "line", l.line)
	case !json.Valid(object):
		return l.refuse("lines.syntax", "line", l.line)
	case object[0] != '{':
		return l.refuse("lines.row", "line", l.line)
	case deeper(object, deepest):
		return l.refuse("lines.deep", "line", l.line, "most", deepest)
	}
	return nil
}
