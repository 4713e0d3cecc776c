package cql2_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"maille/internal/cql2"
	"maille/internal/fault"
)

var fields = []cql2.Field{
	{Name: "code_insee", Kind: cql2.KindText}, {Name: "nom", Kind: cql2.KindText}, {Name: "population", Kind: cql2.KindNumber},
	{Name: "surface", Kind: cql2.KindNumber}, {Name: "date_maj", Kind: cql2.KindDate}, {Name: "ouvert", Kind: cql2.KindBoolean},
	{Name: "services", Kind: cql2.KindArray}, {Name: "geometry", Kind: cql2.KindGeometry}, {Name: "état", Kind: cql2.KindText, Enum: []string{"neuf"}},
}

func text(t *testing.T, filter string) cql2.Expr {
	t.Helper()
	e, err := cql2.ParseText(filter)
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	return e
}

// TestExamples reads the standard's examples in both forms, which are the same tree.
func TestExamples(t *testing.T) {
	for _, x := range examples {
		t.Run(x.name, func(t *testing.T) {
			fromText := text(t, x.text)
			fromJSON, err := cql2.ParseJSON([]byte(x.json))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(cql2.Bare(fromText), cql2.Bare(fromJSON)) {
				t.Errorf("text %s\njson %s", cql2.AppendJSON(nil, fromText), cql2.AppendJSON(nil, fromJSON))
			}
			stable(t, fromText)
		})
	}
}

// stable prints a tree and reads it again, in both forms.
func stable(t *testing.T, e cql2.Expr) {
	t.Helper()
	printed := string(cql2.AppendText(nil, e))
	again, err := cql2.ParseText(printed)
	if err != nil {
		t.Fatalf("its text %s: %v", printed, err)
	}
	document := cql2.AppendJSON(nil, again)
	through, err := cql2.ParseJSON(document)
	if err != nil {
		t.Fatalf("its JSON %s: %v", document, err)
	}
	if !reflect.DeepEqual(cql2.Bare(e), cql2.Bare(through)) {
		t.Errorf("%s\nbecame %s", cql2.AppendJSON(nil, e), cql2.AppendJSON(nil, through))
	}
	if second := string(cql2.AppendText(nil, through)); second != printed {
		t.Errorf("text %s\nbecame %s", printed, second)
	}
}

func TestAbstractTests(t *testing.T) {
	for _, filter := range abstractTests {
		e := text(t, filter)
		if _, err := cql2.Check(e, fields); err != nil {
			t.Errorf("%s: %v", filter, err)
		}
		stable(t, e)
	}
}

func TestQGIS(t *testing.T) {
	for _, x := range ofQGIS {
		checked, err := cql2.Check(text(t, x.text), fields)
		if err != nil {
			t.Errorf("%s: %v", x.text, err)
		} else if got := string(cql2.AppendText(nil, checked)); got != x.canonical {
			t.Errorf("%s\ngave %s\nwant %s", x.text, got, x.canonical)
		}
	}
}

