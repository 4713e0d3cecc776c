package store

import (
	"fmt"
	"strings"
	"time"

	"maille/internal/cql2"
)

// span is a date, a timestamp or an interval: both its ends are in it (OGC 21-065r2 §7.7).
type span struct{ from, to moment }

// moment is an end of a span. A day is compared with days as such; with an instant, the beginning of a span is its first
// instant and the end its last.
type moment struct {
	column string    // of dates
	at     time.Time // of a literal
	isDay  bool      // a date, be it a column's or at
	open   int       // -1 before all time, 1 after
	end    bool
}

func spanOfColumn(name string) *span {
	return &span{moment{column: name, isDay: true}, moment{column: name, isDay: true, end: true}}
}

func (f *filter) time(e cql2.Expr) term {
	t := term{kind: isTime, fixed: true}
	switch e := e.(type) {
	case cql2.Date:
		t.span = &span{moment{at: e.Value, isDay: true}, moment{at: e.Value, isDay: true, end: true}}
	case cql2.Timestamp:
		t.span = &span{moment{at: e.Value}, moment{at: e.Value, end: true}}
	case cql2.Interval:
		t.fixed = false
		t.span = &span{f.end(e.From, -1), f.end(e.To, 1)}
	}
	return t
}

func (f *filter) end(e cql2.Expr, side int) moment {
	if e == nil {
		return moment{open: side}
	}
	t := f.term(e)
	switch {
	case f.err != nil:
		return moment{}
	case t.kind != isTime:
		f.refuse("an interval goes from a date to a date")
		return moment{}
	case side < 0:
		return t.span.from
	}
	return t.span.to
}

// The days that PostgreSQL knows and columns may have, with room on both sides.
const (
	firstDay = -2_400_000
	lastDay  = 4_000_000
)

// day is a date in SQL. That of a literal becomes a parameter when it is asked for, since PostgreSQL wants no other.
func (f *filter) day(m moment) string {
	if m.column != "" {
		return m.column
	}
	return f.date(m.at)
}

// date is a day as a number of days: PostgreSQL does not read the year 0000, which RFC 3339 allows.
func (f *filter) date(t time.Time) string {
	return "(date '2000-01-01' + " + f.arg(min(max(dayOf(t)-epochDays, firstDay), lastDay)) + "::integer)"
}

func dayOf(t time.Time) int64 {
	const seconds = 86400
	day := t.Unix() / seconds
	if t.Unix()%seconds < 0 {
		day--
	}
	return day
}

func (s span) unknown() string {
	var terms []string
	for _, m := range []moment{s.from, s.to} {
		if m.column != "" {
			terms = append(terms, m.column+" is null")
		}
	}
	return strings.Join(append(terms, "false"), " or ")
}

// compareTimes compares days and instants by the temporal functions that say the same.
func (f *filter) compareTimes(a span, op string, b span) string {
	switch op {
	case "<":
		return f.before(a, b)
	case ">":
		return f.before(b, a)
	case "<=":
		return "not (" + f.before(b, a) + ")"
	case ">=":
		return "not (" + f.before(a, b) + ")"
	case "=":
		return f.both(a, "=", "=", b)
	}
	return "not (" + f.both(a, "=", "=", b) + ")"
}

func (f *filter) before(a, b span) string { return f.order(a.to, "<", b.from) }

// both compares the beginnings and the ends.
func (f *filter) both(a span, from, to string, b span) string {
	if a.isDay() && b.isDay() && from == to {
		return f.order(a.from, from, b.from)
	}
	return f.order(a.from, from, b.from) + " and " + f.order(a.to, to, b.to)
}

func (s span) isDay() bool {
	return s.from.isDay && s.to.isDay && s.from.column == s.to.column && s.from.at.Equal(s.to.at)
}

