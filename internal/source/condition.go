package source

import (
	"regexp"
	"slices"
	"strconv"

	"maille/internal/dataset"
)

// condition holds, or not, for the cells of a record.
type condition func(cells []string) bool

// condition compiles c, whose columns find gives; a needed one must be in the file, else the condition would pass over
// every row without a word.
func (p *plan) condition(c *dataset.Condition, find func(name, join string, needed bool) int, needed bool) condition {
	column := find(c.Column, defaultJoin, needed)
	switch {
	case c.Is == "empty":
		return func(cells []string) bool { return cells[column] == "" }
	case c.Is == "present":
		return func(cells []string) bool { return cells[column] != "" }
	case c.Above != "":
		other := find(c.Above, defaultJoin, needed)
		return func(cells []string) bool { return above(cells[column], cells[other]) }
	case c.Match != "":
		pattern := wholly(c.Match)
		return func(cells []string) bool { return pattern.MatchString(cells[column]) }
	}
	return func(cells []string) bool { return slices.Contains(c.In, cells[column]) }
}

// wholly is an expression of a descriptor, which maille check has compiled the same way.
func wholly(expression string) *regexp.Regexp {
	compiled, err := dataset.Whole(expression)
	if err != nil {
		panic(err)
	}
	return compiled
}

// above is false when either is no number.
func above(text, other string) bool {
	a, err := strconv.ParseFloat(text, 64)
	b, otherErr := strconv.ParseFloat(other, 64)
	return err == nil && otherErr == nil && a > b
}