// TestCanonical reads text and prints the one form of its tree.
func TestCanonical(t *testing.T) {
	for _, c := range []struct{ about, text, want string }{
		{"AND binds closer than OR, NOT closer than AND", `not a and b or c and (d or e)`, `NOT a AND b OR c AND (d OR e)`},
		{"NOT takes a whole comparison", `not a = b`, `NOT a = b`},
		{"chains are one node", `a and (b and (c and d))`, `a AND b AND c AND d`},
		{"brackets that change nothing go", `((((a)) = ((1))))`, `a = 1`},
		{"brackets that matter stay", `(a or b) and not (c and d)`, `(a OR b) AND NOT (c AND d)`},
		{"a predicate may be a value", `(a > 1) = TRUE`, `(a > 1) = TRUE`},
		{"two NOT", `not not a`, `NOT (NOT a)`},
		{"NOT inside", `not a like 'x'`, `a NOT LIKE 'x'`},
		{"NOT of a negated predicate", `not (a not in (1))`, `NOT a NOT IN (1)`},
		{"multiplication before addition", `a = 1 + 2 * 3 - 4 / 5 % 6 div 7`, `a = 1 + 2 * 3 - 4 / 5 % 6 div 7`},
		{"from the left", `a = 1 - (2 - 3) - 4`, `a = 1 - (2 - 3) - 4`},
		{"brackets of a first term go", `a = (1 - 2) - 3`, `a = 1 - 2 - 3`},
		{"a power before a product", `a = 2 * b ^ 2`, `a = 2 * b ^ 2`},
		{"powers from the right", `a = 2 ^ 3 ^ 2`, `a = 2 ^ (3 ^ 2)`},
		{"a power of a power", `a = (2 ^ 3) ^ 2`, `a = (2 ^ 3) ^ 2`},
		{"a sign belongs to its number", `a = -2 ^ 2`, `a = -2 ^ 2`},
		{"a sign of a property", `a = -b ^ 2`, `a = (-1 * b) ^ 2`},
		{"signs", `a = - -1 and b = +1 and c = 1 - -1 and d = 3-+-1`, `a = 1 AND b = 1 AND c = 1 - -1 AND d = 3 - -1`},
		{"numbers", `a in (007, 1., .5, 1E3, 1.50e-2, 1e-9, 1e21, -0, -0.0, 123456789012345678901)`, `a IN (7, 1, 0.5, 1000, 0.015, 1e-09, 1e+21, 0, 0, 123456789012345678901)`},
		{"a number beside a name", `a=1and b=2`, `a = 1 AND b = 2`},
		{"keywords in any case", `a iS nOt nULL aNd b BeTween 1 AnD 2`, `a IS NOT NULL AND b BETWEEN 1 AND 2`},
		{"a keyword is no property, quoted it is", `"and" = "a b" and date = point and div = "TRUE"`, `"and" = "a b" AND "date" = "point" AND "div" = "TRUE"`},
		{"a double quote in a name", `"a""b" = 1`, `"a""b" = 1`},
		{"names of the standard", `eo:cloud.cover = é‿1 and _a = :b`, `eo:cloud.cover = é‿1 AND _a = :b`},
		{"escapes of a text", `a = 'it''s \'\\ \t\n%\%'`, `a = 'it''s ''\\ \t\n%\\%'`},
		{"a text of several scripts", `a = '日本 🏠 ﷽'`, `a = '日本 🏠 ﷽'`},
		{"all kinds of space", "\ta\u00a0=\u30001\r\n", `a = 1`},
		{"an offset becomes UTC", `a = timestamp('2026-01-01T01:30:00.5+02:00')`, `a = TIMESTAMP('2025-12-31T23:30:00.5Z')`},
		{"ends of an interval", `t_during(interval(a, DATE('2026-01-01')), interval('..', "x"))`, `T_DURING(INTERVAL(a, '2026-01-01'), INTERVAL('..', x))`},
		{"ends that are functions", `t_meets(interval(now(), f(a, 1)), b)`, `T_MEETS(INTERVAL(now(), f(a, 1)), b)`},
		{"heights are dropped", `s_within(a, linestring zm (1 2 3 4, 5 6 7 8))`, `S_WITHIN(a, LINESTRING(1 2, 5 6))`},
		{"heights without a Z", `s_within(a, point(1 2 3))`, `S_WITHIN(a, POINT(1 2))`},
		{"points in brackets or not", `s_within(a, multipoint((1 2), 3 -4))`, `S_WITHIN(a, MULTIPOINT((1 2), (3 -4)))`},
		{"empty shapes", `s_within(point empty, polygon z empty) or s_within(a, geometrycollection(linestring empty))`,
			`S_WITHIN(MULTIPOINT EMPTY, POLYGON EMPTY) OR S_WITHIN(a, GEOMETRYCOLLECTION(LINESTRING EMPTY))`},
		{"lists", `a_equals((), (('x'), (1 + 2), (1 + 2) * 3, b))`, `A_EQUALS((), (('x'), (1 + 2), (1 + 2) * 3, b))`},
		{"a list of one", `a_contains(a, ('x'))`, `A_CONTAINS(a, ('x'))`},
		{"conditions in a list", `a_equals((not (a), b = 1 and c), ((a) = 1))`, `A_EQUALS((NOT a, b = 1 AND c), (a = 1))`},
		{"brackets in arguments are no list", `round((a)) = abs((b + 1) * 2)`, `round(a) = abs((b + 1) * 2)`},
	} {
		e := text(t, c.text)
		if got := string(cql2.AppendText(nil, e)); got != c.want {
			t.Errorf("%s: %s\ngave %s\nwant %s", c.about, c.text, got, c.want)
		}
		stable(t, e)
	}
}

