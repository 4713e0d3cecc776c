package schedule

import (
	"strings"
	"time"
	_ "time/tzdata" // a container may lack the zone, which every date here is of

	"github.com/robfig/cron/v3"

	"maille/internal/fault"
)

// Zone is where the hours of schedules are: publishers and readers are in France.
const Zone = "Europe/Paris"

var paris = func() *time.Location {
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		panic(err) // embedded
	}
	return zone
}()

// Local shows an instant as clocks there do; "" for none.
func Local(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(paris).Format("2006-01-02 15:04")
}

// Never is the schedule of what is never looked at.
const Never = "never"

// usual are the schedules of the frequencies, that of what is not published at fixed dates being monthly: looking costs a
// conditional request. At four in the morning publishers have put their files there, and no clock is ever changed.
var usual = map[string]string{
	"UPDATE_CONT": "*/15 * * * *", "CONT": "*/15 * * * *", "1MIN": "*/15 * * * *", "5MIN": "*/15 * * * *", "10MIN": "*/15 * * * *",
	"15MIN": "*/15 * * * *", "30MIN": "*/30 * * * *", "HOURLY": "0 * * * *", "BIHOURLY": "0 */2 * * *", "TRIHOURLY": "0 */3 * * *",
	"12HRS": "0 4,16 * * *", "DAILY_3": "0 4,12,20 * * *", "DAILY_2": "0 4,16 * * *", "DAILY": "0 4 * * *",
	"WEEKLY_5": "0 4 * * 1-5", "WEEKLY_3": "0 4 * * 1,3,5", "WEEKLY_2": "0 4 * * 1,4", "WEEKLY": "0 4 * * 1",
	"BIWEEKLY": "0 4 1,15 * *", "MONTHLY_3": "0 4 1,11,21 * *", "MONTHLY_2": "0 4 1,15 * *", "MONTHLY": "0 4 1 * *",
	"BIMONTHLY": "0 4 1 1-11/2 *", "QUARTERLY": "0 4 1 1,4,7,10 *", "ANNUAL_3": "0 4 1 1,5,9 *", "ANNUAL_2": "0 4 1 1,7 *",
	"ANNUAL": "0 4 1 1 *", "BIENNIAL": "0 4 1 1 *", "TRIENNIAL": "0 4 1 1 *", "QUADRENNIAL": "0 4 1 1 *", "QUINQUENNIAL": "0 4 1 1 *",
	"DECENNIAL": "0 4 1 1 *", "BIDECENNIAL": "0 4 1 1 *", "TRIDECENNIAL": "0 4 1 1 *",
	"AS_NEEDED": "0 4 1 * *", "IRREG": "0 4 1 * *", "OTHER": "0 4 1 * *", "UNKNOWN": "0 4 1 * *",
	"NOT_PLANNED": Never, "NEVER": Never,
}

// unsaid is the frequency of a dataset that says none.
const unsaid = "UNKNOWN"

// Rules are the schedules that an operator chose, by frequency or by dataset's name; the latter wins.
type Rules map[string]string

// Check says which rule is no schedule.
func (r Rules) Check() error {
	for key, text := range r {
		if err := check(text); err != nil {
			return fault.New(fault.Invalid, "schedule.%s: %s", key, fault.Message(err)).About("schedule." + key).Because(err)
		}
	}
	return nil
}

func check(text string) error {
	if text == Never {
		return nil
	}
	_, err := parse(text)
	return err
}

// of is the schedule of a dataset.
func (r Rules) of(name, frequency string) string {
	if text, said := r[name]; said {
		return text
	}
	if text, said := r[frequency]; said {
		return text
	}
	return usual[frequency]
}

// parse reads a schedule: five fields as cron has them, or one of its names such as @daily. Its hours are those of Zone. What is
// due at an hour that a change of clocks leaves out is due the next time; at one that comes twice, twice.
func parse(text string) (cron.Schedule, error) {
	if strings.Contains(text, "TZ=") {
		return nil, fault.New(fault.Invalid, "%q: hours are those of %s, no other zone can be said", text, Zone)
	}
	s, err := cron.ParseStandard(text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%q is no schedule such as \"0 4 * * 1\", \"@daily\" or \"never\": %s", text, err)
	}
	if every, ok := s.(cron.ConstantDelaySchedule); ok && every.Delay < time.Minute {
		return nil, fault.New(fault.Invalid, "%q: less than a minute", text)
	}
	if fixed, ok := s.(*cron.SpecSchedule); ok {
		fixed.Location = paris
		if fixed.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
			return nil, fault.New(fault.Invalid, "%q: no such day ever comes", text)
		}
	}
	return s, nil
}

// next is the first instant of a schedule after a time; false when it has none.
func next(text string, after time.Time) (time.Time, bool) {
	if text == Never {
		return time.Time{}, false
	}
	s, err := parse(text)
	if err != nil {
		return time.Time{}, false
	}
	at := s.Next(after.In(paris)).UTC()
	return at, !at.IsZero()
}
