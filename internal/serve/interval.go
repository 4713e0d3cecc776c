package serve

import (
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// parseInterval reads datetime (OGC 17-069r4 /req/core/fc-time-definition): an instant, or two joined by "/", with ".."
// or nothing for an open end. Features bear days, so an instant is the day (UTC) that holds it.
func parseInterval(text string) (dataset.Interval, error) {
	from, to, isInterval := strings.Cut(text, "/")
	if !isInterval {
		to = from
	}
	start, okFrom := day(from, isInterval)
	end, okTo := day(to, isInterval)
	if !okFrom || !okTo || !start.IsZero() && !end.IsZero() && start.After(end) {
		return dataset.Interval{}, fault.New(fault.Invalid,
			"datetime: %s is neither an instant nor an interval (2026-06-30T00:00:00Z, 2026-01-01/2026-06-30, ../2026-06-30)", shown(text)).About("datetime")
	}
	return dataset.Interval{From: dateOf(start), To: dateOf(end)}, nil
}

// day is the beginning of the day of an instant; zero for an open end.
func day(text string, open bool) (time.Time, bool) {
	if open && (text == "" || text == "..") {
		return time.Time{}, true
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			if t = t.UTC().Truncate(24 * time.Hour); t.Before(firstDay) {
				t = firstDay
			}
			return t, true
		}
	}
	return time.Time{}, false
}

// firstDay stands for all before it: PostgreSQL has no year nought, and the day before is Go's zero time.
var firstDay = time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
