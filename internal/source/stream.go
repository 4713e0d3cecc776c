package source

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
)

const deepest = 64 // levels of brackets in a file, and again in a row

var (
	beginObject, endObject = json.Token(json.Delim('{')), json.Token(json.Delim('}'))
	beginArray, endArray   = json.Token(json.Delim('[')), json.Token(json.Delim(']'))
)

// stream walks a JSON document without holding more than one token or row of it.
type stream struct {
	file
	in    *text
	dec   *json.Decoder
	depth int
	rank  int64 // rows read
}

func newStream(f file, in *text) *stream {
	dec := json.NewDecoder(in)
	dec.UseNumber()
	return &stream{file: f, in: in, dec: dec}
}

func (s *stream) token() (json.Token, error) {
	s.in.next()
	t, err := s.dec.Token()
	if err != nil {
		return nil, s.broken(err)
	}
	switch t {
	case beginObject, beginArray:
		s.depth++
	case endObject, endArray:
		s.depth--
	}
	if s.depth > deepest {
		return nil, s.refuse("json.deep", "line", s.rank+1, "most", deepest)
	}
	return t, nil
}

// skip passes over the next value.
func (s *stream) skip() error {
	for start := s.depth; ; {
		if _, err := s.token(); err != nil || s.depth == start {
			return err
		}
	}
}

// value reads the next value whole into raw.
func (s *stream) value(raw *json.RawMessage) error {
	s.in.next()
	if err := s.dec.Decode(raw); err != nil {
		return s.broken(err)
	}
	if deeper(*raw, deepest) {
		return s.refuse("json.deep", "line", s.rank+1, "most", deepest)
	}
	return nil
}

// row reads the next item of the array of rows, an object; false at the array's end.
func (s *stream) row(raw *json.RawMessage) (bool, error) {
	if !s.dec.More() {
		_, err := s.token()
		return false, err
	}
	if err := s.value(raw); err != nil {
		return false, err
	}
	s.rank++
	if (*raw)[0] != '{' {
		return false, s.refuse("json.row", "line", s.rank)
	}
	return true, nil
}

// enter goes to the array that a JSON Pointer (RFC 6901) names.
func (s *stream) enter(pointer string) error {
	for _, step := range pointerSteps(pointer) {
		if found, err := s.into(step); err != nil || !found {
			return s.nowhere(pointer, err)
		}
	}
	t, err := s.token()
	if err != nil || t != beginArray {
		return s.nowhere(pointer, err)
	}
	return nil
}

func (s *stream) nowhere(pointer string, err error) error {
	if err != nil {
		return err
	}
	if pointer == "" {
		return s.refuse("json.array")
	}
	return s.refuse("json.rows", "pointer", pointer)
}

// into stands before the member or the item that step names; false when there is none.
func (s *stream) into(step string) (bool, error) {
	container, err := s.token()
	if err != nil || container != beginObject && container != beginArray {
		return false, err
	}
	for i := 0; s.dec.More(); i++ {
		name := json.Token(strconv.Itoa(i))
		if container == beginObject {
			if name, err = s.token(); err != nil {
				return false, err
			}
		}
		if name == json.Token(step) {
			return true, nil
		}
		if err := s.skip(); err != nil {
			return false, err
		}
	}
	_, err = s.token()
	return false, err
}

// end reads what follows the rows, so that a file cut short never passes for a whole one; it returns io.EOF.
func (s *stream) end() error {
	for s.depth > 0 {
		if _, err := s.token(); err != nil {
			return err
		}
	}
	s.in.next()
	if _, err := s.dec.Token(); err != io.EOF || s.in.err != nil {
		if s.in.err != nil {
			return s.broken(err)
		}
		return s.refuse("json.after").Because(err)
	}
	return io.EOF
}

func (s *stream) broken(err error) error {
	longest := size(int64(s.in.limit))
	switch {
	case errors.Is(s.in.err, errTooLong):
		return s.refuse("json.long", "line", s.rank+1, "most", longest)
	case s.in.err != nil:
		return s.unreadable(s.in.err)
	case slices.Contains([]error{io.EOF, io.ErrUnexpectedEOF}, err):
		return s.refuse("json.truncated").Because(err)
	}
	return s.refuse("json.syntax", "line", s.rank+1).Because(err)
}
