package cql2

import "strings"

// ParseJSON reads CQL2 JSON by the schema of OGC 21-065r2 Annex A. The error is fault.Invalid and names the place as
// JSONPath does.
func ParseJSON(data []byte) (Expr, error) {
	v, err := readJSON(data)
	if err != nil {
		return nil, err
	}
	e, err := v.expression()
	if err != nil {
		return nil, err
	}
	return bounded(e)
}

// expression reads a value that is no list.
func (v *value) expression() (Expr, error) {
	switch v.kind {
	case jsonString:
		return newText(v.at, v.text)
	case jsonNumber:
		return newNumber(v.at, v.text)
	case jsonBoolean:
		return Boolean{v.at, v.yes}, nil
	case jsonObject:
		return v.object()
	case jsonArray:
		return nil, wrong(v.at, "an array stands as the second argument of in and in the a_ functions only")
	}
	return nil, wrong(v.at, "null is no value; isNull asks for it")
}

// element reads a value that may be a list.
func (v *value) element() (Expr, error) {
	if v.kind != jsonArray {
		return v.expression()
	}
	return v.array((*value).element)
}

func (v *value) array(one func(*value) (Expr, error)) (Expr, error) {
	list := Array{at: v.at}
	for i := range v.items {
		item, err := one(&v.items[i])
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// object reads what one of its members says it is.
func (v *value) object() (Expr, error) {
	for _, is := range [...]struct {
		name string
		read func(v, m *value) (Expr, error)
	}{
		{"op", (*value).call}, {"property", (*value).property}, {"date", (*value).date}, {"timestamp", (*value).timestamp},
		{"interval", (*value).interval}, {"type", (*value).geometry}, {"bbox", (*value).bbox},
	} {
		if m := v.member(is.name); m != nil {
			return is.read(v, m)
		}
	}
	return nil, wrong(v.at, "an object has a member op, property, date, timestamp, interval, bbox or type")
}

func (v *value) property(name *value) (Expr, error) {
	if err := v.only("property"); err != nil {
		return nil, err
	}
	if err := name.mustBe(jsonString, "the name of a property"); err != nil {
		return nil, err
	}
	return newProperty(v.at, name.text)
}

func (v *value) date(written *value) (Expr, error) {
	if err := v.only("date"); err != nil {
		return nil, err
	}
	if err := written.mustBe(jsonString, "a date"); err != nil {
		return nil, err
	}
	return newDate(v.at, written.at, written.text)
}

func (v *value) timestamp(written *value) (Expr, error) {
	if err := v.only("timestamp"); err != nil {
		return nil, err
	}
	if err := written.mustBe(jsonString, "a timestamp"); err != nil {
		return nil, err
	}
	return newTimestamp(v.at, written.at, written.text)
}

func (v *value) interval(of *value) (Expr, error) {
	if err := v.only("interval"); err != nil {
		return nil, err
	}
	if of.kind != jsonArray || len(of.items) != 2 {
		return nil, wrong(of.at, "an interval is an array of two")
	}
	from, err := of.items[0].intervalEnd()
	if err != nil {
		return nil, err
	}
	to, err := of.items[1].intervalEnd()
	return Interval{v.at, from, to}, err
}

func (v *value) intervalEnd() (Expr, error) {
	if v.kind == jsonString {
		return newIntervalEnd(v.at, v.text)
	}
	e, err := v.expression()
	if err != nil {
		return nil, err
	}
	return e, endsInterval(e)
}

func (v *value) call(op *value) (Expr, error) {
	if err := v.only("op", "args"); err != nil {
		return nil, err
	}
	if err := op.mustBe(jsonString, "op"); err != nil {
		return nil, err
	}
	args := v.member("args")
	if args == nil {
		return nil, wrong(v.at, "args is missing")
	}
	if err := args.mustBe(jsonArray, "args"); err != nil {
		return nil, err
	}
	known := operatorOf(op.text)
	if known == nil {
		return v.function(op, args)
	}
	if wanted, ok := known.takes(len(args.items)); !ok {
		return nil, wrong(args.at, "%s takes %s, not %d", known.name, wanted, len(args.items))
	}
	return v.operation(known, args)
}

func (v *value) operation(op *operator, args *value) (Expr, error) {
	call := Call{v.at, op.name, make([]Expr, len(args.items))}
	for i := range args.items {
		arg, err := args.items[i].argument(op, i)
		if err != nil {
			return nil, err
		}
		call.Args[i] = arg
	}
	if op.name == "and" || op.name == "or" {
		return joined(v.at, op.name, call.Args), nil
	}
	return call, nil
}

func (v *value) argument(op *operator, i int) (Expr, error) {
	switch {
	case op.operands == KindArray:
		return v.element()
	case op.name != "in" || i == 0:
		return v.expression()
	case v.kind != jsonArray || len(v.items) == 0:
		return nil, wrong(v.at, "the second argument of in is an array of at least one value")
	}
	return v.array((*value).expression)
}

// function reads the call of a custom one. Its name is one that text can say.
func (v *value) function(name, args *value) (Expr, error) {
	if nameLength(name.text) != len(name.text) || name.text == "" || !startsName([]rune(name.text)[0]) ||
		reserved[strings.ToUpper(name.text)] || literalOf(strings.ToUpper(name.text)) != nil {
		return nil, wrong(name.at, "no operator or function is named %s", quote(name.text))
	}
	call := Call{at: v.at, Op: name.text}
	for i := range args.items {
		arg, err := args.items[i].expression()
		if err != nil {
			return nil, err
		}
		call.Args = append(call.Args, arg)
	}
	return call, nil
}
