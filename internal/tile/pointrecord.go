package tile

import (
	"cmp"
	"encoding/binary"
	"io"
	"iter"
	"math"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// record is a point on its way into tiles.
type record struct {
	code   uint64 // hilbert of x and y
	x, y   uint32 // in 2^-32 of the world's side, under a centimetre
	ord    int64
	values []byte // of each property, the length of MVT's message and the message
}

// compare is the order of records.
func (r *record) compare(s *record) int {
	return cmp.Or(cmp.Compare(r.code, s.code), cmp.Compare(r.ord, s.ord))
}

const recordHead = 28

func (r *record) size() int { return recordHead + len(r.values) }

func (r *record) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, r.code)
	dst = binary.LittleEndian.AppendUint32(dst, r.x)
	dst = binary.LittleEndian.AppendUint32(dst, r.y)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.ord))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r.values)))
	return append(dst, r.values...)
}

// parse reads what append wrote; values are part of data.
func (r *record) parse(data []byte) (size int) {
	r.code = binary.LittleEndian.Uint64(data)
	r.x = binary.LittleEndian.Uint32(data[8:])
	r.y = binary.LittleEndian.Uint32(data[12:])
	r.ord = int64(binary.LittleEndian.Uint64(data[16:]))
	end := recordHead + int(binary.LittleEndian.Uint32(data[24:]))
	r.values = data[recordHead:end]
	return end
}

// read reads what append wrote, into the record's own values.
func (r *record) read(in io.Reader) error {
	var head [recordHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return err
	}
	size := int(binary.LittleEndian.Uint32(head[24:]))
	binary.LittleEndian.PutUint32(head[24:], 0)
	values := r.values
	r.parse(head[:])
	r.values = sized(values, size)
	_, err := io.ReadFull(in, r.values)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func sized(b []byte, size int) []byte {
	if cap(b) < size {
		return make([]byte, size, 2*size)
	}
	return b[:size]
}

// records are those of the features that are somewhere, each good until the next.
func records(features Features, properties []property) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		var r record
		var value []byte
		for f, err := range features {
			if err == nil && nowhere(f.WKB) {
				continue
			}
			if err == nil {
				err = r.locate(f)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			r.values = r.values[:0]
			for i := range properties {
				value = properties[i].append(value[:0], f)
				r.values = appendBytes(r.values, value)
			}
			if !yield(&r, nil) {
				return
			}
		}
	}
}

func (r *record) locate(f *dataset.Feature) error {
	longitude, latitude, ok := geo.PointOf(f.WKB)
	if !ok {
		return fault.New(fault.Internal, "the geometry of feature %d is no point", f.Ord)
	}
	x, y := geo.WorldPosition(longitude, latitude)
	r.x, r.y, r.ord = fraction(x), fraction(y), f.Ord
	r.code = geo.Hilbert(r.x, r.y)
	return nil
}

// fraction is a place from 0 to 1 in 2^-32; the far edge of the world is in its last tile.
func fraction(place float64) uint32 { return uint32(min(place*(1<<32), math.MaxUint32)) }
