package cql2

import "strings"

func (p *parser) sum() (Expr, error) { return p.leftward(p.product, "+", "-") }

func (p *parser) product() (Expr, error) { return p.leftward(p.power, "*", "/", "%", "div") }

// leftward reads operations of one rank, the first of which is done first.
func (p *parser) leftward(operand func() (Expr, error), ops ...string) (Expr, error) {
	start := p.tok.at
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for {
		op := p.acceptAny(ops)
		if op == "" {
			return left, nil
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		left = Call{start, op, []Expr{left, right}}
	}
}

func (p *parser) acceptAny(words []string) string {
	for _, word := range words {
		if p.accept(word) {
			return word
		}
	}
	return ""
}

// power reads a ^ b, in which a sign belongs to the number before it: -2 ^ 2 is 4.
func (p *parser) power() (Expr, error) {
	start := p.tok.at
	base, err := p.signed()
	if err != nil || !p.accept("^") {
		return base, err
	}
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer func() { p.nesting-- }()
	exponent, err := p.power()
	return Call{start, "^", []Expr{base, exponent}}, err
}

// signed reads a value; the tree has no sign but in a number, so that -a is -1 * a as in CQL2 JSON.
func (p *parser) signed() (Expr, error) {
	start, negative, signs := p.tok.at, false, 0
	for ; p.tok.is("-") || p.tok.is("+"); signs++ {
		negative = negative != p.tok.is("-")
		p.advance()
	}
	if p.tok.kind == number {
		written := p.tok.value
		if negative {
			written = "-" + written
		}
		p.advance()
		return newNumber(start, written)
	}
	e, err := p.value()
	if err != nil || signs == 0 {
		return e, err
	}
	factor := Number{start, 1, "1"}
	if negative {
		factor = Number{start, -1, "-1"}
	}
	return Call{start, "*", []Expr{factor, e}}, nil
}

// value reads what stands by itself.
func (p *parser) value() (Expr, error) {
	t := p.tok
	switch {
	case t.kind == text:
		p.advance()
		return newText(t.at, t.value)
	case t.kind == quotedName:
		p.advance()
		return newProperty(t.at, t.value)
	case t.is("("):
		return p.group()
	case t.kind == name:
		return p.named()
	}
	return nil, p.expected("a value")
}

// group reads what is in brackets: an expression, or a list where one may be. One item in brackets is a list unless an
// operator follows: ('a') in A_CONTAINS(tags, ('a')).
func (p *parser) group() (Expr, error) {
	start, list := p.tok.at, p.list
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer func() { p.nesting-- }()
	p.advance()
	if !list {
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		if p.tok.is(",") {
			return nil, wrong(start, "a list stands after IN and in the A_ functions only")
		}
		if !p.accept(")") {
			return nil, p.expected(`AND, OR or ")"`)
		}
		return e, nil
	}
	if p.accept(")") {
		return Array{at: start}, nil
	}
	items, err := p.separated(p.element)
	if err != nil {
		return nil, err
	}
	if len(items) > 1 || p.tok.is(",") || p.tok.is(")") {
		return Array{start, items}, nil
	}
	return items[0], nil
}

// element reads an expression that may be a list.
func (p *parser) element() (Expr, error) {
	p.list = true
	return p.expression()
}

// named reads what begins with a word: a property, a literal or a call.
func (p *parser) named() (Expr, error) {
	word, called := strings.ToUpper(p.tok.value), p.ahead.is("(")
	literal := literalOf(word)
	switch {
	case word == "TRUE" || word == "FALSE":
		b := Boolean{p.tok.at, word == "TRUE"}
		p.advance()
		return b, nil
	case reserved[word]:
		return nil, p.expected("a value")
	case literal != nil && (called || p.ahead.kind == name && shapeTags[strings.ToUpper(p.ahead.value)]):
		return literal(p)
	case called:
		return p.call()
	}
	property := Property{p.tok.at, p.tok.value}
	p.advance()
	return property, nil
}

// reserved are the words that are no property unless in quotes.
var reserved = map[string]bool{
	"AND": true, "OR": true, "NOT": true, "LIKE": true, "BETWEEN": true, "IN": true, "IS": true, "NULL": true, "TRUE": true, "FALSE": true,
}

// call reads a function and its arguments.
func (p *parser) call() (Expr, error) {
	call := Call{at: p.tok.at, Op: p.tok.value}
	argument := p.expression
	op := operatorOf(call.Op)
	if op != nil && !op.called {
		return nil, wrong(call.at, "%s is no function", shorten(call.Op))
	}
	if op != nil {
		call.Op = op.name
		if op.operands == KindArray {
			argument = p.element
		}
	}
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer func() { p.nesting-- }()
	p.advance()
	p.advance()
	if !p.accept(")") {
		var err error
		if call.Args, err = p.separated(argument); err != nil {
			return nil, err
		}
	}
	if op != nil {
		if wanted, ok := op.takes(len(call.Args)); !ok {
			return nil, wrong(call.at, "%s takes %s, not %d", strings.ToUpper(op.name), wanted, len(call.Args))
		}
	}
	return call, nil
}
