package serve

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// parseInterval reads datetime (OGC 17-069r4 /req/core/fc-time-definition): an instant, or two joined by "/", with ".."
// or nothing for an open end, or one and how long it lasts, which OGC's suite asks though only the grammar of RFC 3339
// (appendix A, period-start) has it. Features bear days, so an instant is the day (UTC) that holds it.
func parseInterval(text string) (dataset.Interval, error) {
	from, to, isInterval := strings.Cut(strings.ToUpper(text), "/") // t and z are T and Z (RFC 3339 §5.6)
	if !isInterval {
		to = from
	}
	start, okFrom := day(from, isInterval)
	end, okTo := lasting(start, to)
	if !okTo {
		end, okTo = day(to, isInterval)
	}
	if !okFrom || !okTo || !start.IsZero() && !end.IsZero() && start.After(end) {
		return dataset.Interval{}, fault.New(fault.Invalid,
			"datetime: %s is neither an instant nor an interval (2026-06-30T00:00:00Z, 2026-01-01/2026-06-30, ../2026-06-30, 2026-01-01/P6M)", shown(text)).About("datetime")
	}
	return dataset.Interval{From: dateOf(start), To: dateOf(end)}, nil
}

// day is the beginning of the day of an instant; zero for an open end.
func day(text string, open bool) (time.Time, bool) {
	if open && (text == "" || text == "..") {
		return time.Time{}, true
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly, time.DateOnly + "T"} { // the last is GDAL's, of a date (OAPIF, SerializeDateTime)
		if t, err := time.Parse(layout, text); err == nil {
			if t = t.UTC().Truncate(24 * time.Hour); t.Before(firstDay) {
				t = firstDay
			}
			return t, true
		}
	}
	return time.Time{}, false
}

// duration is one in days or more: features bear no hours.
var duration = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?$`)

// lasting is the end of what lasts from a start.
func lasting(start time.Time, text string) (end time.Time, ok bool) {
	parts := duration.FindStringSubmatch(text)
	if parts == nil || text == "P" || start.IsZero() {
		return end, false
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(parts[i+1]) // digits, or nothing
	}
	end = start.AddDate(n[0], n[1], 7*n[2]+n[3])
	return end, end.Year() <= 9999
}

// firstDay stands for all before it: PostgreSQL has no year nought, and the day before is Go's zero time.
var firstDay = time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
