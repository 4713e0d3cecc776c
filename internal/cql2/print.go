package cql2

import (
	"strings"
	"time"
)

// AppendText prints a tree that was read as CQL2 text, in one form for one tree: what is read from it is the same tree,
// and prints the same. It may be longer than what the tree was read from.
func AppendText(dst []byte, e Expr) []byte {
	switch e := e.(type) {
	case Call:
		return appendCall(dst, e)
	case Property:
		return appendName(dst, e.Name)
	case Text:
		return appendQuoted(dst, e.Value)
	case Number:
		return append(dst, e.Text...)
	case Boolean:
		if e.Value {
			return append(dst, "TRUE"...)
		}
		return append(dst, "FALSE"...)
	case Date, Timestamp:
		word := "DATE("
		if _, ok := e.(Timestamp); ok {
			word = "TIMESTAMP("
		}
		dst = append(dst, word...)
		return append(appendIntervalEnd(dst, e), ')')
	case Interval:
		dst = append(dst, "INTERVAL("...)
		dst = append(appendIntervalEnd(dst, e.From), ", "...)
		return append(appendIntervalEnd(dst, e.To), ')')
	case Geometry:
		return appendWKT(dst, e.Value)
	case BBox:
		dst = append(dst, "BBOX("...)
		return append(appendFloats(dst, e.Value, ", "), ')')
	case Array:
		return appendList(dst, e.Items, rankOr)
	}
	return dst
}

func appendIntervalEnd(dst []byte, e Expr) []byte {
	switch e := e.(type) {
	case nil:
		return append(dst, "'..'"...)
	case Date:
		return append(e.Value.AppendFormat(append(dst, '\''), time.DateOnly), '\'')
	case Timestamp:
		return append(e.Value.AppendFormat(append(dst, '\''), time.RFC3339Nano), '\'')
	}
	return AppendText(dst, e)
}

func appendList(dst []byte, items []Expr, least int) []byte {
	dst = append(dst, '(')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendRanked(dst, item, least)
	}
	return append(dst, ')')
}

// appendQuoted prints a character literal, a quote in it doubled and the rest escaped.
func appendQuoted(dst []byte, value string) []byte {
	dst = append(dst, '\'')
	for i := range len(value) {
		if c := value[i]; c == '\'' {
			dst = append(dst, c, c)
		} else if escape := strings.IndexByte(control, c); escape >= 0 {
			dst = append(dst, '\\', controlNames[escape])
		} else {
			dst = append(dst, c)
		}
	}
	return append(dst, '\'')
}

const (
	control      = "\\\a\b\t\n\v\f\r"
	controlNames = `\abtnvfr`
)

// appendName prints a property, in quotes where it could be read as something else.
func appendName(dst []byte, name string) []byte {
	word := strings.ToUpper(name)
	plain := nameLength(name) == len(name) && startsName([]rune(name)[0]) && !reserved[word] && literalOf(word) == nil &&
		operatorOf(name) == nil
	if plain {
		return append(dst, name...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(name, `"`, `""`)...)
	return append(dst, '"')
}

// The ranks of what is printed, loosest first: what is looser than its place stands in brackets.
const (
	rankOr = iota
	rankAnd
	rankNot
	rankPredicate
	rankSum
	rankProduct
	rankPower
	rankValue
)

var ranks = map[string]int{
	"or": rankOr, "and": rankAnd, "not": rankNot, "+": rankSum, "-": rankSum,
	"*": rankProduct, "/": rankProduct, "%": rankProduct, "div": rankProduct, "^": rankPower,
}

func rankOf(e Expr) int {
	call, ok := e.(Call)
	if !ok {
		return rankValue
	}
	if rank, ok := ranks[call.Op]; ok {
		if call.Op == "not" && infix(call.Args[0]) {
			return rankPredicate
		}
		return rank
	}
	if op := operatorOf(call.Op); op != nil && !op.called {
		return rankPredicate
	}
	return rankValue
}

// infix says whether NOT stands inside the predicate: x NOT LIKE y.
func infix(e Expr) bool {
	call, ok := e.(Call)
	return ok && (call.Op == "like" || call.Op == "between" || call.Op == "in" || call.Op == "isNull")
}

func appendCall(dst []byte, e Call) []byte {
	switch rank := rankOf(e); {
	case rank == rankOr || rank == rankAnd:
		return appendChain(dst, e, rank)
	case rank == rankNot:
		return appendRanked(append(dst, "NOT "...), e.Args[0], rankPredicate)
	case rank == rankPredicate:
		return appendPredicate(dst, e)
	case rank == rankPower:
		dst = append(appendRanked(dst, e.Args[0], rankValue), " ^ "...)
		return appendRanked(dst, e.Args[1], rankValue)
	case rank < rankValue:
		dst = appendRanked(dst, e.Args[0], rank)
		dst = append(append(append(dst, ' '), e.Op...), ' ')
		return appendRanked(dst, e.Args[1], rank+1)
	}
	if operatorOf(e.Op) != nil {
		dst = append(dst, strings.ToUpper(e.Op)...)
	} else {
		dst = append(dst, e.Op...)
	}
	return appendList(dst, e.Args, rankOr)
}

func appendChain(dst []byte, e Call, rank int) []byte {
	for i, arg := range e.Args {
		if i > 0 {
			dst = append(append(append(dst, ' '), strings.ToUpper(e.Op)...), ' ')
		}
		dst = appendRanked(dst, arg, rank+1)
	}
	return dst
}

// appendPredicate prints what is asked of a value, with NOT inside.
func appendPredicate(dst []byte, e Call) []byte {
	not := ""
	if e.Op == "not" {
		e, not = e.Args[0].(Call), "NOT "
	}
	dst = append(appendRanked(dst, e.Args[0], rankSum), ' ')
	switch e.Op {
	case "isNull":
		return append(append(append(dst, "IS "...), not...), "NULL"...)
	case "like", "between", "in":
		dst = append(append(dst, not...), strings.ToUpper(e.Op)...)
	default:
		dst = append(dst, e.Op...)
	}
	if e.Op == "in" {
		return appendList(append(dst, ' '), e.Args[1].(Array).Items, rankSum)
	}
	dst = appendRanked(append(dst, ' '), e.Args[1], rankSum)
	if e.Op == "between" {
		dst = appendRanked(append(dst, " AND "...), e.Args[2], rankSum)
	}
	return dst
}

func appendRanked(dst []byte, e Expr, least int) []byte {
	if rankOf(e) >= least {
		return AppendText(dst, e)
	}
	return append(AppendText(append(dst, '('), e), ')')
}
