package store

import (
	"strings"
	"unicode/utf8"

	"maille/internal/cql2"
)

// readable says whether PostgreSQL takes a text: UTF-8 without U+0000.
func readable(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

func textOfLiteral(e cql2.Expr) (string, bool) {
	t, ok := e.(cql2.Text)
	return t.Value, ok && readable(t.Value)
}

// textOf is a term that must be a text.
func (f *filter) textOf(e cql2.Expr) term {
	t := f.term(e)
	if t.kind != isText && f.err == nil {
		return f.refuse("%s is not a text", cql2.AppendText(nil, e))
	}
	return t
}

// ofText is a function of schema maille over a text. That of a literal is asked once, and not for each row.
func ofText(name string) func(*filter, []cql2.Expr) term {
	return func(f *filter, args []cql2.Expr) term {
		t := f.textOf(args[0])
		t.sql = "maille." + name + "(" + t.sql + ")"
		if t.fixed {
			t.sql = "(select " + t.sql + ")"
		}
		return t
	}
}

func length(f *filter, args []cql2.Expr) term {
	return term{sql: "char_length(" + f.textOf(args[0]).sql + ")::bigint", kind: isInteger}
}

// pattern is what follows LIKE: % is any text, _ any character, \ takes the next one for itself, as in PostgreSQL. A \ at
// the end, which PostgreSQL refuses, is itself.
func (f *filter) pattern(e cql2.Expr) string {
	switch e := e.(type) {
	case cql2.Text:
		return f.text(closed(e.Value)).sql
	case cql2.Call:
		if e.Op == "casei" || e.Op == "accenti" {
			return "(select maille." + folds[e.Op] + "(" + f.pattern(e.Args[0]) + "))"
		}
	}
	return f.refuse("the pattern of LIKE is a text, in CASEI or ACCENTI or by itself").sql
}

var folds = map[string]string{"casei": "casefold", "accenti": "unaccented"}

func closed(pattern string) string {
	if n := len(pattern) - len(strings.TrimRight(pattern, `\`)); n%2 == 1 {
		return pattern + `\`
	}
	return pattern
}
