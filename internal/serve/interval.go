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
	if !okFrom || !okTo || start != "" && end != "" && start > end {
		return dataset.Interval{}, fault.New(fault.Invalid,
			"datetime: %q is neither an instant nor an interval (2026-06-30T00:00:00Z, 2026-01-01/2026-06-30, ../2026-06-30)", text).About("datetime")
	}
	return dataset.Interval{From: start, To: end}, nil
}

func day(text string, open bool) (string, bool) {
	if open && (text == "" || text == "..") {
		return "", true
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(time.DateOnly), true
		}
	}
	return "", false
}
