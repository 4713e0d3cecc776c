package store

import (
	"fmt"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/schema"
)

// sortKey is one key of an order, in SQL.
type sortKey struct {
	value      string // of a row
	descending bool
	text       bool
	indexed    bool // an index has the rows in its order, and in that of _ord where it is equal
	nullable   bool
}

func sortKeys(d *dataset.Dataset, sorts []dataset.Sort) ([]sortKey, error) {
	keys := make([]sortKey, len(sorts))
	for i, s := range sorts {
		c := d.Schema.Column(s.Column)
		if c == nil || c.Type == schema.List {
			return nil, fault.New(fault.Invalid, "sortby: features are not sorted by %q", s.Column).About("sortby")
		}
		keys[i] = sortKey{value: orderOf(d, c), descending: s.Descending, text: c.Type == schema.String,
			indexed: slices.Contains(d.Publication.Index, c.Name), nullable: !c.Constraints.Required}
	}
	return keys, nil
}

// orderOf is what a column is sorted by. Texts that people read are in the order of their letters, É with E, whatever the
// case; those that only an index holds are codes, in the order of their bytes. Either order is alike on all servers.
func orderOf(d *dataset.Dataset, c *schema.Column) string {
	if c.Type == schema.String && (c.Name == d.Publication.Title || !slices.Contains(d.Publication.Index, c.Name)) {
		return folded(c.Name)
	}
	return quote(c.Name)
}

func folded(column string) string { return "maille.folded(" + quote(column) + ")" }

// direction is a key in an "order by". Without nulls, an index that has them last is read from either end.
func (k *sortKey) direction(nulls bool) string {
	sql := k.value + " using " + k.operator("<", ">")
	if nulls {
		sql += " nulls last"
	}
	return sql
}

// beyond is the operator of values that come later.
func (k *sortKey) beyond() string { return k.operator(">", "<") }

func (k *sortKey) operator(rising, falling string) string {
	op := rising
	if k.descending {
		op = falling
	}
	if k.text {
		return byBytes[op]
	}
	return op
}

// sorted writes the statements of a query in an order.
type sorted struct {
	*where
	from    string // what is read
	reads   string // select … from …
	table   string
	keys    []sortKey
	after   int64
	foreign bool // the conditions are a stranger's
}

// only has the rows of these ranks read, which the conditions were found to match.
func (s *sorted) only(ranks []int64) {
	s.where, s.foreign = &where{}, false
	s.from = fmt.Sprintf("(select * from %s where _ord = any(%s::bigint[]) offset 0) v", s.table, s.arg(ranks))
}

// found has the conditions' own index read before the rows are sorted: offset 0 keeps it in use.
func (s *sorted) found() {
	s.from = fmt.Sprintf("(select * from %s where %s offset 0) v", s.table, s.and())
	s.terms = nil
}

// whole reads in one statement, which sorts unless the order is that of _ord.
func (s *sorted) whole(limit string) statementOf {
	if len(s.keys) == 0 || s.after > 0 {
		s.add(s.later(s.keys, s.arg(s.after)+"::bigint"))
	}
	sql := s.reads
	if len(s.terms) > 0 {
		sql += " where " + s.and()
	}
	return statementOf{sql: sql + " order by " + order(s.keys, true) + limit, args: s.args, foreign: s.foreign}
}

// parted reads département by département; rows that are of none come last.
func (s *sorted) parted(d *dataset.Dataset) statementOf {
	sql := s.reads
	if len(s.terms) > 0 {
		sql += " where " + s.and()
	}
	return statementOf{sql: fmt.Sprintf("%s order by substring(%s from '%s') collate \"C\", _ord", sql, quote(d.Publication.Commune), dataset.DepartementForm),
		args: s.args, foreign: s.foreign}
}

// stretches read along the index of the first key: the rest of the rows that equal the last one, those beyond it, those
// that have none. Each is a range of the index in its order, so that a page far away costs what the first one costs.
func (s *sorted) stretches() []statementOf {
	first, rest := s.keys[0], s.keys[1:]
	if s.after == 0 {
		parts := []statementOf{s.stretch(order(s.keys, false), first.value+" is not null")}
		if first.nullable {
			parts = append(parts, s.stretch(order(rest, true), first.value+" is null"))
		}
		return parts
	}
	mark := s.arg(s.after) + "::bigint"
	last := s.last(first, mark)
	later := s.later(rest, mark)
	parts := []statementOf{
		s.stretch(order(rest, true), fmt.Sprintf("%s = %s", first.value, last), later),
		s.stretch(order(s.keys, false), fmt.Sprintf("%s %s %s", first.value, first.beyond(), last)),
	}
	if first.nullable {
		parts = append(parts, s.stretch(order(rest, true), first.value+" is null", fmt.Sprintf("(%s is not null or %s)", last, later)))
	}
	return parts
}

func (s *sorted) stretch(order string, terms ...string) statementOf {
	all := append(terms, s.terms...)
	return statementOf{sql: fmt.Sprintf("%s where %s order by %s", s.reads, strings.Join(all, " and "), order), args: s.args, limit: true, foreign: s.foreign}
}

// last is the value of a key in the last row of the page before.
func (s *sorted) last(k sortKey, mark string) string {
	return fmt.Sprintf("(select %s from %s where _ord = %s)", k.value, s.table, mark)
}

// later holds for the rows that come after the last one in the order of the keys and of _ord.
func (s *sorted) later(keys []sortKey, mark string) string {
	if len(keys) == 0 {
		return "_ord > " + mark
	}
	k, last := keys[0], s.last(keys[0], mark)
	return fmt.Sprintf("(%[1]s %[2]s %[3]s or %[1]s is null and %[3]s is not null or %[1]s is not distinct from %[3]s and %[4]s)",
		k.value, k.beyond(), last, s.later(keys[1:], mark))
}

// order lists keys and _ord; nulls says whether the first key may have any.
func order(keys []sortKey, nulls bool) string {
	var parts []string
	for i := range keys {
		parts = append(parts, keys[i].direction(nulls || i > 0))
	}
	return strings.Join(append(parts, "_ord"), ", ")
}
