package schedule

import (
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
)

// TestEveryFrequencyHasASchedule: each code has one, which parses, and none is for a code that there is not.
func TestEveryFrequencyHasASchedule(t *testing.T) {
	for _, code := range dataset.Frequencies {
		if text, ok := usual[code]; !ok || check(text) != nil {
			t.Errorf("%s: %q %v", code, text, check(text))
		}
	}
	if len(usual) != len(dataset.Frequencies) {
		t.Errorf("%d schedules of %d frequencies", len(usual), len(dataset.Frequencies))
	}
}

// TestHowOften counts the dates of a year: that of a frequency is what its name says.
func TestHowOften(t *testing.T) {
	for code, want := range map[string]int{
		"HOURLY": 8760, "BIHOURLY": 4380, "TRIHOURLY": 2920, "12HRS": 730, "DAILY_3": 1095, "DAILY_2": 730, "DAILY": 365, "WEEKLY_5": 261, "WEEKLY_3": 156,
		"WEEKLY_2": 105, "WEEKLY": 52, "BIWEEKLY": 24, "MONTHLY_3": 36, "MONTHLY_2": 24, "MONTHLY": 12, "BIMONTHLY": 6, "QUARTERLY": 4,
		"ANNUAL_3": 3, "ANNUAL_2": 2, "ANNUAL": 1, "IRREG": 12, "UNKNOWN": 12, "AS_NEEDED": 12, "NEVER": 0, "NOT_PLANNED": 0, "1MIN": 35040, "30MIN": 17520,
	} {
		n := 0
		end := time.Date(2027, 1, 1, 0, 0, 0, 0, paris)
		for at, some := next(usual[code], time.Date(2026, 1, 1, 0, 0, 0, 0, paris).Add(-time.Second)); some && at.Before(end); at, some = next(usual[code], at) {
			n++
		}
		if n != want {
			t.Errorf("%s: %d dates in 2026, not %d", code, n, want)
		}
	}
}

// TestHoursAreThoseOfParis: four in the morning there, before and after clocks change, and nothing twice nor left out.
func TestHoursAreThoseOfParis(t *testing.T) {
	for _, c := range []struct{ because, text, after, want string }{
		{"winter", "0 4 * * *", "2026-03-27T12:00:00Z", "2026-03-28T03:00:00Z"},
		{"the night when an hour is left out", "0 4 * * *", "2026-03-28T12:00:00Z", "2026-03-29T02:00:00Z"},
		{"summer", "0 4 * * *", "2026-03-29T12:00:00Z", "2026-03-30T02:00:00Z"},
		{"the night when an hour comes twice", "0 4 * * *", "2026-10-24T12:00:00Z", "2026-10-25T03:00:00Z"},
		{"winter again", "0 4 * * *", "2026-10-25T12:00:00Z", "2026-10-26T03:00:00Z"},
		{"an hour that is left out waits for the next day", "30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},
		{"an hour that comes twice", "30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"and again", "30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"each hour, when one is left out", "0 * * * *", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
		{"each hour, when one comes twice", "0 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
		{"a Monday", "0 4 * * 1", "2026-11-22T12:00:00Z", "2026-11-23T03:00:00Z"},
		{"the new year is that of Paris", "@yearly", "2026-06-01T00:00:00Z", "2026-12-31T23:00:00Z"},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if at, _ := next(c.text, after); at.Format(time.RFC3339) != c.want {
			t.Errorf("%s: %s after %s is %s, not %s", c.because, c.text, c.after, at.Format(time.RFC3339), c.want)
		}
	}
}

func TestWrongSchedules(t *testing.T) {
	for text, says := range map[string]string{
		"": "no schedule", "every day": "no schedule", "0 4 * *": "no schedule", "61 4 * * *": "no schedule", "@dayly": "no schedule", "@every": "no schedule",
		"@every 10s": "less than a minute", "TZ=UTC 0 4 * * *": "Europe/Paris", "CRON_TZ=Asia/Tokyo 0 4 * * *": "Europe/Paris", "0 4 30 2 *": "no such day",
		"0 4 * * * *": "no schedule", "*/0 * * * *": "no schedule", "Never": "no schedule",
	} {
		err := Rules{"DAILY": text}.Check()
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "schedule.DAILY: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := (Rules{"DAILY": "never", "lieux": "@hourly", "WEEKLY": "@every 2h", "ANNUAL": "0 4 29 2 *"}).Check(); err != nil {
		t.Error(err)
	}
}

// FuzzSchedule: what an operator writes is refused or has a date, and never stops the program.
func FuzzSchedule(f *testing.F) {
	for _, text := range []string{"0 4 * * *", "@daily", "*/15 1-4 L ? MON", "@every 1h", "TZ= ", "0 0 31 2 *", "*/0 * * * *", "1-0 * * * *"} {
		f.Add(text)
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if check(text) != nil || text == Never {
			return
		}
		if at, some := next(text, now); !some || !at.After(now) {
			t.Errorf("%q: %s", text, at)
		}
	})
}
