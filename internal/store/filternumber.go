package store

import (
	"fmt"
	"math"
	"strconv"

	"maille/internal/cql2"
)

func (t term) isNumber() bool { return t.kind == isInteger || t.kind == isDouble }

// wholeOf is the integer that a literal says, of those that a column holds.
func wholeOf(e cql2.Expr) (int64, bool) {
	n, ok := e.(cql2.Number)
	if !ok {
		return 0, false
	}
	if i, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
		return i, true
	}
	return int64(n.Value), held(n.Value) && n.Value == math.Trunc(n.Value)
}

// held says whether a column of integers holds numbers around this one.
func held(f float64) bool { return f >= math.MinInt64 && f < math.MaxInt64 }

func (f *filter) compareNumbers(a term, op string, b term) string {
	switch {
	case a.number != nil && b.number == nil:
		return f.compareNumbers(b, inverse[op], a)
	case a.kind == isInteger && b.number != nil:
		return f.compareInteger(a.sql, op, *b.number)
	}
	return fmt.Sprintf("%s %s %s", f.limit(a), op, f.limit(b))
}

// limit is a number in a comparison: a literal that no double holds is larger than all.
func (f *filter) limit(t term) string {
	if t.number != nil {
		return f.arg(t.number.Value) + "::double precision"
	}
	return t.sql
}

// compareInteger compares integers with a literal as integers, so that an index serves and none is rounded: n > 2.5 is
// n > 2, and n = 2.5 is false where there is a number.
func (f *filter) compareInteger(sql, op string, literal cql2.Number) string {
	if i, ok := wholeOf(literal); ok {
		return fmt.Sprintf("%s %s %s::bigint", sql, op, f.arg(i))
	}
	less := op == "<" || op == "<="
	switch {
	case op == "=":
		return sql + " <> " + sql
	case op == "<>":
		return sql + " = " + sql
	case held(literal.Value) && less:
		return sql + " <= " + f.arg(int64(math.Floor(literal.Value))) + "::bigint"
	case held(literal.Value):
		return sql + " > " + f.arg(int64(math.Floor(literal.Value))) + "::bigint"
	case (literal.Value > 0) == less:
		return sql + " = " + sql
	}
	return sql + " <> " + sql
}

// double is a number to compute with.
func (f *filter) double(t term) string {
	switch {
	case f.err != nil:
		return ""
	case !t.isNumber():
		return f.refuse("a text, a date or another value is computed with, where only numbers are").sql
	case t.number != nil && math.IsInf(t.number.Value, 0):
		return f.refuse("the number %.20s… is too large to compute with", t.number.Text).sql
	case t.kind == isInteger:
		return t.sql + "::double precision"
	}
	return f.limit(t)
}

// decimal is a number of which no digit is rounded.
func (f *filter) decimal(t term) string {
	if t.kind == isInteger {
		return t.sql + "::numeric"
	}
	return f.double(t) + "::numeric"
}

// operations are over doubles; what has no answer, as a division by zero, is null.
var operations = map[string]string{"+": "%s + %s", "-": "%s - %s", "*": "%s * %s", "/": "%s / nullif(%s, 0)", "^": "maille.power(%s, %s)"}

// decimals are operations that doubles do not have; both cut towards zero.
var decimals = map[string]string{"%": "mod(%s, nullif(%s, 0))::double precision", "div": "div(%s, nullif(%s, 0))::double precision"}

func (f *filter) arithmetic(e cql2.Call) term {
	a, b := f.term(e.Args[0]), f.term(e.Args[1])
	if format, ok := decimals[e.Op]; ok {
		return term{sql: "(" + fmt.Sprintf(format, f.decimal(a), f.decimal(b)) + ")", kind: isDouble}
	}
	return term{sql: "(" + fmt.Sprintf(operations[e.Op], f.double(a), f.double(b)) + ")", kind: isDouble}
}

// rounding is a function that leaves integers as they are.
func rounding(format string) func(*filter, []cql2.Expr) term {
	return func(f *filter, args []cql2.Expr) term {
		t := f.term(args[0])
		if t.kind == isInteger {
			return t
		}
		return term{sql: fmt.Sprintf(format, f.double(t)), kind: isDouble}
	}
}

func absolute(f *filter, args []cql2.Expr) term {
	t := f.term(args[0])
	if t.kind == isInteger { // the least of them has no opposite
		return term{sql: "abs(" + t.sql + "::numeric)::double precision", kind: isDouble}
	}
	return term{sql: "abs(" + f.double(t) + ")", kind: isDouble}
}
