package source

import (
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	meta "github.com/parquet-go/parquet-go/format"
)

// parquetText is how values of a type are written as cells, and the type's name; nil when they are not read.
func parquetText(t parquet.Type) (text func(parquet.Value) string, name string) {
	name = t.String()
	if logical := t.LogicalType(); logical != nil {
		switch l := logical.Value.(type) {
		case *meta.StringType, *meta.EnumType, *meta.JsonType:
			return bytesText, name
		case *meta.DateType:
			return dateText, name
		case *meta.TimestampType:
			return timestampText(l), name
		case *meta.DecimalType:
			return decimalText(t.Kind(), l), name
		case *meta.IntType:
			return integerText(t.Kind(), l.IsSigned), name
		case nil:
		default:
			return nil, name
		}
	}
	return plainText(t.Kind()), name
}

func plainText(kind parquet.Kind) func(parquet.Value) string {
	switch kind {
	case parquet.Boolean:
		return func(v parquet.Value) string { return strconv.FormatBool(v.Boolean()) }
	case parquet.Int32, parquet.Int64:
		return integerText(kind, true)
	case parquet.Int96: // how Spark and Impala wrote instants
		return func(v parquet.Value) string { return instant(int96Time(v)) }
	case parquet.Float:
		return func(v parquet.Value) string { return finite(float64(v.Float()), 32) }
	case parquet.Double:
		return func(v parquet.Value) string { return finite(v.Double(), 64) }
	case parquet.ByteArray: // text of writers that do not say so
		return bytesText
	}
	return nil
}

func bytesText(v parquet.Value) string { return string(v.ByteArray()) }

func formatFloat(f float64, bits int) string { return strconv.FormatFloat(f, 'f', -1, bits) }

func integerText(kind parquet.Kind, signed bool) func(parquet.Value) string {
	switch {
	case kind == parquet.Int32 && signed:
		return func(v parquet.Value) string { return strconv.FormatInt(int64(v.Int32()), 10) }
	case kind == parquet.Int32:
		return func(v parquet.Value) string { return strconv.FormatUint(uint64(v.Uint32()), 10) }
	case kind == parquet.Int64 && signed:
		return func(v parquet.Value) string { return strconv.FormatInt(v.Int64(), 10) }
	case kind == parquet.Int64:
		return func(v parquet.Value) string { return strconv.FormatUint(v.Uint64(), 10) }
	}
	return nil
}

func dateText(v parquet.Value) string {
	return time.Unix(int64(v.Int32())*24*60*60, 0).UTC().Format(time.DateOnly)
}

func timestampText(t *meta.TimestampType) func(parquet.Value) string {
	switch t.Unit.Value.(type) {
	case *meta.MilliSeconds:
		return func(v parquet.Value) string { return instant(time.UnixMilli(v.Int64())) }
	case *meta.MicroSeconds:
		return func(v parquet.Value) string { return instant(time.UnixMicro(v.Int64())) }
	case *meta.NanoSeconds:
		return func(v parquet.Value) string { return instant(time.Unix(0, v.Int64())) }
	}
	return nil
}

// instant writes midnight as the date alone: tables of days come out of data frames as instants.
func instant(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02T15:04:05.999999999")
}

// int96Time is a Julian day after the nanoseconds of the day.
func int96Time(v parquet.Value) time.Time {
	const epoch = 2440588 // the Julian day of 1970-01-01
	n := v.Int96()
	return time.Unix((int64(n[2])-epoch)*24*60*60, int64(n[0])|int64(n[1])<<32)
}

// mostScale is what the widest decimal of any writer has.
const mostScale = 76

func decimalText(kind parquet.Kind, t *meta.DecimalType) func(parquet.Value) string {
	scale := int(t.Scale)
	if scale < 0 || scale > mostScale {
		return nil
	}
	switch kind {
	case parquet.Int32:
		return func(v parquet.Value) string { return scaled(strconv.FormatInt(int64(v.Int32()), 10), scale) }
	case parquet.Int64:
		return func(v parquet.Value) string { return scaled(strconv.FormatInt(v.Int64(), 10), scale) }
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(v parquet.Value) string { return scaled(twosComplement(v.ByteArray()).String(), scale) }
	}
	return nil
}

func twosComplement(b []byte) *big.Int {
	const widest = 64 // bytes
	if len(b) > widest {
		b = b[len(b)-widest:]
	}
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// scaled puts a decimal point before so many last digits, and drops the zeros that end them.
func scaled(digits string, scale int) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if scale == 0 {
		return sign + digits
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	point := len(digits) - scale
	return sign + strings.TrimRight(strings.TrimRight(digits[:point]+"."+digits[point:], "0"), ".")
}
