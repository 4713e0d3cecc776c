package tile

import (
	"encoding/binary"
	"math"

	"maille/internal/schema"
)

// column is a property at a zoom.
type column struct {
	property
	shown  bool // at this zoom
	summed bool
}

// sum is exact: of integers it is one, and of numbers it is rounded once, whatever their order. Null is no value, and the
// sum of none is null.
type sum struct {
	some  bool
	whole int64
	parts []float64 // numbers that share no bit, the smallest first: their sum is that of all (Shewchuk, 1997)
}

func (s *sum) clear() { s.some, s.whole, s.parts = false, 0, s.parts[:0] }

// add adds a value, MVT's message, and says whether the sum can be held.
func (s *sum) add(value []byte) bool {
	if len(value) == 0 {
		return true
	}
	s.some = true
	if value[0] == valueDouble {
		return s.addNumber(math.Float64frombits(binary.LittleEndian.Uint64(value[1:])))
	}
	i := readInt(value)
	whole := s.whole + i
	held := (whole >= s.whole) == (i >= 0)
	s.whole = whole
	return held
}

func (s *sum) addNumber(f float64) bool {
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
	return !math.IsInf(f, 0)
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
	case !s.some:
		return dst
	case c.Type == schema.Number:
		return appendValue(dst, schema.Float(s.number()), "")
	}
	return appendInt(dst, s.whole)
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
