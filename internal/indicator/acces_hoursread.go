package indicator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Longer than any hours that are written in earnest.
const (
	longestHours = 2000
	mostRules    = 100
)

var (
	hoursToken  = regexp.MustCompile(`^\s*(24/7|\d{1,2}:\d{2}|\d+|[A-Za-z]+|"[^"]*"|\|\||[-,;:/\[\]])`)
	weekdayName = []string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}
	monthName   = []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

// hoursReader reads tokens; the first that it does not know makes it wrong, for good.
type hoursReader struct {
	tokens []string
	wrong  bool
}

// parseHours reads rules; ok is false when one of them is not understood, or there is none.
func parseHours(text string) (rules []*hoursRule, ok bool) {
	r := &hoursReader{}
	if len(text) > longestHours {
		return nil, false
	}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		token := hoursToken.FindStringSubmatch(rest)
		if token == nil {
			return nil, false
		}
		r.tokens = append(r.tokens, token[1])
		rest = rest[len(token[0]):]
	}
	adds := false
	for len(r.tokens) > 0 && !r.wrong {
		if r.take(";") {
			adds = false
			continue
		}
		rule := r.rule()
		rule.adds = adds
		if rules = append(rules, rule); len(rules) > mostRules {
			return nil, false
		}
		adds = r.take(",")
		if !adds && len(r.tokens) > 0 && r.tokens[0] != ";" || adds && len(r.tokens) == 0 {
			return nil, false
		}
	}
	return rules, !r.wrong && len(rules) > 0
}

func (r *hoursReader) peek() string {
	if len(r.tokens) == 0 {
		return ""
	}
	return r.tokens[0]
}

func (r *hoursReader) next() string {
	token := r.peek()
	if token != "" {
		r.tokens = r.tokens[1:]
	}
	return token
}

func (r *hoursReader) take(token string) bool {
	if r.peek() != token || token == "" {
		return false
	}
	r.next()
	return true
}

// follows says whether a comma goes on with one of some names, and takes it then.
func (r *hoursReader) follows(is func(string) bool) bool {
	if len(r.tokens) < 2 || r.tokens[0] != "," || !is(r.tokens[1]) {
		return false
	}
	r.next()
	return true
}

// rule reads selectors, times, and what they are: open unless it says off. A comment without either word makes it unknown.
func (r *hoursReader) rule() *hoursRule {
	rule := &hoursRule{}
	always := r.take("24/7")
	if always {
		rule.spans = []span{{0, dayMinutes}}
	} else {
		r.selectors(rule)
		r.times(rule)
	}
	said := slices.Contains([]string{"off", "closed", "open"}, r.peek())
	if said {
		rule.off = r.next() != "open"
	}
	if strings.HasPrefix(r.peek(), `"`) {
		r.next()
		r.wrong = r.wrong || !said
	}
	r.wrong = r.wrong || !rule.off && len(rule.spans) == 0 || rule.off && always
	return rule
}

func (r *hoursReader) selectors(rule *hoursRule) {
	for !r.wrong {
		switch token := r.peek(); {
		case token == "week" && rule.weeks == nil:
			r.next()
			r.weeks(rule)
		case isMonth(token) && rule.dates == nil:
			r.dates(rule)
		case isDay(token) && rule.weekdays == nil && !rule.holidays:
			r.days(rule)
		case token == ":" && (rule.weeks != nil || rule.dates != nil) && rule.weekdays == nil:
			r.next()
		case rule.holidays && isWeekday(token):
			r.days(rule)
			rule.weekdays = nil // SH Mo-Fr: those of the holidays only
		default:
			return
		}
	}
}

func isMonth(token string) bool   { return slices.Contains(monthName, token) }
func isWeekday(token string) bool { return slices.Contains(weekdayName, token) }
func isDay(token string) bool     { return isWeekday(token) || token == "PH" || token == "SH" }
func isNumber(token string) bool  { return token != "" && strings.Trim(token, "0123456789") == "" }
func isTime(token string) bool    { return strings.Contains(token, ":") && len(token) > 1 }