// TestEscapes holds character literals to /req/cql2-text/escaping, and JSON's texts to what text can say.
func TestEscapes(t *testing.T) {
	e := text(t, `a = 'it''s it\'s \a\b\t\n\v\f\r\\ \% \_ \x'`)
	want := "it's it's \a\b\t\n\v\f\r\\ \\% \\_ \\x"
	if got := e.(cql2.Call).Args[1].(cql2.Text).Value; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	stable(t, e)
	if got := string(cql2.AppendJSON(nil, text(t, `a <> '<&>'`))); got != `{"op":"<>","args":[{"property":"a"},"<&>"]}` {
		t.Error(got)
	}
	for _, value := range []string{`"\\"`, `"'"`, `"\\'"`, `"a\\\\"`, `"\u0007\b\t\n\u000b\f\r\u0001\u2028"`, `""`, `"<&>"`} {
		e, err := cql2.ParseJSON([]byte(value))
		if err != nil {
			t.Fatal(err)
		}
		stable(t, e)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"a\u200cb", "\u200d", "É", "été", "Ω1", "日本", "a.b:c_d", "_", "x\u0301", "\u2070", "\U00010000"} {
		if got := string(cql2.AppendText(nil, text(t, name+" = 1"))); got != name+" = 1" {
			t.Errorf("%q became %q", name, got)
		}
	}
	for _, name := range []string{"1a", "a b", "a@b", "×", "÷", "\u037e", "\u0301", ".a", "a'b", "true", "False", "is", "null", "casei", "Bbox"} {
		if _, err := cql2.ParseText(name + " = 1"); err == nil && !strings.Contains("casei Bbox true False", name) {
			t.Errorf("%q is no name without quotes", name)
		}
		e := text(t, `"`+name+`" = 1`)
		if got := string(cql2.AppendText(nil, e)); got != `"`+name+`" = 1` {
			t.Errorf("%q became %s", name, got)
		}
	}
}

// TestColumns counts characters from one.
func TestColumns(t *testing.T) {
	e := text(t, `é = 'ü' AND NOT (lower("x") = -1)`).(cql2.Call)
	not := e.Args[1].(cql2.Call)
	equals := not.Args[0].(cql2.Call)
	for _, c := range []struct {
		e    cql2.Expr
		want int
	}{{e, 1}, {e.Args[0], 1}, {e.Args[0].(cql2.Call).Args[1], 5}, {not, 13}, {equals, 18}, {equals.Args[0].(cql2.Call).Args[0], 24}, {equals.Args[1], 31}} {
		if c.e.Column() != c.want {
			t.Errorf("%s at %d, want %d", cql2.AppendText(nil, c.e), c.e.Column(), c.want)
		}
	}
	if e, _ := cql2.ParseJSON([]byte("true")); e.Column() != 0 {
		t.Error("what comes from JSON has no column")
	}
}

