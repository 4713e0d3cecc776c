package source

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go"
	meta "github.com/parquet-go/parquet-go/format"
)

// plainDictionary is what older writers call both encodings of a dictionary (parquet-format, Encodings: deprecated, but to
// be read).
const plainDictionary meta.Encoding = 2

// values holds the encodings that repeat what they are told to.
func values(e meta.Encoding, data []byte, n int) error {
	switch e {
	case meta.Plain, meta.ByteStreamSplit:
		return nil
	case plainDictionary, meta.RLEDictionary:
		if len(data) == 0 {
			return nil
		}
		return runs(data[1:], int(data[0]), n)
	case meta.RLE: // of booleans
		levels, _, err := prefixed(data)
		if err != nil {
			return err
		}
		return runs(levels, 1, n)
	case meta.DeltaBinaryPacked, meta.DeltaLengthByteArray:
		return deltas(data, n)
	case meta.DeltaByteArray:
		return prefixes(data, n)
	}
	return fmt.Errorf("values encoded as %s", e)
}

// prefixed parts what follows a length of four bytes.
func prefixed(data []byte) (first, rest []byte, err error) {
	if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
		return nil, nil, errUnpacked
	}
	n := 4 + int(binary.LittleEndian.Uint32(data))
	return data[4:n], data[n:], nil
}

// runs counts the values of the hybrid of runs and bit-packed groups of eight (Encodings.md), which are n at most.
func runs(data []byte, width, n int) error {
	if width > 32 {
		return fmt.Errorf("values of %d bits", width)
	}
	left := uint64(n) + 7 // the last group is filled up
	for len(data) > 0 {
		head, size := binary.Uvarint(data)
		if size <= 0 {
			return errUnpacked
		}
		data = data[size:]
		count, length := head>>1, uint64(width+7)/8
		if head&1 != 0 {
			length = count * uint64(width)
			count *= 8
		}
		if count > left || head>>1 > left {
			return fmt.Errorf("more than %d values", n)
		}
		if length > uint64(len(data)) {
			return errUnpacked
		}
		left -= count
		data = data[length:]
	}
	return nil
}

// deltas checks how many values DELTA_BINARY_PACKED announces, third of its header.
func deltas(data []byte, n int) error {
	var total uint64
	for range 3 {
		v, size := binary.Uvarint(data)
		if size <= 0 {
			return errUnpacked
		}
		total, data = v, data[size:]
	}
	if total > uint64(n) {
		return fmt.Errorf("%d values of %d", total, n)
	}
	return nil
}

// prefixes adds up what DELTA_BYTE_ARRAY repeats of the value before.
func prefixes(data []byte, n int) error {
	if err := deltas(data, n); err != nil {
		return err
	}
	lengths, err := parquet.DeltaBinaryPacked.DecodeInt32(nil, data)
	if err != nil {
		return err
	}
	total := len(data)
	for _, length := range lengths {
		if total += int(length); length < 0 || total > longestPage {
			return fmt.Errorf("%d bytes of prefixes", total)
		}
	}
	return nil
}
