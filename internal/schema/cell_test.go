package schema_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"maille/internal/schema"
)

// columns are one of each type, without constraints.
const columns = `
	{"name": "s", "type": "string"}, {"name": "i", "type": "integer"}, {"name": "n", "type": "number"},
	{"name": "b", "type": "boolean"}, {"name": "d", "type": "date"}, {"name": "l", "type": "list", "delimiter": "|"},
	{"name": "l2", "type": "list", "delimiter": "--"}`

func TestParseCell(t *testing.T) {
	s := parse(t, columns)
	for _, c := range []struct {
		name   string
		column string
		cell   string
		want   string // textual form; "refused" when the cell is not of the type, "null" when it holds nothing
	}{
		{"text as it is", "s", " été, \"x\"\n", " été, \"x\"\n"},
		{"an integer", "i", "42", "42"},
		{"leading zeros and a sign", "i", "+007", "7"},
		{"the least integer", "i", "-9223372036854775808", "-9223372036854775808"},
		{"one more than the greatest", "i", "9223372036854775808", "refused"},
		{"an integer with a decimal part", "i", "42.0", "refused"},
		{"an integer in Go's notation", "i", "1_000", "refused"},
		{"hexadecimal", "i", "0x10", "refused"},
		{"a space before", "i", " 42", "refused"},
		{"thousands", "i", "1 000", "refused"},
		{"digits of another script", "i", "٤٢", "refused"},
		{"a number", "n", "48.6329582", "48.6329582"},
		{"an integer is a number, with its point", "n", "48", "48.0"},
		{"an exponent", "n", "1e3", "1000.0"},
		{"a point alone before", "n", ".5", "0.5"},
		{"the decimal comma", "n", "48,6", "refused"},
		{"minus zero is zero", "n", "-0.0", "0.0"},
		{"what underflows to minus zero is zero", "n", "-1e-400", "0.0"},
		{"the least number", "n", "5e-324", "0." + strings.Repeat("0", 323) + "5"},
		{"the greatest power of ten", "n", "1e308", "1" + strings.Repeat("0", 308) + ".0"},
		{"what overflows", "n", "1e309", "refused"},
		{"NaN", "n", "NaN", "refused"},
		{"nan", "n", "nan", "refused"},
		{"Inf", "n", "Inf", "refused"},
		{"-infinity", "n", "-infinity", "refused"},
		{"a hexadecimal number", "n", "0x1p-2", "refused"},
		{"a number in Go's notation", "n", "1_000.5", "refused"},
		{"a point and nothing", "n", ".", "refused"},
		{"true", "b", "true", "true"},
		{"TRUE", "b", "TRUE", "true"},
		{"1", "b", "1", "true"},
		{"False", "b", "False", "false"},
		{"0", "b", "0", "false"},
		{"oui is not Table Schema's", "b", "oui", "refused"},
		{"t is Go's", "b", "t", "refused"},
		{"a date", "d", "2024-02-29", "2024-02-29"},
		{"a date before 1970", "d", "1582-10-15", "1582-10-15"},
		{"the first date", "d", "0001-01-01", "0001-01-01"},
		{"the last date", "d", "9999-12-31", "9999-12-31"},
		{"a date of a year that PostgreSQL has not", "d", "0000-12-31", "refused"},
		{"a day that is not in the month", "d", "2023-02-29", "refused"},
		{"a date the French way", "d", "29/02/2024", "refused"},
		{"a date and a time", "d", "2024-02-29T00:00:00Z", "refused"},
		{"a date without its zeros", "d", "2024-2-9", "refused"},
		{"a list", "l", "a|b", "a|b"},
		{"a list that begins with its delimiter", "l", "|a|b", "a|b"},
		{"a list that ends with it", "l", "a|b|", "a|b"},
		{"a list that doubles it", "l", "a||b", "a|b"},
		{"a list keeps its order and its doubles", "l", "b|a|b", "b|a|b"},
		{"a list of nothing", "l", "||", "null"},
		{"a list of one", "l", "a", "a"},
		{"spaces are part of an item", "l", "a | b", "a | b"},
		{"a delimiter of two bytes", "l2", "--a----b-c--", "a--b-c"},
		{"half a delimiter is text", "l2", "a-b", "a-b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, bad := s.Column(c.column).Parse(c.cell)
			got := v.String()
			switch {
			case bad != nil:
				got = "refused"
				if want := (schema.CellError{Rule: "type", Value: c.cell, Expected: string(s.Column(c.column).Type)}); *bad != want {
					t.Errorf("error = %+v, want %+v", *bad, want)
				}
				if !v.IsNull() {
					t.Errorf("a refused cell has a value, %s", v)
				}
			case v.IsNull():
				got = "null"
			}
			if got != c.want {
				t.Errorf("Parse(%q) = %q, want %q", c.cell, got, c.want)
			}
		})
	}
}

func TestParseRefusesWhatPostgreSQLCannotHold(t *testing.T) {
	s := parse(t, columns)
	for _, c := range []struct{ name, cell, want string }{
		{"latin-1", "caf\xe9", "caf\ufffd"},
		{"a surrogate", "a\xed\xa0\x80b", "a\ufffdb"},
		{"a NUL", "a\x00b", "a\ufffdb"},
		{"a NUL and latin-1", "\x00\xe9", "\ufffd\ufffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range s.Names() {
				_, bad := s.Column(name).Parse(c.cell)
				if want := (schema.CellError{Rule: "encoding", Value: c.want}); bad == nil || *bad != want {
					t.Errorf("%s: %+v, want %+v", name, bad, want)
				}
			}
		})
	}
}