// TestWrongText says what is wrong with a text, and where.
func TestWrongText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{``, `it is empty`},
		{" \n", `it is empty`},
		{`population >`, `expected a value after ">" (column 13)`},
		{`population > )`, `expected a value after ">", found ")" (column 14)`},
		{`é = 'ü' AND > 2`, `expected a value after "AND", found ">" (column 13)`},
		{`a = 1 b`, `expected AND, OR or the end of the filter after "1", found "b" (column 7)`},
		{`a = 1 = 2`, `expected AND, OR or the end of the filter after "1", found "=" (column 7)`},
		{`(a = 1`, `expected AND, OR or ")" after "1" (column 7)`},
		{`a = 1)`, `expected AND, OR or the end of the filter after "1", found ")" (column 6)`},
		{`a != 1`, `"!=" is written "<>" in CQL2 (column 3)`},
		{`a = 'x`, `a text that begins here has no closing quote (column 5)`},
		{`a = 'x\'`, `a text that begins here has no closing quote (column 5)`},
		{`"a = 1`, `a name that begins here has no closing double quote (column 1)`},
		{`"" = 1`, `a name is empty (column 1)`},
		{`a = [1]`, `unexpected character "[" (column 5)`},
		{`a = NULL`, `expected a value after "=", found NULL, which only IS NULL and IS NOT NULL ask for (column 5)`},
		{`a IS 1`, `expected NULL after "IS", found "1" (column 6)`},
		{`a NOT = 1`, `expected LIKE, BETWEEN or IN after "NOT", found "=" (column 7)`},
		{`a IN ()`, `expected a value after "(", found ")" (column 7)`},
		{`a IN 1`, `expected "(" after "IN", found "1" (column 6)`},
		{`a IN (1 2)`, `expected "," or ")" after "1", found "2" (column 9)`},
		{`a BETWEEN 1 OR 2`, `expected AND after "1", found "OR" (column 13)`},
		{`a = (1, 2)`, `a list stands after IN and in the A_ functions only (column 5)`},
		{`a = DATE(b)`, `expected a text between quotes after "(", found "b" (column 10)`},
		{`a = DATE('2026-02-30')`, `'2026-02-30' is no day such as 2026-06-30 (column 10)`},
		{`a = DATE('0000-01-01')`, `'0000-01-01' is no day such as 2026-06-30 (column 10)`},
		{`a = TIMESTAMP('2026-02-03')`, `'2026-02-03' is no timestamp such as 2026-06-30T12:00:00Z (column 15)`},
		{`a = TIMESTAMP('9999-12-31T23:00:00-02:00')`, `'9999-12-31T23:00:00-02:00' is no timestamp such as 2026-06-30T12:00:00Z (column 15)`},
		{`t_after(a, INTERVAL(1, 2))`, `expected a day, a timestamp, '..', a property or a function after "(", found "1" (column 21)`},
		{`t_after(a, INTERVAL(CASEI('a'), '..'))`, `an interval has a day, a timestamp, '..', a property or a function at its ends (column 21)`},
		{`t_after(a)`, `T_AFTER takes two arguments, not 1 (column 1)`},
		{`casei(a, b) = c`, `CASEI takes one argument, not 2 (column 1)`},
		{`isNull(a)`, `isNull is no function (column 1)`},
		{`div(a, b) = 1`, `div is no function (column 1)`},
		{`a = 1e999`, `1e999 is beyond all numbers (column 5)`},
		{`a = -` + strings.Repeat("9", 400), `-` + strings.Repeat("9", 39) + `… is beyond all numbers (column 5)`},
		{`s_within(a, POINT(1))`, `expected a coordinate after "1", found ")" (column 20)`},
		{`s_within(a, POINT 1)`, `expected "," or ")" after "POINT", found "1" (column 19)`},
		{`s_within(a, POINT Z 1)`, `expected "(" after "Z", found "1" (column 21)`},
		{`s_within(a, POINT(NaN 1))`, `expected a coordinate after "(", found "NaN" (column 19)`},
		{`s_within(a, POINT(1e10 1))`, `10000000000 is no coordinate (column 19)`},
		{`s_within(a, LINESTRING(1 2))`, `a line has at least two positions (column 23)`},
		{`s_within(a, POLYGON((0 0, 1 0, 1 1, 0 1)))`, `a ring of a polygon has at least four positions, the last of which is the first (column 21)`},
		{`s_within(a, POLYGON(EMPTY))`, `a ring of a polygon has at least four positions, the last of which is the first (column 21)`},
		{`s_within(a, GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2))))`, `expected POINT, LINESTRING, POLYGON or one of their MULTI forms after "(", found "GEOMETRYCOLLECTION" (column 32)`},
		{`s_within(a, BBOX(1,2,3))`, `a bounding box has four numbers, or six with heights, not 3 (column 13)`},
		{"a = 'x\x00'", `a text has the character U+0000 (column 5)`},
		{"\"a\x00\" = 1", `the name of a property is empty or has the character U+0000 (column 1)`},
		{"a = \x00", `unexpected character "` + "\x00" + `" (column 5)`},
		{"a = '\xff'", `it is not UTF-8`},
	} {
		_, err := cql2.ParseText(c.text)
		refused(t, c.text, err, c.want)
	}
}

