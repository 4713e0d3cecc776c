package store

import (
	"fmt"
	"strings"
	"time"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/schema"
)

// filter writes a filter as SQL. Every value is a parameter, every name is that of a column. Nulls are those of SQL: a
// condition over one is unknown, and what is unknown is left out.
type filter struct {
	*where
	d      *dataset.Dataset
	crs    *geo.OGCCRS // of spatial literals
	shapes []shape     // those that PostGIS prepares before the query
	named  int         // values that have a name, being written once
	err    error       // the first
}

// term is an expression in SQL.
type term struct {
	sql    string
	kind   kind
	number *cql2.Number // a literal, which is written when it is known what it is beside
	fixed  bool         // it is the same for all rows
	span   *span        // of a date, a timestamp or an interval
}

// kind is what a term gives, as PostgreSQL has it.
type kind uint8

const (
	isBoolean kind = iota + 1
	isText
	isInteger // bigint
	isDouble
	isTime // span says what
	isGeometry
	isList
)

var kindOf = map[schema.Type]kind{
	schema.String:  isText,
	schema.Integer: isInteger,
	schema.Number:  isDouble,
	schema.Boolean: isBoolean,
	schema.Date:    isTime,
	schema.List:    isList,
}

// refuse keeps the first thing that is wrong. The checks of package cql2 say most of it better, before.
func (f *filter) refuse(format string, args ...any) term {
	if f.err == nil {
		f.err = fault.New(fault.Invalid, "filter: "+format, args...).About("filter")
	}
	return term{}
}

// condition is an expression that is true, false or unknown.
func (f *filter) condition(e cql2.Expr) string {
	t := f.term(e)
	if t.kind != isBoolean && f.err == nil {
		f.refuse("%s is neither true nor false", cql2.AppendText(nil, e))
	}
	return t.sql
}

func truth(sql string) term { return term{sql: "(" + sql + ")", kind: isBoolean} }

// mostSQL is beyond what any filter that package cql2 takes becomes: PostgreSQL needs hundreds of times as much to plan it.
const mostSQL = 64 * cql2.MaxLength

func (f *filter) term(e cql2.Expr) term {
	t := f.written(e)
	if len(t.sql) > mostSQL {
		return f.refuse("it is too large")
	}
	return t
}

func (f *filter) written(e cql2.Expr) term {
	switch e := e.(type) {
	case cql2.Call:
		return f.call(e)
	case cql2.Property:
		return f.property(e.Name)
	case cql2.Text:
		return f.text(e.Value)
	case cql2.Number:
		return term{kind: isDouble, number: &e, fixed: true}
	case cql2.Boolean:
		return term{sql: f.arg(e.Value) + "::boolean", kind: isBoolean, fixed: true}
	case cql2.Date, cql2.Timestamp, cql2.Interval:
		return f.time(e)
	case cql2.Geometry:
		return f.geometry(e.Value, e.Column())
	case cql2.BBox:
		return f.bbox(e)
	case cql2.Array:
		return f.list(e)
	}
	return f.refuse("%T is not known", e)
}

func (f *filter) property(name string) term {
	if name == dataset.GeometryField && f.d.Publication.Geometry != nil {
		return term{sql: "geometry", kind: isGeometry}
	}
	c := f.d.Schema.Column(name)
	if c == nil {
		return f.refuse("unknown property %q", name)
	}
	t := term{sql: quote(name), kind: kindOf[c.Type]}
	if t.kind == isTime {
		t.span = spanOfColumn(t.sql)
	}
	return t
}

// text refuses what no text of PostgreSQL has, and so none of the data.
func (f *filter) text(value string) term {
	if !readable(value) {
		return f.refuse("a text has a character that is none")
	}
	return term{sql: f.arg(value) + "::text", kind: isText, fixed: true}
}

func (f *filter) call(e cql2.Call) term {
	switch e.Op {
	case "and", "or":
		return f.joined(e)
	case "not":
		return truth("not " + f.condition(e.Args[0]))
	case "=", "<>", "<", ">", "<=", ">=":
		return truth(f.nearby(e) + f.compare(f.term(e.Args[0]), e.Op, f.term(e.Args[1])))
	case "between":
		return truth(f.once(f.term(e.Args[0]), func(value term) string {
			return f.compare(value, ">=", f.term(e.Args[1])) + " and " + f.compare(value, "<=", f.term(e.Args[2]))
		}))
	case "in":
		return f.in(e)
	case "isNull":
		return f.isNull(e.Args[0])
	case "like":
		return truth(f.textOf(e.Args[0]).sql + " like " + f.pattern(e.Args[1]))
	case "+", "-", "*", "/", "^", "%", "div":
		return f.arithmetic(e)
	}
	switch {
	case relations[e.Op] != nil:
		return f.relation(e)
	case predicates[e.Op] != "":
		return f.predicate(e)
	case listOperators[e.Op] != "":
		return f.compareLists(e)
	case functions[e.Op] != nil:
		return functions[e.Op](f, e.Args)
	}
	return f.refuse("unknown function %q", e.Op)
}

func (f *filter) joined(e cql2.Call) term {
	terms := make([]string, len(e.Args))
	for i, arg := range e.Args {
		terms[i] = f.condition(arg)
	}
	return truth(strings.Join(terms, " "+e.Op+" "))
}