func TestConstraints(t *testing.T) {
	s := parse(t, `
		{"name": "code", "type": "string", "constraints": {"pattern": "\\d{5}|2[AB]\\d{3}"}},
		{"name": "lines", "type": "string", "constraints": {"pattern": "(?m)^a$"}},
		{"name": "short", "type": "string", "constraints": {"minLength": 2, "maxLength": 3}},
		{"name": "word", "type": "string", "constraints": {"enum": ["oui", "non"]}},
		{"name": "level", "type": "integer", "constraints": {"enum": ["1", "2"]}},
		{"name": "step", "type": "number", "constraints": {"enum": ["0.5", "1.0"]}},
		{"name": "year", "type": "integer", "constraints": {"minimum": 1990, "maximum": 2100}},
		{"name": "share", "type": "number", "constraints": {"minimum": 0, "maximum": 100.5}},
		{"name": "kinds", "type": "list", "delimiter": "|", "items": {"enum": ["Fixe", "Itinérant"]}}`)
	for _, c := range []struct {
		name   string
		column string
		cell   string
		want   schema.CellError // the zero value when the cell is good
	}{
		{"a pattern met", "code", "91228", schema.CellError{}},
		{"the other branch met", "code", "2A004", schema.CellError{}},
		{"text before the pattern", "code", "x91228", schema.CellError{Rule: "pattern", Value: "x91228", Expected: `\d{5}|2[AB]\d{3}`}},
		{"text after the pattern", "code", "2A0045", schema.CellError{Rule: "pattern", Value: "2A0045", Expected: `\d{5}|2[AB]\d{3}`}},
		{"a newline after the pattern", "code", "91228\n", schema.CellError{Rule: "pattern", Value: "91228\n", Expected: `\d{5}|2[AB]\d{3}`}},
		{"one line of two, though the pattern asks for lines", "lines", "a\nb", schema.CellError{Rule: "pattern", Value: "a\nb", Expected: `(?m)^a$`}},
		{"two characters of six bytes", "short", "日本", schema.CellError{}},
		{"three characters of six bytes", "short", "éàù", schema.CellError{}},
		{"one character of three bytes", "short", "日", schema.CellError{Rule: "min-length", Value: "日", Expected: "2"}},
		{"four characters", "short", "éàùè", schema.CellError{Rule: "max-length", Value: "éàùè", Expected: "3"}},
		{"a word of the list", "word", "oui", schema.CellError{}},
		{"case counts", "word", "Oui", schema.CellError{Rule: "enum", Value: "Oui"}},
		{"an integer of the list, written otherwise", "level", "+02", schema.CellError{}},
		{"an integer out of the list", "level", "03", schema.CellError{Rule: "enum", Value: "3"}},
		{"a number of the list, written otherwise", "step", "1", schema.CellError{}},
		{"a number out of the list", "step", "2", schema.CellError{Rule: "enum", Value: "2.0"}},
		{"the minimum itself", "year", "1990", schema.CellError{}},
		{"below the minimum", "year", "1989", schema.CellError{Rule: "minimum", Value: "1989", Expected: "1990"}},
		{"above the maximum", "year", "2101", schema.CellError{Rule: "maximum", Value: "2101", Expected: "2100"}},
		{"the maximum itself", "share", "100.5", schema.CellError{}},
		{"just above the maximum", "share", "100.50000000000001", schema.CellError{Rule: "maximum", Value: "100.50000000000001", Expected: "100.5"}},
		{"just below zero", "share", "-0.1", schema.CellError{Rule: "minimum", Value: "-0.1", Expected: "0"}},
		{"items of the list", "kinds", "|Fixe|Itinérant", schema.CellError{}},
		{"an item out of the list is named alone", "kinds", "Fixe|Mobile|Volant", schema.CellError{Rule: "enum", Value: "Mobile"}},
		{"a space around a delimiter", "kinds", "Fixe| Itinérant", schema.CellError{Rule: "enum", Value: " Itinérant"}},
		{"no item at all", "kinds", "|", schema.CellError{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, bad := s.Column(c.column).Parse(c.cell)
			if bad == nil {
				bad = &schema.CellError{}
			}
			if *bad != c.want {
				t.Errorf("Parse(%q) = %+v, want %+v", c.cell, *bad, c.want)
			}
		})
	}
}

// FuzzParseCell: a cell is refused with words that PostgreSQL can hold, or becomes a value whose text reads back as it.
func FuzzParseCell(f *testing.F) {
	for _, cell := range []string{"", "a|b||c", "-0", "1e308", "2024-02-29", "TRUE", "\x00", "caf\xe9", "--a----b", "\u2028", "9223372036854775807"} {
		f.Add(cell)
	}
	s := parse(f, columns)
	f.Fuzz(func(t *testing.T, cell string) {
		if cell == "" {
			return
		}
		for i := range s.Columns {
			c := &s.Columns[i]
			v, bad := c.Parse(cell)
			if bad != nil {
				if !utf8.ValidString(bad.Value) || strings.Contains(bad.Value, "\x00") {
					t.Fatalf("%s: error %q", c.Name, bad.Value)
				}
				continue
			}
			if v.IsNull() {
				if c.Type != schema.List {
					t.Fatalf("%s: Parse(%q) is null", c.Name, cell)
				}
				continue
			}
			if again, bad := c.Parse(v.String()); bad != nil || again != v {
				t.Fatalf("%s: Parse(%q) = %v, which reads back as %v (%v)", c.Name, cell, v, again, bad)
			}
			if !json.Valid(v.AppendJSON(nil, c.Delimiter)) {
				t.Fatalf("%s: %s is not JSON", c.Name, v.AppendJSON(nil, c.Delimiter))
			}
		}
	})
}
