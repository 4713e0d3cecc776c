package dataset

import (
	"strings"
	"time"
)

// Sunset says when a dataset stops being published.
type Sunset struct {
	Date   string `json:"date"`   // the first day without it, 2027-12-31
	Reason string `json:"reason"` // in French, a sentence for its readers
}

// End is the beginning of the first day without the dataset.
func (s *Sunset) End() time.Time {
	t, _ := time.Parse(time.DateOnly, s.Date) // which was checked
	return t
}

// Deprecated is a year before: until then the dataset is as good as any other to build on, and who stays later was told.
func (s *Sunset) Deprecated() time.Time { return s.End().AddDate(-1, 0, 0) }

func (l *loader) checkSunset(d *Dataset, where string) {
	s := d.Publication.Sunset
	if s == nil {
		return
	}
	if _, err := time.Parse(time.DateOnly, s.Date); err != nil {
		l.problem(where, "publication.sunset.date", "%q is no day such as 2027-12-31", s.Date)
	}
	if strings.TrimSpace(s.Reason) == "" {
		l.problem(where, "publication.sunset.reason", "is missing")
	}
}