func refused(t *testing.T, filter string, err error, want string) {
	t.Helper()
	if got := fault.Message(err); err == nil || got != "filter: "+want {
		t.Errorf("%s\ngave %s\nwant %s", filter, got, "filter: "+want)
	} else if fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "filter" {
		t.Errorf("%s: kind %s, about %q", filter, fault.KindOf(err), fault.Subject(err))
	}
}

func TestWrongJSON(t *testing.T) {
	for _, c := range []struct{ json, want string }{
		{``, `it is empty`},
		{`{`, `the JSON ends too early`},
		{`{"op":"and"`, `the JSON ends too early`},
		{`{"op" "and"}`, `it is no JSON: invalid character '"' after object key`},
		{`true false`, `something follows the JSON value`},
		{`null`, `null is no value; isNull asks for it (at $)`},
		{`[]`, `an array stands as the second argument of in and in the a_ functions only (at $)`},
		{`{"op":"=","args":[{"property":"a"},null]}`, `null is no value; isNull asks for it (at $.args[1])`},
		{`{"op":"and","args":[true,{"op":"=","args":[1]}]}`, `= takes two arguments, not 1 (at $.args[1].args)`},
		{`{"op":"and","args":[true]}`, `and takes at least two arguments, not 1 (at $.args)`},
		{`{"op":"=","args":[[1],[1]]}`, `an array stands as the second argument of in and in the a_ functions only (at $.args[0])`},
		{`{"op":"in","args":[1,[]]}`, `the second argument of in is an array of at least one value (at $.args[1])`},
		{`{"op":"in","args":[1,[[1]]]}`, `an array stands as the second argument of in and in the a_ functions only (at $.args[1][0])`},
		{`{"op":"f","args":[[1,2]]}`, `an array stands as the second argument of in and in the a_ functions only (at $.args[0])`},
		{`{"op":"not","args":{}}`, `args is an array, not an object (at $.args)`},
		{`{"op":"not"}`, `args is missing (at $)`},
		{`{"op":3,"args":[]}`, `op is a string, not a number (at $.op)`},
		{`{"op":"date","args":[]}`, `no operator or function is named "date" (at $.op)`},
		{`{"op":"null","args":[]}`, `no operator or function is named "null" (at $.op)`},
		{`{"op":"true","args":[]}`, `no operator or function is named "true" (at $.op)`},
		{`{"type":"Point","coordinates":[1,2,3,4,5]}`, `a position is an array of two to four numbers (at $.coordinates)`},
		{`{"op":"a b","args":[]}`, `no operator or function is named "a b" (at $.op)`},
		{`{"op":"","args":[]}`, `no operator or function is named "" (at $.op)`},
		{`{"op":"f","args":[],"x":1}`, `unexpected member "x" (at $)`},
		{`{"op":"f","op":"g","args":[]}`, `the member "op" is there twice (at $)`},
		{`{"foo":1}`, `an object has a member op, property, date, timestamp, interval, bbox or type (at $)`},
		{`{"property":""}`, `the name of a property is empty or has the character U+0000 (at $)`},
		{`{"property":1}`, `the name of a property is a string, not a number (at $.property)`},
		{`"a\u0000"`, `a text has the character U+0000 (at $)`},
		{`1e999`, `1e999 is beyond all numbers (at $)`},
		{`{"date":"yesterday"}`, `'yesterday' is no day such as 2026-06-30 (at $.date)`},
		{`{"timestamp":"2026-01-01"}`, `'2026-01-01' is no timestamp such as 2026-06-30T12:00:00Z (at $.timestamp)`},
		{`{"interval":["2026-01-01"]}`, `an interval is an array of two (at $.interval)`},
		{`{"interval":["2026-01-01",3]}`, `an interval has a day, a timestamp, '..', a property or a function at its ends (at $.interval[1])`},
		{`{"bbox":[1,2,3]}`, `a bounding box has four numbers, or six with heights, not 3 (at $)`},
		{`{"bbox":[1,2,3,"4"]}`, `a coordinate is a number, not a string (at $.bbox[3])`},
		{`{"type":"Circle","coordinates":[]}`, `"Circle" is no type of GeoJSON's geometries (at $.type)`},
		{`{"type":"Point"}`, `coordinates is missing (at $)`},
		{`{"type":"Point","coordinates":[1]}`, `a position is an array of two to four numbers (at $.coordinates)`},
		{`{"type":"LineString","coordinates":[[1,2]]}`, `a line has at least two positions (at $.coordinates)`},
		{`{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}`, `a ring of a polygon has at least four positions, the last of which is the first (at $.coordinates[0])`},
		{`{"type":"MultiPoint","coordinates":{}}`, `what a geometry is made of is an array, not an object (at $.coordinates)`},
		{`{"type":"GeometryCollection","geometries":[{"type":"GeometryCollection","geometries":[]}]}`, `a collection has geometries that are no collections (at $.geometries[0])`},
		{`{"type":"GeometryCollection","geometries":[1]}`, `a collection has geometries that are no collections (at $.geometries[0])`},
		{"\"\xff\"", `it is not UTF-8`},
	} {
		_, err := cql2.ParseJSON([]byte(c.json))
		refused(t, c.json, err, c.want)
	}
}

