package source

import (
	"regexp"
	"slices"
	"strings"
)

var (
	days      = []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}
	dayForm   = regexp.MustCompile(`^(Mo|Tu|We|Th|Fr|Sa|Su)\s*(.*)$`)
	rangeForm = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d\s*-\s*(?:([01]\d|2[0-3]):[0-5]\d|24:00)$`)
	dash      = regexp.MustCompile(`\s*-\s*`)
)

// openingHours writes "Mo 09:00 - 12:00 / 14:00 - 17:00; Tu 09:00 - 12:00 / 14:00 - 17:00; We" in the notation of
// OpenStreetMap, "Mo-Tu 09:00-12:00,14:00-17:00". A day without hours is closed. Anything else in the text, such as a
// remark, or days or hours that are repeated or out of order, means that the hours are not exactly these: they are left out,
// and it is said.
func openingHours(text string) (hours, rule string) {
	var rules []string
	first, last, same := 0, -1, "" // the days in a row that have the same hours
	end := func() {
		switch {
		case same == "":
		case first == last:
			rules = append(rules, days[first]+" "+same)
		default:
			rules = append(rules, days[first]+"-"+days[last]+" "+same)
		}
	}
	for part := range strings.SplitSeq(text, ";") {
		day := dayForm.FindStringSubmatch(strings.TrimSpace(part))
		if day == nil {
			if strings.TrimSpace(part) == "" {
				continue
			}
			return "", "opening-hours"
		}
		ranges, ok := dayRanges(day[2])
		this := slices.Index(days, day[1])
		if !ok || this <= last { // a day that is named again replaces the first, in OpenStreetMap's notation
			return "", "opening-hours"
		}
		if ranges != same || this != last+1 {
			end()
			first, same = this, ranges
		}
		last = this
	}
	end()
	return strings.Join(rules, "; "), ""
}

// dayRanges writes the hours of a day; false when they are not times that follow each other.
func dayRanges(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", true
	}
	var ranges []string
	before := ""
	for part := range strings.SplitSeq(text, "/") {
		part = strings.TrimSpace(part)
		if !rangeForm.MatchString(part) {
			return "", false
		}
		part = dash.ReplaceAllString(part, "-")
		from, to, _ := strings.Cut(part, "-")
		if from >= to || from < before {
			return "", false
		}
		before = to
		ranges = append(ranges, part)
	}
	return strings.Join(ranges, ","), true
}
