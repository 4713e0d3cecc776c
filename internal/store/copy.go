package store

import (
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"math"
	"strings"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// epochDays are the days from 1970-01-01 to PostgreSQL's own 2000-01-01.
const epochDays = 10957

// textOID is the type of a list's items in binary COPY.
const textOID = 25

// copyHeader opens a binary COPY: signature, flags, length of the extension (PostgreSQL, COPY, "Binary Format").
var copyHeader = []byte("PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000")

// rowEncoder writes features as tuples of a binary COPY into a draft.
type rowEncoder struct {
	delimiters []string
	geometry   bool
	buf        []byte
}

func newRowEncoder(d *dataset.Dataset) *rowEncoder {
	e := &rowEncoder{geometry: d.Publication.Geometry != nil}
	for i := range d.Schema.Columns {
		e.delimiters = append(e.delimiters, d.Schema.Columns[i].Delimiter)
	}
	return e
}

func (e *rowEncoder) append(f *dataset.Feature) {
	fields := 2 + len(f.Values)
	if e.geometry {
		fields++
	}
	b := binary.BigEndian.AppendUint16(e.buf, uint16(fields))
	b = binary.BigEndian.AppendUint32(b, 4)
	b = binary.BigEndian.AppendUint32(b, uint32(f.Resource))
	b = binary.BigEndian.AppendUint32(b, 8)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Line))
	for i, v := range f.Values {
		b = appendField(b, v, e.delimiters[i])
	}
	if e.geometry {
		b = appendBytes(b, f.WKB)
	}
	e.buf = b
}

const nullField = math.MaxUint32 // a length of -1

func appendBytes(b, field []byte) []byte {
	if field == nil {
		return binary.BigEndian.AppendUint32(b, nullField)
	}
	return append(binary.BigEndian.AppendUint32(b, uint32(len(field))), field...)
}

func appendField(b []byte, v schema.Value, delimiter string) []byte {
	switch v.Type() {
	case schema.String:
		return append(binary.BigEndian.AppendUint32(b, uint32(len(v.Text()))), v.Text()...)
	case schema.Integer:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(v.Int()))
	case schema.Number:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), math.Float64bits(v.Float()))
	case schema.Boolean:
		truth := byte(0)
		if v.Bool() {
			truth = 1
		}
		return append(binary.BigEndian.AppendUint32(b, 1), truth)
	case schema.Date:
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 4), uint32(v.Days()-epochDays))
	case schema.List:
		return appendArray(b, v.Text(), delimiter)
	}
	return binary.BigEndian.AppendUint32(b, nullField)
}

// appendArray writes a text[] of one dimension, its lower bound 1 (array_send).
func appendArray(b []byte, joined, delimiter string) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, 0)
	for _, n := range []uint32{1, 0, textOID, uint32(strings.Count(joined, delimiter) + 1), 1} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	for item := range strings.SplitSeq(joined, delimiter) {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(item))), item...)
	}
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-4))
	return b
}

const chunkSize = 256 << 10

// copyReader gives a sequence of features as the bytes of a binary COPY. It encodes in a goroutine of its own, so that
// validation and PostgreSQL work at the same time; Close ends it.
type copyReader struct {
	chunks chan []byte
	free   chan []byte
	stop   chan struct{}
	rest   []byte
	whole  []byte // the chunk that rest is part of
	err    error  // set before chunks is closed
}

var errStopped = errors.New("the reader left")

func newCopyReader(d *dataset.Dataset, features iter.Seq2[*dataset.Feature, error]) *copyReader {
	r := &copyReader{chunks: make(chan []byte, 2), free: make(chan []byte, 4), stop: make(chan struct{})}
	go func() {
		defer close(r.chunks)
		r.err = r.encode(newRowEncoder(d), features)
	}()
	return r
}

func (r *copyReader) encode(e *rowEncoder, features iter.Seq2[*dataset.Feature, error]) error {
	e.buf = append(make([]byte, 0, chunkSize+chunkSize/4), copyHeader...)
	for f, err := range features {
		if err != nil {
			return err
		}
		e.append(f)
		if len(e.buf) >= chunkSize {
			if err := r.send(e); err != nil {
				return err
			}
		}
	}
	e.buf = append(e.buf, 0xff, 0xff) // a tuple of -1 fields ends the data
	return r.send(e)
}

func (r *copyReader) send(e *rowEncoder) error {
	select {
	case r.chunks <- e.buf:
	case <-r.stop:
		return errStopped
	}
	select {
	case e.buf = <-r.free:
		e.buf = e.buf[:0]
	default:
		e.buf = make([]byte, 0, chunkSize+chunkSize/4)
	}
	return nil
}

// Read gives the next bytes, or the error of the sequence, which makes the COPY fail whole.
func (r *copyReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.whole != nil {
			select {
			case r.free <- r.whole:
			default:
			}
			r.whole = nil
		}
		chunk, ok := <-r.chunks
		if !ok {
			if r.err != nil {
				return 0, r.err
			}
			return 0, io.EOF
		}
		r.rest, r.whole = chunk, chunk
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Close ends the goroutine and waits for it.
func (r *copyReader) Close() {
	close(r.stop)
	for range r.chunks {
	}
}

// failure is the error of the sequence; call it when the COPY is over.
func (r *copyReader) failure() error {
	select {
	case _, ok := <-r.chunks:
		if !ok && r.err != nil && r.err != errStopped {
			return r.err
		}
	default:
	}
	return nil
}
