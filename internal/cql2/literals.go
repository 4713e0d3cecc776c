package cql2

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// literalOf reads the literal that a word begins when a bracket follows, in capitals; nil when it begins none.
func literalOf(word string) func(*parser) (Expr, error) {
	switch word {
	case "DATE", "TIMESTAMP":
		return (*parser).instant
	case "INTERVAL":
		return (*parser).interval
	case "BBOX":
		return (*parser).bbox
	}
	if shapeOf(word) != nil {
		return (*parser).geometry
	}
	return nil
}

// instant reads DATE('…') or TIMESTAMP('…').
func (p *parser) instant() (Expr, error) {
	start, read := p.tok.at, newTimestamp
	if p.tok.is("DATE") {
		read = newDate
	}
	p.advance()
	p.advance()
	if p.tok.kind != text {
		return nil, p.expected("a text between quotes")
	}
	e, err := read(start, p.tok.at, p.tok.value)
	if err != nil {
		return nil, err
	}
	p.advance()
	return e, p.expect(")")
}

// interval reads INTERVAL(from, to).
func (p *parser) interval() (Expr, error) {
	i := Interval{at: p.tok.at}
	p.advance()
	p.advance()
	var err error
	if i.From, err = p.intervalEnd(); err != nil {
		return nil, err
	}
	if err = p.expect(","); err != nil {
		return nil, err
	}
	if i.To, err = p.intervalEnd(); err != nil {
		return nil, err
	}
	return i, p.expect(")")
}

func (p *parser) intervalEnd() (Expr, error) {
	t := p.tok
	if t.kind == text {
		p.advance()
		return newIntervalEnd(t.at, t.value)
	}
	if t.kind != quotedName && t.kind != name {
		return nil, p.expected("a day, a timestamp, '..', a property or a function")
	}
	e, err := p.value()
	if err != nil {
		return nil, err
	}
	return e, endsInterval(e)
}

// endsInterval says whether an interval may begin or end with it.
func endsInterval(e Expr) error {
	switch e := e.(type) {
	case Date, Timestamp, Property:
		return nil
	case Call:
		if operatorOf(e.Op) == nil {
			return nil
		}
	}
	return wrong(placeOf(e), "an interval has a day, a timestamp, '..', a property or a function at its ends")
}

// newIntervalEnd is nil for "..".
func newIntervalEnd(place at, written string) (Expr, error) {
	switch {
	case written == "..":
		return nil, nil
	case strings.Contains(written, "T"):
		return newTimestamp(place, place, written)
	}
	return newDate(place, place, written)
}

// newDate reads a day that is written where within says.
func newDate(place, within at, written string) (Expr, error) {
	day, err := time.Parse(time.DateOnly, written)
	if err != nil || !writable(day) {
		return nil, wrong(within, "'%s' is no day such as 2026-06-30", shorten(written))
	}
	return Date{place, day}, nil
}

func newTimestamp(place, within at, written string) (Expr, error) {
	instant, err := time.Parse(time.RFC3339Nano, written)
	if err != nil || !writable(instant.UTC()) {
		return nil, wrong(within, "'%s' is no timestamp such as 2026-06-30T12:00:00Z", shorten(written))
	}
	return Timestamp{place, instant.UTC()}, nil
}

// writable says whether a year has the four digits of ISO 8601, and is one of the calendar's.
func writable(t time.Time) bool { return t.Year() >= 1 && t.Year() <= 9999 }

// newNumber keeps the digits of a whole number, and otherwise the shortest text that says the same float64.
func newNumber(place at, written string) (Expr, error) {
	value, err := strconv.ParseFloat(written, 64)
	if err != nil { // beyond float64 too
		return nil, wrong(place, "%s is beyond all numbers", shorten(written))
	}
	unsigned, negative := strings.CutPrefix(written, "-")
	if value == 0 || digits(unsigned) < len(unsigned) {
		return Number{place, value + 0, string(appendFloat(nil, value))}, nil
	}
	whole := strings.TrimLeft(unsigned, "0")
	if negative {
		whole = "-" + whole
	}
	return Number{place, value, whole}, nil
}

// appendFloat prints a number as both forms of CQL2 read it.
func appendFloat(dst []byte, v float64) []byte {
	magnitude := math.Abs(v)
	switch {
	case magnitude == 0:
		return append(dst, '0')
	case magnitude >= 1e-7 && magnitude < 1e21:
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'e', -1, 64)
}

// newText refuses what no text of PostgreSQL has.
func newText(place at, value string) (Expr, error) {
	if strings.IndexByte(value, 0) >= 0 {
		return nil, wrong(place, "a text has the character U+0000")
	}
	return Text{place, value}, nil
}

func newProperty(place at, name string) (Expr, error) {
	if name == "" || strings.IndexByte(name, 0) >= 0 {
		return nil, wrong(place, "the name of a property is empty or has the character U+0000")
	}
	return Property{place, name}, nil
}
