package indicator

import (
	"cmp"
	"slices"
)

// openings are what a place is open, in a week of a year: the mean of 52 weeks, since some open every other week, or the first
// Saturday of a month.
type openings struct {
	minutes float64
	outside float64 // of which in the evening from Monday to Friday, or at the week-end
}

// Who works in office hours gains nothing from a place that opens at half past eight: what is before them is not outside of them.
const workdays = 5

// span is a time of a day in minutes, the end not in it; beyond 24 × 60 it goes on in the night.
type span struct{ from, to int }

const dayMinutes = 24 * 60

// The year that rules are tried on is the ISO year 2025, of 52 whole weeks: from Monday 30 December 2024 to Sunday 28 December 2025.
const (
	yearWeeks = 52
	weekDays  = 7
)

// readHours reads the notation opening_hours of OpenStreetMap as far as it is used for places: weekdays, their first or last of a month,
// weeks, months, dates of each year, times, off. Public and school holidays are passed over, they are not in the week that is
// described. ok is false for what is not understood as a whole (a comment without "open", an open end, the sun, a year): that is unknown, never zero.
func readHours(text string, evening int) (o openings, ok bool) {
	rules, ok := parseHours(text)
	if !ok {
		return o, false
	}
	weeks := 1
	if slices.ContainsFunc(rules, (*hoursRule).dated) {
		weeks = yearWeeks
	}
	for day := range weeks * weekDays {
		for _, s := range openOn(rules, day) {
			o.minutes += float64(s.to - s.from)
			if day%weekDays >= workdays {
				o.outside += float64(s.to - s.from)
			} else {
				o.outside += float64(max(0, s.to-max(s.from, evening)))
			}
		}
	}
	o.minutes /= float64(weeks)
	o.outside /= float64(weeks)
	return o, true
}

// openOn is when rules open on a day of the year: each takes the place of those before it, unless it adds to them.
func openOn(rules []*hoursRule, day int) (open []span) {
	for _, r := range rules {
		switch {
		case !r.matches(day):
		case r.off && len(r.spans) == 0:
			open = nil
		case r.off:
			open = without(open, r.spans)
		case r.adds:
			open = append(open, r.spans...)
		default:
			open = slices.Clone(r.spans)
		}
	}
	return merged(open)
}

// merged are spans in their order, none over another.
func merged(spans []span) (apart []span) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	for _, s := range spans {
		if n := len(apart); n > 0 && s.from <= apart[n-1].to {
			apart[n-1].to = max(apart[n-1].to, s.to)
			continue
		}
		apart = append(apart, s)
	}
	return apart
}

// without takes spans out of others.
func without(open, closed []span) []span {
	for _, c := range closed {
		var left []span
		for _, o := range open {
			if before := (span{o.from, min(o.to, c.from)}); before.from < before.to {
				left = append(left, before)
			}
			if after := (span{max(o.from, c.to), o.to}); after.from < after.to {
				left = append(left, after)
			}
		}
		open = left
	}
	return open
}
