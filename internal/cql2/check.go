package cql2

import (
	"slices"
	"strconv"
)

// Check holds an expression to the queryables and to the kinds that operators take, and gives the tree to use: a text
// that is compared with a date has become a Date or a Timestamp, and functions have their own name. The filter itself
// must be true or false. A comparison with a value that a column never has is right, and holds for nothing. Temporal
// functions take instants wherever they take intervals. The error is fault.Invalid and says what is there.
func Check(e Expr, fields []Field) (Expr, error) {
	c := &checker{fields: make(map[string]Field, len(fields))}
	for _, f := range fields {
		c.fields[f.Name] = f
		c.names = append(c.names, f.Name)
	}
	e, kind, err := c.expression(e)
	if err != nil {
		return nil, err
	}
	if kind != KindBoolean {
		return nil, wrong(placeOf(e), "a filter is true or false, but %s is %s", said(e), kind)
	}
	return e, nil
}

type checker struct {
	fields map[string]Field
	names  []string
}

// expression gives the checked expression and its kind.
func (c *checker) expression(e Expr) (Expr, Kind, error) {
	switch e := e.(type) {
	case Call:
		return c.call(e)
	case Property:
		field, known := c.fields[e.Name]
		if !known {
			return nil, 0, wrong(e.at, "unknown property %s%s", quote(e.Name), meant(e.Name, c.names))
		}
		return e, field.Kind, nil
	case Interval:
		checked, err := c.interval(e)
		return checked, KindInterval, err
	case Array:
		checked, err := c.array(e)
		return checked, KindArray, err
	}
	return e, kindOf(e), nil
}

// kindOf is what a literal is.
func kindOf(e Expr) Kind {
	switch e.(type) {
	case Text:
		return KindText
	case Number:
		return KindNumber
	case Boolean:
		return KindBoolean
	case Date:
		return KindDate
	case Timestamp:
		return KindTimestamp
	}
	return KindGeometry // or BBox
}

func (c *checker) call(e Call) (Expr, Kind, error) {
	op := operatorOf(e.Op)
	if op == nil {
		return c.function(e)
	}
	if op.name == "in" {
		return c.membership(e)
	}
	checked, kinds, err := c.all(e.Args)
	if err != nil {
		return nil, 0, err
	}
	e.Args = checked
	switch {
	case op.operands == KindInterval:
		err = instants(e, kinds)
	case op.operands == KindArray:
		err = c.arrays(e, kinds)
	case op.operands != 0:
		err = allAre(e, kinds, op.operands)
	case e.Op != "isNull":
		err = comparable(e, kinds)
	}
	if err == nil && e.Op == "like" {
		err = pattern(e.Args[1])
	}
	return e, op.gives, err
}

// all checks expressions into a slice of its own, since a tree is not changed where it stands.
func (c *checker) all(args []Expr) ([]Expr, []Kind, error) {
	checked, kinds := make([]Expr, len(args)), make([]Kind, len(args))
	for i, arg := range args {
		var err error
		if checked[i], kinds[i], err = c.expression(arg); err != nil {
			return nil, nil, err
		}
	}
	return checked, kinds, nil
}

func allAre(e Call, kinds []Kind, want Kind) error {
	for i, kind := range kinds {
		if kind != want {
			return wrong(placeOf(e.Args[i]), "%s takes %s, but %s is %s", shown(e), want.plural(), said(e.Args[i]), kind)
		}
	}
	return nil
}

// comparable holds the operands of a comparison or of BETWEEN to one kind that has an order. It dates their texts.
func comparable(e Call, kinds []Kind) error {
	if err := allDated(e.Args, kinds); err != nil {
		return err
	}
	for i := 1; i < len(e.Args); i++ {
		if err := alike(e.Args[0], e.Args[i], kinds[0], kinds[i]); err != nil {
			return err
		}
	}
	switch kind := kinds[0]; {
	case kind == KindGeometry:
		return wrong(placeOf(e.Args[0]), "%s does not compare geometries; S_EQUALS and S_INTERSECTS do", shown(e))
	case kind == KindArray:
		return wrong(placeOf(e.Args[0]), "%s does not compare lists; A_EQUALS and A_CONTAINS do", shown(e))
	case kind == KindInterval:
		return wrong(placeOf(e.Args[0]), "%s does not compare intervals; the T_ functions do", shown(e))
	case kind == KindBoolean && e.Op == "between":
		return wrong(placeOf(e.Args[0]), "BETWEEN takes numbers, texts or dates, but %s is %s", said(e.Args[0]), kind)
	}
	return nil
}

// membership holds what follows IN to the kind of what stands before.
func (c *checker) membership(e Call) (Expr, Kind, error) {
	of, kind, err := c.expression(e.Args[0])
	if err != nil {
		return nil, 0, err
	}
	if kind >= KindInterval {
		return nil, 0, wrong(placeOf(of), "IN takes texts, numbers, dates and booleans, but %s is %s", said(of), kind)
	}
	list := e.Args[1].(Array)
	items, kinds, err := c.all(list.Items)
	if err != nil {
		return nil, 0, err
	}
	items, kinds = append(items, of), append(kinds, kind)
	if err := allDated(items, kinds); err != nil {
		return nil, 0, err
	}
	last := len(list.Items)
	for i := range last {
		if err := alike(items[last], items[i], kinds[last], kinds[i]); err != nil {
			return nil, 0, err
		}
	}
	return Call{e.at, e.Op, []Expr{items[last], Array{list.at, items[:last:last]}}}, KindBoolean, nil
}

// allDated makes instants of the texts among values of which one is an instant, wherever it stands.
func allDated(all []Expr, kinds []Kind) error {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.isInstant() || k == KindInterval })
	if i < 0 {
		return nil
	}
	beside := kinds[i]
	for i := range all {
		if err := dated(&all[i], &kinds[i], beside); err != nil {
			return err
		}
	}
	return nil
}

// alike holds two values to one kind.
func alike(left, right Expr, leftKind, rightKind Kind) error {
	if leftKind == rightKind || leftKind.isInstant() && rightKind.isInstant() {
		return nil
	}
	return wrong(placeOf(right), "%s is %s, %s is %s%s", said(left), leftKind, said(right), rightKind, advice(left, right, leftKind, rightKind))
}

// advice says how a value would be written that is of the other kind.
func advice(left, right Expr, leftKind, rightKind Kind) string {
	for range 2 {
		switch literal := right.(type) {
		case Number:
			if leftKind == KindText {
				return "; write '" + shorten(literal.Text) + "'"
			}
		case Text:
			if _, err := strconv.ParseFloat(literal.Value, 64); err == nil && leftKind == KindNumber {
				return "; write " + shorten(literal.Value) + " without quotes"
			}
		}
		left, right, leftKind, rightKind = right, left, rightKind, leftKind
	}
	if leftKind == KindArray || rightKind == KindArray {
		return "; A_CONTAINS(list, ('a', 'b')) asks for items of a list"
	}
	return ""
}

// dated makes an instant of a text literal when what it is beside is one.
func dated(e *Expr, kind *Kind, beside Kind) error {
	literal, ok := (*e).(Text)
	if !ok || !beside.isInstant() && beside != KindInterval {
		return nil
	}
	made, err := newIntervalEnd(literal.at, literal.Value)
	if err != nil {
		return err
	}
	if made == nil {
		return wrong(literal.at, "'..' is no day such as 2026-06-30")
	}
	*e, *kind = made, KindDate // which is alike to a timestamp
	return nil
}
