package cql2

import (
	"slices"
	"strings"
	"time"
)

// pattern holds what follows LIKE to a text that is written there (patternExpression of the grammar).
func pattern(e Expr) error {
	for {
		call, ok := e.(Call)
		if !ok || call.Op != "casei" && call.Op != "accenti" {
			break
		}
		e = call.Args[0]
	}
	if _, ok := e.(Text); !ok {
		return wrong(placeOf(e), "the pattern of LIKE is a text between quotes, in CASEI or ACCENTI or by itself, not %s", said(e))
	}
	return nil
}

// instants holds the operands of a temporal function to dates, timestamps and intervals, and dates their texts.
func instants(e Call, kinds []Kind) error {
	for i, arg := range e.Args {
		if err := dated(&e.Args[i], &kinds[i], KindInterval); err != nil {
			return err
		}
		if !kinds[i].isInstant() && kinds[i] != KindInterval {
			return wrong(placeOf(arg), "%s takes %s, but %s is %s", shown(e), KindInterval.plural(), said(arg), kinds[i])
		}
	}
	return nil
}

func (c *checker) interval(i Interval) (Expr, error) {
	for _, end := range []*Expr{&i.From, &i.To} {
		if *end == nil {
			continue
		}
		checked, kind, err := c.expression(*end)
		if err != nil {
			return nil, err
		}
		if !kind.isInstant() {
			return nil, wrong(placeOf(*end), "an interval goes from a date to a date, but %s is %s", said(*end), kind)
		}
		*end = checked
	}
	from, fromKnown := instantOf(i.From, 0)
	to, toKnown := instantOf(i.To, 24*time.Hour-1)
	if fromKnown && toKnown && from.After(to) {
		return nil, wrong(i.at, "the interval ends before it begins")
	}
	return i, nil
}

// instantOf is the instant that a literal says, so long after the beginning of the day if it is a day.
func instantOf(e Expr, within time.Duration) (time.Time, bool) {
	switch e := e.(type) {
	case Date:
		return e.Value.Add(within), true
	case Timestamp:
		return e.Value, true
	}
	return time.Time{}, false
}

// arrays holds the operands of an array function to lists of items of one kind; those of a column are texts.
func (c *checker) arrays(e Call, kinds []Kind) error {
	if err := allAre(e, kinds, KindArray); err != nil {
		return err
	}
	var of Kind
	for _, arg := range e.Args {
		item := KindText
		if list, ok := arg.(Array); ok {
			item = c.itemKind(list)
		}
		if of != 0 && item != 0 && of != item {
			return wrong(placeOf(arg), "the items of %s are %s, not %s", said(arg), item.plural(), of.plural())
		}
		of = max(of, item)
	}
	return nil
}

// itemKind is what the items of a checked list are, 0 when it has none. It does not check them again: in lists that are
// in lists that would take twice as long for each.
func (c *checker) itemKind(list Array) Kind {
	if len(list.Items) == 0 {
		return 0
	}
	switch first := list.Items[0].(type) {
	case Call:
		if f := functionOf(first.Op); f != nil {
			return f.Returns
		}
		return operatorOf(first.Op).gives
	case Property:
		return c.fields[first.Name].Kind
	}
	return kindOf(list.Items[0])
}

func (c *checker) array(list Array) (Expr, error) {
	items, kinds, err := c.all(list.Items)
	if err != nil {
		return nil, err
	}
	for i, kind := range kinds {
		if kind != kinds[0] || kind >= KindInterval {
			return nil, wrong(placeOf(items[i]), "the items of a list are texts, numbers, dates or booleans, all alike: %s is %s", said(items[i]), kind)
		}
	}
	list.Items = items
	return list, nil
}

func (c *checker) function(e Call) (Expr, Kind, error) {
	f := functionOf(e.Op)
	if f == nil {
		return nil, 0, wrong(e.at, "unknown function %s%s", quote(e.Op), meant(e.Op, callable()))
	}
	if len(e.Args) != len(f.Arguments) {
		return nil, 0, wrong(e.at, "%s takes %s, not %d", f.Name, arguments(len(f.Arguments), 0), len(e.Args))
	}
	args, kinds, err := c.all(e.Args)
	if err != nil {
		return nil, 0, err
	}
	for i := range args {
		want := f.Arguments[i].Kind
		if err := dated(&args[i], &kinds[i], want); err != nil {
			return nil, 0, err
		}
		if kinds[i] != want && !(kinds[i].isInstant() && want.isInstant()) {
			return nil, 0, wrong(placeOf(args[i]), "%s takes %s, but %s is %s", f.Name, want, said(args[i]), kinds[i])
		}
	}
	return Call{e.at, f.Name, args}, f.Returns, nil
}

// callable are the names of all that is written as a function.
func callable() (names []string) {
	for _, f := range Functions {
		names = append(names, f.Name)
	}
	for _, op := range operators {
		if op.called {
			names = append(names, strings.ToUpper(op.name))
		}
	}
	slices.Sort(names)
	return names
}