// relations are the temporal functions (OGC 21-065r2 §7.7.2, after the Time Ontology in OWL).
var relations = map[string]func(f *filter, a, b span) string{
	"t_after":    func(f *filter, a, b span) string { return f.before(b, a) },
	"t_before":   func(f *filter, a, b span) string { return f.before(a, b) },
	"t_disjoint": func(f *filter, a, b span) string { return f.before(a, b) + " or " + f.before(b, a) },
	"t_intersects": func(f *filter, a, b span) string {
		return f.order(a.to, ">=", b.from) + " and " + f.order(a.from, "<=", b.to)
	},
	"t_equals": func(f *filter, a, b span) string { return f.both(a, "=", "=", b) },
	"t_contains": func(f *filter, a, b span) string {
		return f.order(a.from, "<", b.from) + " and " + f.order(a.to, ">", b.to)
	},
	"t_during": func(f *filter, a, b span) string {
		return f.order(a.from, ">", b.from) + " and " + f.order(a.to, "<", b.to)
	},
	"t_finishedBy": func(f *filter, a, b span) string {
		return f.order(a.from, "<", b.from) + " and " + f.order(a.to, "=", b.to)
	},
	"t_finishes": func(f *filter, a, b span) string {
		return f.order(a.from, ">", b.from) + " and " + f.order(a.to, "=", b.to)
	},
	"t_startedBy": func(f *filter, a, b span) string {
		return f.order(a.from, "=", b.from) + " and " + f.order(a.to, ">", b.to)
	},
	"t_starts": func(f *filter, a, b span) string {
		return f.order(a.from, "=", b.from) + " and " + f.order(a.to, "<", b.to)
	},
	"t_meets":    func(f *filter, a, b span) string { return f.order(a.to, "=", b.from) },
	"t_metBy":    func(f *filter, a, b span) string { return f.order(a.from, "=", b.to) },
	"t_overlaps": (*filter).overlaps,
	"t_overlappedBy": func(f *filter, a, b span) string {
		return f.overlaps(b, a)
	},
}

func (f *filter) overlaps(a, b span) string {
	return f.order(a.from, "<", b.from) + " and " + f.order(a.to, ">", b.from) + " and " + f.order(a.to, "<", b.to)
}

func (f *filter) relation(e cql2.Call) term {
	a, b := f.term(e.Args[0]), f.term(e.Args[1])
	if f.err != nil || a.kind != isTime || b.kind != isTime {
		return f.refuse("%s compares dates, timestamps and intervals", e.Op)
	}
	return truth(relations[e.Op](f, *a.span, *b.span))
}

// order compares two ends: = < > <= >=.
func (f *filter) order(a moment, op string, b moment) string {
	switch {
	case a.open != 0 || b.open != 0:
		return certain(holds(a.open-b.open, op), a, b)
	case a.isDay && b.isDay:
		return fmt.Sprintf("%s %s %s", f.day(a), op, f.day(b))
	case a.isDay:
		return f.orderInstant(a, op, b.at)
	case b.isDay:
		return f.orderInstant(b, inverse[op], a.at)
	}
	return certain(holds(a.at.Compare(b.at), op))
}

// orderInstant compares the first or the last instant of a day with an instant, as days: the last one is the instant
// before the next day, whatever the clock's resolution.
func (f *filter) orderInstant(a moment, op string, at time.Time) string {
	midnight := at.Equal(time.Unix(dayOf(at)*86400, 0))
	switch {
	case op == "=" && (a.end || !midnight):
		return certain(false, a)
	case op != "=" && a.end: // never the instant itself
		op = map[byte]string{'<': "<", '>': ">="}[op[0]]
	case op != "=" && !midnight:
		op = map[byte]string{'<': "<=", '>': ">"}[op[0]]
	}
	return fmt.Sprintf("%s %s %s", f.day(a), op, f.date(at))
}

func holds(sign int, op string) bool {
	switch op {
	case "=":
		return sign == 0
	case "<":
		return sign < 0
	case ">":
		return sign > 0
	case "<=":
		return sign <= 0
	}
	return sign >= 0
}

// certain is true or false where the days are known, and unknown elsewhere.
func certain(answer bool, days ...moment) string {
	for _, m := range days {
		if m.column != "" && answer {
			return m.column + " = " + m.column
		} else if m.column != "" {
			return m.column + " <> " + m.column
		}
	}
	return fmt.Sprint(answer)
}

// partOf is a field of a date.
func partOf(field string) func(*filter, []cql2.Expr) term {
	return func(f *filter, args []cql2.Expr) term {
		t := f.term(args[0])
		if f.err != nil || t.kind != isTime {
			return f.refuse("%s takes a date", field)
		}
		return term{sql: "extract(" + field + " from " + f.day(t.span.from) + ")::bigint", kind: isInteger}
	}
}
