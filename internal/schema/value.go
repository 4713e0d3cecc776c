package schema

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Value is one cell. The zero Value is null, which is never zero and never the empty text.
type Value struct {
	kind kind
	bits uint64 // integer, number (IEEE 754), boolean, date (days since 1970-01-01)
	text string // string, or the items of a list joined by its delimiter
}

// kind is a Type in one byte: millions of values are copied.
type kind uint8

const (
	null kind = iota
	text
	integer
	number
	boolean
	date
	list
)

var typeOf = [...]Type{"", String, Integer, Number, Boolean, Date, List}

func Text(s string) Value     { return Value{kind: text, text: s} }
func Int(i int64) Value       { return Value{kind: integer, bits: uint64(i)} }
func DateOf(days int32) Value { return Value{kind: date, bits: uint64(int64(days))} }

// Float is a finite number: NaN and the infinities, which JSON cannot say, are null. Minus zero is zero, so that equal
// numbers have one text and one hash.
func Float(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: number, bits: math.Float64bits(f + 0)}
}

// Joined is a list whose items are joined by the column's delimiter.
func Joined(s string) Value { return Value{kind: list, text: s} }

// Bool is a truth value.
func Bool(b bool) Value {
	if b {
		return Value{kind: boolean, bits: 1}
	}
	return Value{kind: boolean}
}

func (v Value) IsNull() bool   { return v.kind == null }
func (v Value) Type() Type     { return typeOf[v.kind] }
func (v Value) HasText() bool  { return v.kind == text || v.kind == list } // which may hold any character
func (v Value) Text() string   { return v.text }
func (v Value) Int() int64     { return int64(v.bits) }
func (v Value) Float() float64 { return math.Float64frombits(v.bits) }
func (v Value) Bool() bool     { return v.bits != 0 }

// WithText is the value with another text, if it is one that has a text.
func (v Value) WithText(s string) Value {
	if v.kind == text || v.kind == list {
		v.text = s
	}
	return v
}

// Days is a date as days since 1970-01-01.
func (v Value) Days() int32 { return int32(int64(v.bits)) }

// AppendText appends the one textual form that a value has everywhere (API, CSV, pages); nothing for null.
//
// A number always has a decimal point and never an exponent: readers that guess types from the first rows would take
// 48 for an integer and then cut 48.6 (csv-detective, GDAL).
func (v Value) AppendText(dst []byte) []byte {
	switch v.kind {
	case text, list:
		return append(dst, v.text...)
	case integer:
		return strconv.AppendInt(dst, v.Int(), 10)
	case number:
		return AppendNumber(dst, v.Float())
	case boolean:
		return strconv.AppendBool(dst, v.Bool())
	case date:
		return v.time().AppendFormat(dst, time.DateOnly)
	}
	return dst
}

// AppendNumber appends the shortest decimal form that reads back as f, with a decimal point and no exponent.
func AppendNumber(dst []byte, f float64) []byte {
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, '.', '0')
}

// String is the textual form, for messages and tests.
func (v Value) String() string { return string(v.AppendText(nil)) }

// AppendJSON appends the value as JSON; delimiter is the column's, for lists.
func (v Value) AppendJSON(dst []byte, delimiter string) []byte {
	switch v.kind {
	case null:
		return append(dst, "null"...)
	case text:
		return AppendQuoted(dst, v.text)
	case date:
		return append(v.AppendText(append(dst, '"')), '"')
	case list:
		return v.appendItems(dst, delimiter)
	}
	return v.AppendText(dst)
}

func (v Value) appendItems(dst []byte, delimiter string) []byte {
	dst = append(dst, '[')
	first := true
	for item := range strings.SplitSeq(v.text, delimiter) {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendQuoted(dst, item)
	}
	return append(dst, ']')
}

func (v Value) time() time.Time { return time.Unix(int64(v.Days())*86400, 0).UTC() }
