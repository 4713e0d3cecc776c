package cql2

import "unicode/utf8"

// ParseText reads CQL2 text by the grammar of OGC 21-065r2 Annex B, with a few liberties that take nothing from it:
// comparisons in brackets are values, a ^ b ^ c groups from the right, an interval may hold DATE(…), and a timestamp may
// have an offset. The error is fault.Invalid and names the column.
func ParseText(filter string) (Expr, error) {
	switch {
	case len(filter) > MaxLength:
		return nil, wrong(at{}, "it is longer than %d bytes", MaxLength)
	case !utf8.ValidString(filter):
		return nil, wrong(at{}, "it is not UTF-8")
	}
	p := &parser{lexer: lexer{rest: filter, column: 1}}
	p.tok, p.ahead = p.lexer.next(), p.lexer.next()
	if p.tok.kind == end {
		return nil, wrong(at{}, "it is empty")
	}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.expected("AND, OR or the end of the filter")
	}
	return bounded(e)
}

// parser reads from its current token on; it looks one token ahead.
type parser struct {
	lexer   lexer
	tok     token
	ahead   token
	before  token // the one before the current
	nesting int
	list    bool // the value that begins at the current token may be a list in brackets
}

func (p *parser) advance() {
	p.before, p.tok, p.ahead = p.tok, p.ahead, p.lexer.next()
	p.list = false
}

// accept passes over a symbol or a keyword if it is there.
func (p *parser) accept(word string) bool {
	if !p.tok.is(word) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(word string) error {
	if p.accept(word) {
		return nil
	}
	if startsName(rune(word[0])) {
		return p.expected(word)
	}
	return p.expected(`"` + word + `"`)
}

// expected refuses the current token.
func (p *parser) expected(what string) error {
	if p.tok.kind == bad {
		return wrong(p.tok.at, "%s", p.tok.value)
	}
	said := "expected " + what
	if p.before.raw != "" {
		said += " after " + quote(p.before.raw)
	}
	switch {
	case p.tok.is("NULL"):
		said += ", found NULL, which only IS NULL and IS NOT NULL ask for"
	case p.tok.kind != end:
		said += ", found " + quote(p.tok.raw)
	}
	return wrong(p.tok.at, "%s", said)
}

// nest counts the brackets that are open; the caller takes one off again.
func (p *parser) nest() error {
	if p.nesting++; p.nesting > maxNesting {
		return wrong(p.tok.at, "more than %d brackets are open", maxNesting)
	}
	return nil
}

// expression reads the loosest: a or b or c.
func (p *parser) expression() (Expr, error) { return p.chain("or", p.conjunction) }

func (p *parser) conjunction() (Expr, error) { return p.chain("and", p.negation) }

func (p *parser) chain(op string, operand func() (Expr, error)) (Expr, error) {
	start := p.tok.at
	first, err := operand()
	if err != nil || !p.tok.is(op) {
		return first, err
	}
	args := []Expr{first}
	for p.accept(op) {
		arg, err := operand()
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	return joined(start, op, args), nil
}

func (p *parser) negation() (Expr, error) {
	var starts []at
	for p.tok.is("NOT") {
		starts = append(starts, p.tok.at)
		p.advance()
	}
	e, err := p.predicate()
	if err != nil {
		return nil, err
	}
	for i := len(starts) - 1; i >= 0; i-- {
		e = Call{starts[i], "not", []Expr{e}}
	}
	return e, nil
}

// predicate reads a value, and what is asked of it.
func (p *parser) predicate() (Expr, error) {
	start := p.tok.at
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	if op := operators[p.tok.value]; p.tok.kind == symbol && op != nil && op.gives == KindBoolean {
		p.advance()
		right, err := p.sum()
		return Call{start, op.name, []Expr{left, right}}, err
	}
	if p.accept("IS") {
		negated := p.accept("NOT")
		return negatedIf(negated, Call{start, "isNull", []Expr{left}}), p.expect("NULL")
	}
	negated := p.accept("NOT")
	call := Call{start, "", []Expr{left}}
	switch {
	case p.accept("LIKE"):
		call.Op = "like"
		err = p.operands(&call, p.sum)
	case p.accept("BETWEEN"):
		call.Op = "between"
		err = p.operands(&call, p.sum, p.afterAnd)
	case p.accept("IN"):
		call.Op = "in"
		err = p.operands(&call, p.items)
	case negated:
		return nil, p.expected("LIKE, BETWEEN or IN")
	default:
		return left, nil
	}
	return negatedIf(negated, call), err
}

func negatedIf(negated bool, call Call) Expr {
	if !negated {
		return call
	}
	return Call{call.at, "not", []Expr{call}}
}

func (p *parser) operands(call *Call, read ...func() (Expr, error)) error {
	for _, next := range read {
		arg, err := next()
		if err != nil {
			return err
		}
		call.Args = append(call.Args, arg)
	}
	return nil
}

func (p *parser) afterAnd() (Expr, error) {
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	return p.sum()
}

// items reads what follows IN.
func (p *parser) items() (Expr, error) {
	list := Array{at: p.tok.at}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var err error
	list.Items, err = p.separated(p.sum)
	return list, err
}

// separated reads at least one, and the closing bracket.
func (p *parser) separated(one func() (Expr, error)) (all []Expr, err error) {
	for {
		e, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, e)
		if !p.accept(",") {
			break
		}
	}
	if !p.accept(")") {
		return nil, p.expected(`"," or ")"`)
	}
	return all, nil
}
