package schema

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// CellError says which rule a cell breaks. Its words for people are in package dataset, by Rule.
type CellError struct {
	Rule     string // type, required, enum, pattern, minimum, maximum, min-length, max-length, encoding
	Value    string // the offending text: the cell, or one item of a list
	Expected string // the type, limit or pattern that was expected
}

func (e *CellError) Error() string { return e.Rule + ": " + strconv.Quote(e.Value) }

// Parse reads a cell's text that is not missing (see Schema.Missing) and checks its constraints. Lists lose empty items.
func (c *Column) Parse(cell string) (Value, *CellError) {
	v, ok := c.read(cell)
	if textual := c.Type == String || c.Type == List; (textual || !ok) && !readable(cell) { // a number or a date that was read is of ASCII
		return Value{}, &CellError{Rule: "encoding", Value: strings.ReplaceAll(strings.ToValidUTF8(cell, "\ufffd"), "\x00", "\ufffd")}
	}
	if !ok {
		return Value{}, &CellError{Rule: "type", Value: cell, Expected: string(c.Type)}
	}
	if v.IsNull() {
		return v, nil
	}
	return v, c.check(v)
}

func readable(cell string) bool { return utf8.ValidString(cell) && strings.IndexByte(cell, 0) < 0 }

func (c *Column) read(cell string) (Value, bool) {
	switch c.Type {
	case Integer:
		i, err := strconv.ParseInt(cell, 10, 64)
		return Int(i), err == nil
	case Number:
		return readNumber(cell)
	case Boolean:
		return readBoolean(cell)
	case Date:
		t, err := time.Parse(time.DateOnly, cell)
		return DateOf(int32(t.Unix() / 86400)), err == nil && t.Year() > 0 // PostgreSQL, like the calendar, has no year 0
	case List:
		return readList(cell, c.Delimiter), true
	}
	return Text(cell), true
}

// readNumber refuses NaN and infinities, which JSON cannot say, and hexadecimal and underscores, which are Go's.
func readNumber(cell string) (Value, bool) {
	for i := range len(cell) {
		if c := cell[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return Value{}, false
		}
	}
	f, err := strconv.ParseFloat(cell, 64)
	return Float(f), err == nil
}

func readBoolean(cell string) (Value, bool) {
	switch cell {
	case "true", "True", "TRUE", "1":
		return Bool(true), true
	case "false", "False", "FALSE", "0":
		return Bool(false), true
	}
	return Value{}, false
}

// readList drops empty items: the national schema's pattern lets a list begin with its delimiter.
func readList(cell, delimiter string) Value {
	if !strings.HasPrefix(cell, delimiter) && !strings.HasSuffix(cell, delimiter) && !strings.Contains(cell, delimiter+delimiter) {
		return Joined(cell)
	}
	var items []string
	for item := range strings.SplitSeq(cell, delimiter) {
		if item != "" {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		return Value{}
	}
	return Joined(strings.Join(items, delimiter))
}

func (c *Column) check(v Value) *CellError {
	if c.allowed != nil {
		if bad, found := c.notAllowed(v); found {
			return &CellError{Rule: "enum", Value: bad}
		}
	}
	switch c.Type {
	case String:
		return c.checkText(v.text)
	case Integer:
		return c.checkRange(v, float64(v.Int()))
	case Number:
		return c.checkRange(v, v.Float())
	}
	return nil
}

func (c *Column) notAllowed(v Value) (string, bool) {
	if c.Type != List {
		text := v.text
		if c.Type != String {
			text = v.String()
		}
		return text, !c.allowed[text]
	}
	for item := range strings.SplitSeq(v.text, c.Delimiter) {
		if !c.allowed[item] {
			return item, true
		}
	}
	return "", false
}

func (c *Column) checkText(text string) *CellError {
	if c.pattern != nil && !c.pattern.MatchString(text) {
		return &CellError{Rule: "pattern", Value: text, Expected: c.Constraints.Pattern}
	}
	if least := c.Constraints.MinLength; least > 0 && utf8.RuneCountInString(text) < least {
		return &CellError{Rule: "min-length", Value: text, Expected: strconv.Itoa(least)}
	}
	if most := c.Constraints.MaxLength; most > 0 && len(text) > most && utf8.RuneCountInString(text) > most {
		return &CellError{Rule: "max-length", Value: text, Expected: strconv.Itoa(most)}
	}
	return nil
}

func (c *Column) checkRange(v Value, f float64) *CellError {
	if least := c.Constraints.Minimum; least != nil && f < *least {
		return &CellError{Rule: "minimum", Value: v.String(), Expected: strconv.FormatFloat(*least, 'f', -1, 64)}
	}
	if most := c.Constraints.Maximum; most != nil && f > *most {
		return &CellError{Rule: "maximum", Value: v.String(), Expected: strconv.FormatFloat(*most, 'f', -1, 64)}
	}
	return nil
}