// TestHostile bounds what is read, and how long.
func TestHostile(t *testing.T) {
	const million = 1 << 20
	deep := "it is more than 64 operations deep"
	for _, c := range []struct{ about, text, want string }{
		{"a megabyte", strings.Repeat("(", million), "it is longer than 65536 bytes"},
		{"brackets", strings.Repeat("(", 60_000), "more than 256 brackets are open (column 257)"},
		{"calls", strings.Repeat("f(", 30_000), "more than 256 brackets are open (column 513)"},
		{"powers", strings.Repeat("2^", 30_000), "more than 256 brackets are open (column 515)"},
		{"NOT", strings.Repeat("NOT ", 15_000) + "a", deep + " (column 1)"},
		{"signs", "a = " + strings.Repeat("-", 60_000), "expected a value after \"-\" (column 60005)"},
		{"sums", "a = " + strings.Repeat("1+", 30_000) + "1", deep + " (column 1)"},
		{"a chain", strings.Repeat("a AND ", 10_500) + "a", "it has more than 10000 operations, values and positions"},
		{"a list", "a IN (" + strings.Repeat("1,", 30_000) + "1)", "it has more than 10000 operations, values and positions"},
		{"positions", "s_within(a, MULTIPOINT(" + strings.Repeat("1 1,", 15_000) + "1 1))", "it has more than 10000 operations, values and positions"},
		{"a text", "a = '" + strings.Repeat("''", 30_000), "a text that begins here has no closing quote (column 5)"},
	} {
		began := time.Now()
		_, err := cql2.ParseText(c.text)
		refused(t, c.about, err, c.want)
		if spent := time.Since(began); spent > time.Second {
			t.Errorf("%s: %s", c.about, spent)
		}
	}
	for _, c := range []struct{ about, json, want string }{
		{"a megabyte", strings.Repeat("[", million), "it is longer than 65536 bytes"},
		{"arrays", strings.Repeat("[", 60_000), "more than 256 arrays and objects are open"},
		{"operators", strings.Repeat(`{"op":"not","args":[`, 70) + "true" + strings.Repeat("]}", 70), deep + " (at $)"},
	} {
		_, err := cql2.ParseJSON([]byte(c.json))
		refused(t, c.about, err, c.want)
	}
}

// TestNestedLists are checked once each, however deep.
func TestNestedLists(t *testing.T) {
	const levels = 30
	e := text(t, strings.Repeat("A_EQUALS((TRUE), (", levels)+"ouvert"+strings.Repeat("))", levels))
	began := time.Now()
	if _, err := cql2.Check(e, fields); err != nil {
		t.Error(err)
	}
	if spent := time.Since(began); spent > time.Second {
		t.Errorf("it took %s", spent)
	}
}

// TestLargeFilters are long and still right.
func TestLargeFilters(t *testing.T) {
	for _, filter := range []string{
		strings.Repeat("a = 1 OR ", 1_000) + "b",
		"a IN (" + strings.Repeat("'67482',", 6_000) + "'68224')",
		strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200),
		strings.Repeat("NOT ", 60) + "a",
	} {
		stable(t, text(t, filter))
	}
}
