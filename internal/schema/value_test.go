package schema_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"maille/internal/schema"
)

func TestTextAndJSON(t *testing.T) {
	for _, c := range []struct {
		name  string
		value schema.Value
		text  string
		json  string
	}{
		{"null", schema.Value{}, "", "null"},
		{"zero is not null", schema.Int(0), "0", "0"},
		{"false is not null", schema.Bool(false), "false", "false"},
		{"the first of January 1970 is not null", schema.DateOf(0), "1970-01-01", `"1970-01-01"`},
		{"a date before it", schema.DateOf(-1), "1969-12-31", `"1969-12-31"`},
		{"true", schema.Bool(true), "true", "true"},
		{"text", schema.Text("a\"b"), `a"b`, `"a\"b"`},
		{"a list", schema.Joined(`a|"b"`), `a|"b"`, `["a","\"b\""]`},
		{"a list of one", schema.Joined("a"), "a", `["a"]`},
		{"an integer", schema.Int(-12), "-12", "-12"},
		{"a whole number has its point", schema.Float(48), "48.0", "48.0"},
		{"minus zero is zero", schema.Float(math.Copysign(0, -1)), "0.0", "0.0"},
		{"a great number has no exponent", schema.Float(1e300), "1" + strings.Repeat("0", 300) + ".0", "1" + strings.Repeat("0", 300) + ".0"},
		{"a small number has no exponent", schema.Float(5e-324), "0." + strings.Repeat("0", 323) + "5", "0." + strings.Repeat("0", 323) + "5"},
		{"shortest, not exact", schema.Float(0.1), "0.1", "0.1"},
		{"NaN is null: JSON has no word for it", schema.Float(math.NaN()), "", "null"},
		{"an infinity is null", schema.Float(math.Inf(-1)), "", "null"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.value.String(); got != c.text {
				t.Errorf("text = %q, want %q", got, c.text)
			}
			if got := string(c.value.AppendJSON([]byte("x"), "|")); got != "x"+c.json {
				t.Errorf("JSON = %s, want x%s", got, c.json)
			}
			if got := c.value.IsNull(); got != (c.json == "null") {
				t.Errorf("IsNull = %v", got)
			}
		})
	}
}

func TestValuesReadBackWhatTheyAreMadeOf(t *testing.T) {
	if v := schema.Int(math.MinInt64); v.Int() != math.MinInt64 || v.Type() != schema.Integer {
		t.Errorf("Int = %d %s", v.Int(), v.Type())
	}
	if v := schema.Float(-0.25); v.Float() != -0.25 || v.Type() != schema.Number {
		t.Errorf("Float = %v %s", v.Float(), v.Type())
	}
	if v := schema.DateOf(math.MinInt32); v.Days() != math.MinInt32 || v.Type() != schema.Date {
		t.Errorf("DateOf = %d %s", v.Days(), v.Type())
	}
	if v := schema.Bool(true); !v.Bool() || v.Type() != schema.Boolean {
		t.Errorf("Bool = %v %s", v.Bool(), v.Type())
	}
	if v := schema.Text("a"); v.Text() != "a" || v.Type() != schema.String {
		t.Errorf("Text = %q %s", v.Text(), v.Type())
	}
	if v := schema.Joined("a|b"); v.Text() != "a|b" || v.Type() != schema.List {
		t.Errorf("Joined = %q %s", v.Text(), v.Type())
	}
	if math.Signbit(schema.Float(math.Copysign(0, -1)).Float()) || schema.Float(math.Copysign(0, -1)) != schema.Float(0) {
		t.Error("two zeros differ, and would hash apart")
	}
}

// decimal is the one form of a number: readers that guess types take 48 for an integer, and few read exponents.
var decimal = regexp.MustCompile(`^-?[0-9]+\.[0-9]+$`)

// TestTextReadsBack: Parse(AppendText(v)) == v, and JSON says the same, for random values of each type.
func TestTextReadsBack(t *testing.T) {
	s := parse(t, columns)
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		for i := range s.Columns {
			c := &s.Columns[i]
			v := random(r, c)
			text := v.AppendText([]byte("before "))
			cell := strings.TrimPrefix(string(text), "before ")
			if got, bad := c.Parse(cell); bad != nil || got != v {
				t.Fatalf("%s: %q reads back as %v (%v)", c.Name, cell, got, bad)
			}
			checkJSON(t, c, v)
			if c.Type == schema.Number && !decimal.MatchString(cell) {
				t.Fatalf("number %q", cell)
			}
		}
	}
}

func checkJSON(t *testing.T, c *schema.Column, v schema.Value) {
	t.Helper()
	data := v.AppendJSON(nil, c.Delimiter)
	var want any
	switch c.Type {
	case schema.Boolean:
		want = v.Bool()
	case schema.List:
		want = strings.Split(v.Text(), c.Delimiter)
	case schema.Integer:
		want = json.Number(strconv.FormatInt(v.Int(), 10))
	case schema.Number:
		want = v.Float()
	default:
		want = v.String()
	}
	plain, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, expected := decode(t, data), decode(t, plain); got != expected {
		t.Fatalf("%s: JSON %s, want %s", c.Name, data, plain)
	}
}

// decode is what encoding/json reads, printed so that values compare; numbers as doubles, but for integers.
func decode(t *testing.T, data []byte) string {
	t.Helper()
	var whole json.Number
	if json.Unmarshal(data, &whole) == nil {
		if _, err := strconv.ParseInt(whole.String(), 10, 64); err == nil && data[0] != '"' {
			return whole.String()
		}
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	again, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(again)
}

func random(r *rand.Rand, c *schema.Column) schema.Value {
	switch c.Type {
	case schema.Integer:
		return schema.Int(int64(r.Uint64()) >> r.IntN(64))
	case schema.Number:
		return randomNumber(r)
	case schema.Boolean:
		return schema.Bool(r.IntN(2) == 1)
	case schema.Date:
		return schema.DateOf(-719162 + r.Int32N(719162+2932897)) // 0001-01-01 to 9999-12-31
	case schema.List:
		items := make([]string, 1+r.IntN(4))
		for i := range items {
			items[i] = strings.ReplaceAll(randomText(r), c.Delimiter[:1], "_")
		}
		return schema.Joined(strings.Join(items, c.Delimiter))
	}
	return schema.Text(randomText(r))
}

func randomNumber(r *rand.Rand) schema.Value {
	for {
		if f := math.Float64frombits(r.Uint64()); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return schema.Float(f)
		}
	}
}

// randomText is of 1 to 12 characters that give trouble, as often as of any others; never NUL.
func randomText(r *rand.Rand) string {
	trouble := []rune("\",;|-:%/\\\r\n\t\x01\x1f\x7f «é\u2028\u2029\ufffd\ufeff😀'")
	var b strings.Builder
	for range 1 + r.IntN(12) {
		if r.IntN(2) == 0 {
			b.WriteRune(trouble[r.IntN(len(trouble))])
		} else {
			b.WriteRune(1 + rune(r.IntN(0xd7ff)))
		}
	}
	return b.String()
}
