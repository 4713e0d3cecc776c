package indicator

import "time"

// hoursRule is one rule of opening hours. What it does not name, it leaves open to all.
type hoursRule struct {
	adds     bool // to what the rules before say, after a comma
	off      bool
	holidays bool // names public or school holidays
	weekdays []weekday
	weeks    []steps
	dates    []dates
	spans    []span
}

// weekday is one of 0 (Monday) to 6, of each week, or the nth of a month; from its end when below 0.
type weekday struct{ day, nth int }

// steps are from, from+by, …, at most to; by years' ends when from is after to.
type steps struct{ from, to, by int }

// dates go from a month and day, as 100 × month + day, to another, both in it; over the new year when the first is after.
type dates struct{ from, to int }

var yearStart = time.Date(2024, time.December, 30, 0, 0, 0, 0, time.UTC)

// dated says whether the rule is not of every week.
func (r *hoursRule) dated() bool {
	for _, w := range r.weekdays {
		if w.nth != 0 {
			return true
		}
	}
	return len(r.weeks) > 0 || len(r.dates) > 0
}

// matches says whether a rule is of a day of the year, from 0. One of holidays only is of none.
func (r *hoursRule) matches(day int) bool {
	if r.holidays && len(r.weekdays) == 0 {
		return false
	}
	date := yearStart.AddDate(0, 0, day)
	return r.onWeekday(day%weekDays, date) && r.inWeek(day/weekDays+1) && r.onDate(100*int(date.Month())+date.Day())
}

func (r *hoursRule) onWeekday(day int, date time.Time) bool {
	for _, w := range r.weekdays {
		if w.day == day && (w.nth == 0 || w.nth == nthOf(date) || w.nth == nthFromEnd(date)) {
			return true
		}
	}
	return len(r.weekdays) == 0
}

func nthOf(date time.Time) int { return (date.Day()-1)/weekDays + 1 }

func nthFromEnd(date time.Time) int {
	last := time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return -((last-date.Day())/weekDays + 1)
}

func (r *hoursRule) inWeek(week int) bool {
	for _, w := range r.weeks {
		if week >= w.from && week <= w.to && (week-w.from)%w.by == 0 {
			return true
		}
	}
	return len(r.weeks) == 0
}

func (r *hoursRule) onDate(date int) bool {
	for _, d := range r.dates {
		inside := date >= d.from && date <= d.to
		if d.from > d.to {
			inside = date >= d.from || date <= d.to
		}
		if inside {
			return true
		}
	}
	return len(r.dates) == 0
}
