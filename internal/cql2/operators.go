package cql2

import "strings"

// operator is what Call.Op may name beside the custom functions.
type operator struct {
	name     string // as CQL2 JSON writes it
	least    int    // arguments
	most     int
	called   bool // in text it is written as a function: CASEI(…)
	operands Kind // of what all its arguments are, when they are of one kind
	gives    Kind
}

const many = MaxNodes

var operators = func() map[string]*operator {
	byName := map[string]*operator{}
	add := func(op operator, names ...string) {
		for _, name := range names {
			one := op
			one.name = name
			byName[strings.ToLower(name)] = &one
		}
	}
	add(operator{least: 2, most: many, operands: KindBoolean, gives: KindBoolean}, "and", "or")
	add(operator{least: 1, most: 1, operands: KindBoolean, gives: KindBoolean}, "not")
	add(operator{least: 2, most: 2, gives: KindBoolean}, "=", "<>", "<", ">", "<=", ">=", "in")
	add(operator{least: 2, most: 2, operands: KindText, gives: KindBoolean}, "like")
	add(operator{least: 3, most: 3, gives: KindBoolean}, "between")
	add(operator{least: 1, most: 1, gives: KindBoolean}, "isNull")
	add(operator{least: 1, most: 1, operands: KindText, gives: KindText, called: true}, "casei", "accenti")
	add(operator{least: 2, most: 2, operands: KindNumber, gives: KindNumber}, "+", "-", "*", "/", "^", "%", "div")
	add(operator{least: 2, most: 2, operands: KindGeometry, gives: KindBoolean, called: true},
		"s_contains", "s_crosses", "s_disjoint", "s_equals", "s_intersects", "s_overlaps", "s_touches", "s_within")
	add(operator{least: 2, most: 2, operands: KindInterval, gives: KindBoolean, called: true},
		"t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy", "t_finishes",
		"t_intersects", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts")
	add(operator{least: 2, most: 2, operands: KindArray, gives: KindBoolean, called: true},
		"a_containedBy", "a_contains", "a_equals", "a_overlaps")
	return byName
}()

// operatorOf finds an operator whatever the case of its name: keywords have none in text (OGC 21-065r2 §6.3), and
// leniency in JSON harms nobody.
func operatorOf(name string) *operator { return operators[strings.ToLower(name)] }

// takes says whether so many arguments are right, and in words how many would be.
func (o *operator) takes(n int) (wanted string, ok bool) {
	return arguments(o.least, o.most), n >= o.least && n <= o.most
}

func arguments(least, most int) string {
	counts := [...]string{"no argument", "one argument", "two arguments", "three arguments"}
	if most == many {
		return "at least " + counts[least]
	}
	return counts[least]
}

// joined makes one node of an AND or OR over others of its kind, so that a chain is not deep.
func joined(place at, op string, args []Expr) Expr {
	flat := make([]Expr, 0, len(args))
	for _, arg := range args {
		if inner, ok := arg.(Call); ok && inner.Op == op {
			flat = append(flat, inner.Args...)
		} else {
			flat = append(flat, arg)
		}
	}
	return Call{place, op, flat}
}