// number reads a number from least to most.
func (r *hoursReader) number(least, most int) int {
	n, err := strconv.Atoi(r.next())
	r.wrong = r.wrong || err != nil || n < least || n > most
	return n
}

func (r *hoursReader) weeks(rule *hoursRule) {
	for {
		w := steps{by: 1}
		w.from = r.number(1, 53)
		w.to = w.from
		if r.take("-") {
			if w.to = r.number(w.from, 53); r.take("/") {
				w.by = r.number(1, 53)
			}
		}
		rule.weeks = append(rule.weeks, w)
		if r.wrong || !r.follows(isNumber) {
			return
		}
	}
}

func (r *hoursReader) dates(rule *hoursRule) {
	for {
		month := r.month()
		d := dates{from: 100*month + 1, to: 100*month + 31}
		if isNumber(r.peek()) {
			d.from = 100*month + r.number(1, 31)
			d.to = d.from
		}
		if r.take("-") {
			if isMonth(r.peek()) {
				month, d.to = r.month(), 0
			}
			if isNumber(r.peek()) {
				d.to = 100*month + r.number(1, 31)
			} else {
				d.to = 100*month + 31
			}
		}
		rule.dates = append(rule.dates, d)
		if r.wrong || !r.follows(isMonth) {
			return
		}
	}
}

func (r *hoursReader) month() int { return slices.Index(monthName, r.next()) + 1 }

func (r *hoursReader) days(rule *hoursRule) {
	for {
		first := r.next()
		if first == "PH" || first == "SH" {
			rule.holidays = true
		} else {
			r.weekdays(rule, slices.Index(weekdayName, first))
		}
		if r.wrong || !r.follows(isDay) {
			return
		}
	}
}

// weekdays reads Mo, Mo-Fr, Sa-Mo, Sa[1], Sa[1,3], Sa[1-2] or Sa[-1] from its first day.
func (r *hoursReader) weekdays(rule *hoursRule, first int) {
	switch {
	case r.take("-"):
		last := slices.Index(weekdayName, r.next())
		if r.wrong = r.wrong || last < 0; r.wrong {
			return
		}
		for day := first; ; day = (day + 1) % weekDays {
			rule.weekdays = append(rule.weekdays, weekday{day: day})
			if day == last {
				return
			}
		}
	case r.take("["):
		r.nth(rule, first)
	default:
		rule.weekdays = append(rule.weekdays, weekday{day: first})
	}
}

func (r *hoursReader) nth(rule *hoursRule, day int) {
	for !r.wrong {
		if r.take("-") {
			rule.weekdays = append(rule.weekdays, weekday{day, -r.number(1, 5)})
		} else {
			from := r.number(1, 5)
			to := from
			if r.take("-") {
				to = r.number(from, 5)
			}
			for n := from; n <= to && !r.wrong; n++ {
				rule.weekdays = append(rule.weekdays, weekday{day, n})
			}
		}
		if r.take("]") {
			return
		}
		r.wrong = r.wrong || !r.take(",")
	}
}

// times reads 09:00-12:00,14:00-18:00; a time that ends before it begins goes on in the night.
func (r *hoursReader) times(rule *hoursRule) {
	for isTime(r.peek()) && !r.wrong {
		s := span{from: r.minutes()}
		if r.wrong = r.wrong || !r.take("-") || !isTime(r.peek()); r.wrong {
			return
		}
		if s.to = r.minutes(); s.to <= s.from {
			s.to += dayMinutes
		}
		r.wrong = r.wrong || s.from >= dayMinutes || s.to-s.from > dayMinutes
		rule.spans = append(rule.spans, s)
		if !r.follows(isTime) {
			return
		}
	}
}

// minutes reads a time, at most 48:00.
func (r *hoursReader) minutes() int {
	hour, minute, _ := strings.Cut(r.next(), ":")
	h, err := strconv.Atoi(hour)
	m, wrong := strconv.Atoi(minute)
	r.wrong = r.wrong || err != nil || wrong != nil || m > 59 || h*60+m > 2*dayMinutes
	return h*60 + m
}
