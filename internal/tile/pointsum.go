package tile

import (
	"encoding/binary"
	"math"
	"math/bits"

	"maille/internal/schema"
)

// column is a property at a zoom.
type column struct {
	property
	shown  bool // at this zoom
	summed bool
}

// sum is exact: of integers it is one, and of numbers it is rounded once, whatever their order. Null is no value, and the
// sum of none is null. One that 64 bits do not hold is a number, as near as that comes; and there is none of numbers of which
// one is immense.
type sum struct {
	some    bool
	high    int64 // of integers, in 128 bits
	low     uint64
	parts   []float64 // numbers that share no bit, the smallest first: their sum is that of all (Shewchuk, 1997)
	immense bool
}

// immense is what so many numbers may be, as there are things to count, and their sum still is a number.
const immense = 0x1p960

func (s *sum) clear() { *s = sum{parts: s.parts[:0]} }

// add adds a value, MVT's message.
func (s *sum) add(value []byte) {
	if len(value) == 0 {
		return
	}
	s.some = true
	if value[0] == valueDouble {
		s.addNumber(math.Float64frombits(binary.LittleEndian.Uint64(value[1:])))
		return
	}
	i := readInt(value)
	low, carry := bits.Add64(s.low, uint64(i), 0)
	s.low, s.high = low, s.high+i>>63+int64(carry)
}

func (s *sum) addNumber(f float64) {
	if !(math.Abs(f) <= immense) {
		s.immense = true
		return
	}
	s.addPart(f)
}

func (s *sum) addPart(f float64) {
	kept := s.parts[:0]
	for _, p := range s.parts {
		if math.Abs(f) < math.Abs(p) {
			f, p = p, f
		}
		high := f + p
		if low := p - (high - f); low != 0 {
			kept = append(kept, low)
		}
		f = high
	}
	s.parts = append(kept, f)
}

// join adds another sum: that of all, whatever their order.
func (s *sum) join(other *sum) {
	s.some, s.immense = s.some || other.some, s.immense || other.immense
	low, carry := bits.Add64(s.low, other.low, 0)
	s.low, s.high = low, s.high+other.high+int64(carry)
	for _, f := range other.parts {
		s.addPart(f)
	}
}

// number is the sum of the parts, rounded once, half to even.
func (s *sum) number() float64 {
	n := len(s.parts) - 1
	high, low := s.parts[n], 0.0
	for n > 0 && low == 0 {
		n--
		f := high
		high = f + s.parts[n]
		low = s.parts[n] - (high - f)
	}
	if n > 0 && (low < 0) == (s.parts[n-1] < 0) { // what is left says on which side of the half it is
		if up := high + 2*low; up-high == 2*low {
			return up
		}
	}
	return high
}

// append appends the sum of a column as MVT's message.
func (s *sum) append(dst []byte, c *column) []byte {
	switch {
	case !s.some || s.immense:
		return dst
	case c.Type == schema.Number:
		return appendDouble(dst, s.number())
	case s.high != int64(s.low)>>63:
		return appendDouble(dst, math.FMA(float64(s.high), 0x1p64, float64(s.low)))
	}
	return appendInt(dst, int64(s.low))
}

// readInt reads what appendInt wrote.
func readInt(value []byte) int64 {
	u, _ := binary.Uvarint(value[1:])
	if value[0] == valueSint {
		return int64(u>>1) ^ -int64(u&1)
	}
	return int64(u)
}

// cut takes the first value off those of a record.
func cut(values []byte) (value, rest []byte) {
	size, n := binary.Uvarint(values)
	return values[n : n+int(size)], values[n+int(size):]
}
