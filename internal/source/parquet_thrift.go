package source

import (
	"encoding/binary"
	"errors"
)

// thriftLength is how many bytes a structure in Thrift's compact protocol takes at the front of data. One whose texts or
// lists are longer than its bytes is refused: the library makes room for what they announce before it looks whether it
// is there.
func thriftLength(data []byte) (int, error) {
	w := thriftWalker{data: data, structures: mostStructures, scalars: mostScalars}
	w.structure(0)
	switch {
	case w.long:
		return 0, errThriftLong
	case w.bad:
		return 0, errThrift
	}
	return len(data) - len(w.data), nil
}

var (
	errThrift     = errors.New("malformed Thrift")
	errThriftLong = errors.New("lists of too many items")
)

const (
	deepestThrift = 32
	// Items of all lists together. A column of a row group takes four or five of each: itself and counts of its encodings,
	// its path and its encodings.
	mostStructures = 1 << 18 // each up to 560 bytes of memory
	mostScalars    = 1 << 20 // each up to 24
)

// Types of the compact protocol (thrift-compact-protocol.md).
const (
	thriftStop   = 0
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftStruct = 12
)

type thriftWalker struct {
	data                []byte
	structures, scalars int // that lists may still have
	bad                 bool
	long                bool // bad because lists have more
}

func (w *thriftWalker) structure(depth int) {
	if w.bad = w.bad || depth > deepestThrift; w.bad {
		return
	}
	for !w.bad {
		head := w.byte()
		if head == thriftStop {
			return
		}
		if head>>4 == 0 {
			w.varint() // the field's number in full
		}
		if kind := head & 15; kind != thriftTrue && kind != thriftFalse { // whose value is in the type
			w.value(kind, depth)
		}
	}
}

func (w *thriftWalker) value(kind byte, depth int) {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		w.byte()
	case thriftI16, thriftI32, thriftI64:
		w.varint()
	case thriftDouble:
		w.skip(8)
	case thriftBinary:
		w.skip(w.varint())
	case thriftList, thriftSet:
		w.list(depth)
	case thriftStruct:
		w.structure(depth + 1)
	default: // Parquet has no map
		w.bad = true
	}
}

func (w *thriftWalker) list(depth int) {
	head := w.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = w.varint()
	}
	if w.bad = w.bad || n > uint64(len(w.data)); w.bad {
		return
	}
	left := &w.scalars
	if kind := head & 15; kind == thriftStruct || kind == thriftList || kind == thriftSet {
		left = &w.structures
	}
	if w.long = n > uint64(*left); w.long {
		w.bad = true
		return
	}
	*left -= int(n)
	for range n {
		w.value(head&15, depth+1)
		if w.bad {
			return
		}
	}
}

func (w *thriftWalker) byte() byte {
	if len(w.data) == 0 {
		w.bad = true
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return b
}

func (w *thriftWalker) skip(n uint64) {
	if n > uint64(len(w.data)) {
		w.bad = true
		return
	}
	w.data = w.data[n:]
}

func (w *thriftWalker) varint() uint64 {
	v, n := binary.Uvarint(w.data)
	if n <= 0 {
		w.bad = true
		return 0
	}
	w.data = w.data[n:]
	return v
}