func (f *filter) isNull(e cql2.Expr) term {
	t := f.term(e)
	switch {
	case t.number != nil:
		return truth("false")
	case t.span != nil:
		return truth(t.span.unknown())
	}
	return truth(t.sql + " is null")
}

// in is an array where all the values are literals of the column's type, so that an index serves; else comparisons.
func (f *filter) in(e cql2.Call) term {
	value, list := f.term(e.Args[0]), e.Args[1].(cql2.Array)
	if value.kind == isText {
		if texts, all := literals(list, textOfLiteral); all {
			return truth(value.sql + " = any(" + f.arg(texts) + "::text[])")
		}
	}
	if value.kind == isInteger {
		if integers, all := literals(list, wholeOf); all {
			return truth(value.sql + " = any(" + f.arg(integers) + "::bigint[])")
		}
	}
	return truth(f.once(value, func(value term) string {
		terms := make([]string, len(list.Items))
		for i, item := range list.Items {
			terms[i] = f.compare(value, "=", f.term(item))
		}
		return strings.Join(terms, " or ")
	}))
}

// once gives a value that is used more than once a name, unless it is as short: a value in a value in a value would else be
// written, and planned, twice as often at each step. Offset 0 keeps the planner from putting it back in each place.
func (f *filter) once(t term, use func(term) string) string {
	const short = 80 // a quoted name has 65 bytes at most
	if len(t.sql) <= short {
		return use(t)
	}
	value := t.sql
	f.named++
	t.sql = fmt.Sprintf(`"value %d"`, f.named) // a column's name has no space
	return fmt.Sprintf("(select %s from (select %s as %s offset 0) named)", use(t), value, t.sql)
}

func literals[T any](list cql2.Array, value func(cql2.Expr) (T, bool)) (values []T, all bool) {
	for _, item := range list.Items {
		v, ok := value(item)
		if !ok {
			return nil, false
		}
		values = append(values, v)
	}
	return values, len(values) > 0
}

var inverse = map[string]string{"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

// byBytes are the operators that put texts in the order of their bytes, alike on all servers, which an index of
// text_pattern_ops serves.
var byBytes = map[string]string{"=": "=", "<>": "<>", "<": "~<~", ">": "~>~", "<=": "~<=~", ">=": "~>=~"}

func (f *filter) compare(a term, op string, b term) string {
	switch {
	case f.err != nil:
		return ""
	case a.isNumber() && b.isNumber():
		return f.compareNumbers(a, op, b)
	case a.kind == isTime && b.kind == isTime:
		return f.compareTimes(*a.span, op, *b.span)
	case a.kind == isText && b.kind == isText:
		return fmt.Sprintf("%s %s %s", a.sql, byBytes[op], b.sql)
	case a.kind == isBoolean && b.kind == isBoolean:
		return fmt.Sprintf("%s %s %s", a.sql, op, b.sql)
	}
	return f.refuse("%s compares numbers, texts, dates or booleans with their like", op).sql
}

// listOperators compare lists as sets (OGC 21-065r2 /req/array-functions/array-predicates).
var listOperators = map[string]string{"a_equals": "@>", "a_contains": "@>", "a_containedBy": "<@", "a_overlaps": "&&"}

func (f *filter) compareLists(e cql2.Call) term {
	a, b := f.term(e.Args[0]), f.term(e.Args[1])
	if a.kind != isList || b.kind != isList {
		return f.refuse("%s compares lists", e.Op)
	}
	if e.Op != "a_equals" {
		return truth(a.sql + " " + listOperators[e.Op] + " " + b.sql)
	}
	return truth(f.once(a, func(a term) string {
		return f.once(b, func(b term) string { return fmt.Sprintf("%[1]s @> %[2]s and %[1]s <@ %[2]s", a.sql, b.sql) })
	}))
}

// list is an array of texts, as columns are; numbers, dates and booleans stand only beside their like.
func (f *filter) list(e cql2.Array) term {
	if len(e.Items) == 0 {
		return term{sql: f.arg([]string{}) + "::text[]", kind: isList, fixed: true} // a nil slice would be null
	}
	if texts, all := literals(e, textOfLiteral); all {
		return term{sql: f.arg(texts) + "::text[]", kind: isList, fixed: true}
	}
	items := make([]string, len(e.Items))
	for i, item := range e.Items {
		items[i] = f.asText(f.term(item))
	}
	return term{sql: "array[" + strings.Join(items, ", ") + "]::text[]", kind: isList}
}

// asText is a value as a text that equal values share.
func (f *filter) asText(t term) string {
	switch {
	case t.isNumber():
		return f.double(t) + "::text"
	case t.kind == isText:
		return t.sql
	case t.kind == isBoolean:
		return t.sql + "::text"
	case t.kind == isTime && t.span.isDay():
		return "(" + f.day(t.span.from) + " - date '2000-01-01')::text"
	case t.kind == isTime && t.span.from.at.Equal(t.span.to.at): // a timestamp
		return f.arg(t.span.from.at.Format(time.RFC3339Nano)) + "::text"
	}
	return f.refuse("the items of a list are texts, numbers, dates or booleans").sql
}
