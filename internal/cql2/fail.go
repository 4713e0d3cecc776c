package cql2

import (
	"fmt"
	"strconv"

	"maille/internal/fault"
)

// wrong refuses a filter, and says where it is wrong.
func wrong(p at, format string, args ...any) error {
	return fault.New(fault.Invalid, "filter: %s%s", fmt.Sprintf(format, args...), p).About("filter")
}

// String is how a sentence ends that is about a place.
func (a at) String() string {
	switch {
	case a.column > 0:
		return " (column " + strconv.Itoa(a.column) + ")"
	case a.path != nil:
		return " (at " + a.path.String() + ")"
	}
	return ""
}

func placeOf(e Expr) at {
	if e, ok := e.(interface{ place() at }); ok {
		return e.place()
	}
	return at{}
}

// path is where a value is in a JSON document: a member of up, or an item of it.
type path struct {
	up    *path
	key   string
	index int
}

// String writes it as JSONPath does: $.args[1].
func (p *path) String() string {
	switch {
	case p.up == nil:
		return "$"
	case p.key != "":
		return p.up.String() + "." + shorten(p.key)
	}
	return p.up.String() + "[" + strconv.Itoa(p.index) + "]"
}

// shorten keeps the beginning of what a stranger wrote.
func shorten(text string) string {
	const enough = 40
	n := 0
	for i := range text {
		if n++; n > enough {
			return text[:i] + "…"
		}
	}
	return text
}

func quote(text string) string { return `"` + shorten(text) + `"` }
