package cql2

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	end tokenKind = iota
	name
	quotedName
	number
	text
	symbol
	bad // what no token begins with; its value says what is wrong
)

// token is a word of CQL2 text.
type token struct {
	kind  tokenKind
	value string // a text without its quotes and escapes, a name without its quotes
	raw   string // as it was written
	at    at
}

// is says whether the token is this symbol, or this keyword whatever its case.
func (t token) is(word string) bool {
	return t.kind == symbol && t.value == word || t.kind == name && strings.EqualFold(t.value, word)
}

// lexer cuts CQL2 text into tokens.
type lexer struct {
	rest   string
	column int // of the first character of rest
}

func (l *lexer) next() token {
	l.take(len(l.rest) - len(strings.TrimLeftFunc(l.rest, isSpace)))
	start, whole := at{column: l.column}, l.rest
	t := l.cut()
	t.at, t.raw = start, whole[:len(whole)-len(l.rest)]
	return t
}

// isSpace is the grammar's whitespace, which is that of Unicode.
func isSpace(r rune) bool { return unicode.IsSpace(r) }

// take passes over so many bytes, which it gives.
func (l *lexer) take(n int) string {
	taken := l.rest[:n]
	l.rest = l.rest[n:]
	l.column += utf8.RuneCountInString(taken)
	return taken
}

func (l *lexer) cut() token {
	if l.rest == "" {
		return token{kind: end}
	}
	r, size := utf8.DecodeRuneInString(l.rest)
	switch {
	case r == '\'':
		return l.text()
	case r == '"':
		return l.quotedName()
	case isDigit(r) || r == '.' && len(l.rest) > 1 && isDigit(rune(l.rest[1])):
		return token{kind: number, value: l.take(numberLength(l.rest))}
	case startsName(r):
		return token{kind: name, value: l.take(nameLength(l.rest))}
	}
	for _, s := range [...]string{"<>", "<=", ">=", "(", ")", ",", "=", "<", ">", "+", "-", "*", "/", "^", "%"} {
		if strings.HasPrefix(l.rest, s) {
			return token{kind: symbol, value: l.take(len(s))}
		}
	}
	if strings.HasPrefix(l.rest, "!=") {
		return token{kind: bad, value: `"!=" is written "<>" in CQL2`}
	}
	return token{kind: bad, value: "unexpected character " + quote(l.rest[:size])}
}

// text reads a character literal, in which a quote is doubled or follows a backslash (/req/cql2-text/escaping). Before
// what it does not escape a backslash stands for itself, so that LIKE has its own: '\%'.
func (l *lexer) text() token {
	var value strings.Builder
	for i := 1; i < len(l.rest); i++ {
		c, following := l.rest[i], byte(0)
		if i+1 < len(l.rest) {
			following = l.rest[i+1]
		}
		meant, escaped := escapes[following]
		switch {
		case c == '\\' && escaped:
			value.WriteByte(meant)
			i++
		case c == '\'' && following == '\'':
			value.WriteByte('\'')
			i++
		case c == '\'':
			l.take(i + 1)
			return token{kind: text, value: value.String()}
		default:
			value.WriteByte(c)
		}
	}
	return token{kind: bad, value: "a text that begins here has no closing quote"}
}

// escapes are what may follow a backslash, and what the two stand for.
var escapes = map[byte]byte{
	'\'': '\'', '\\': '\\', 'a': '\a', 'b': '\b', 't': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r',
}

// quotedName reads a name in double quotes, in which one is doubled.
func (l *lexer) quotedName() token {
	for i := 1; i < len(l.rest); i++ {
		switch {
		case l.rest[i] != '"':
		case i+1 < len(l.rest) && l.rest[i+1] == '"':
			i++
		case i == 1:
			return token{kind: bad, value: "a name is empty"}
		default:
			return token{kind: quotedName, value: strings.ReplaceAll(l.take(i + 1)[1:i], `""`, `"`)}
		}
	}
	return token{kind: bad, value: "a name that begins here has no closing double quote"}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// numberLength measures an unsigned numeric literal: 1, 1., .5, 1.5E-3.
func numberLength(s string) int {
	n := digits(s)
	if n < len(s) && s[n] == '.' {
		n++
		n += digits(s[n:])
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		sign := n + 1
		if sign < len(s) && (s[sign] == '+' || s[sign] == '-') {
			sign++
		}
		if d := digits(s[sign:]); d > 0 {
			n = sign + d
		}
	}
	return n
}

func digits(s string) (n int) {
	for n < len(s) && isDigit(rune(s[n])) {
		n++
	}
	return n
}

func nameLength(s string) int {
	for i, r := range s {
		if !startsName(r) && !goesOnName(r) {
			return i
		}
	}
	return len(s)
}

// startsName is the grammar's identifierStart.
func startsName(r rune) bool {
	switch {
	case r == ':' || r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
		return true
	case r < 0xC0 || r == 0xD7 || r == 0xF7 || r == 0x37E || r >= 0x300 && r < 0x370 || unicode.IsSpace(r):
		return false
	}
	return r < 0x1FFF || r == 0x200C || r == 0x200D || r >= 0x2070 && r < 0x2190 || r >= 0x2C00 && r < 0x2FF0 ||
		r > 0x3000 && r < 0xD800 || r >= 0xF900 && r < 0xFDD0 || r >= 0xFDF0 && r < 0xFFFD || r >= 0x10000 && r < 0xF0000
}

// goesOnName is what identifierPart has more.
func goesOnName(r rune) bool {
	return r == '.' || isDigit(r) || r >= 0x300 && r < 0x370 || r == 0x203F || r == 0x2040
}
