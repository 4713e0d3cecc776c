package validate

import (
	"regexp"
	"strings"
)

// numberForm is one number of a text that may hold several, or words.
var numberForm = regexp.MustCompile(`\+?[\d(][\d\s\pZ().-]*`)

// personalTelephone says whether a text has the number of a mobile line, which is a person's.
func personalTelephone(text string, _ *words) bool {
	if mobile(text) {
		return true
	}
	for _, number := range numberForm.FindAllString(text, -1) {
		if mobile(number) {
			return true
		}
	}
	return false
}

// mobile says whether a telephone number is a mobile line's, however it is written: by the French numbering plan (06 and
// 07, and their overseas forms +590 690, +594 694, +596 696, +262 692 and 639) and those of the Pacific and Saint-Pierre.
// So is one whose zero a spreadsheet took.
func mobile(number string) bool {
	digits := digitsOf(number)
	if beginsMobile(digits) || zeroless(number, digits) {
		return true
	}
	for at := shortest; len(digits)-at >= shortest; at++ { // numbers with nothing but spaces between them
		if len(digits) > longestNumber && beginsMobile(digits[at:]) {
			return true
		}
	}
	return false
}

// The digits of a national number without its zero, and the most that an international one has, by ITU-T E.164.
const (
	shortest      = 9
	longestNumber = 15
)

func beginsMobile(digits string) bool {
	for _, prefix := range mobilePrefixes {
		if strings.HasPrefix(digits, prefix) {
			return true
		}
	}
	return false
}

func zeroless(number, digits string) bool {
	number = strings.TrimSpace(number)
	return len(digits) == shortest && (digits[0] == '6' || digits[0] == '7') && number[0] != '+' && !strings.HasPrefix(number, "00")
}

// mobilePrefixes, after 00 or + of the international form is taken away. In the national one a zero comes first.
var mobilePrefixes = []string{
	"06", "07", "336", "337", "3306", "3307",
	"5906", "5907", "5946", "5947", "5966", "5967", "2626", "2627", "2697", "2696", "26906", "26907",
	"59006", "59007", "59406", "59407", "59606", "59607", "26206", "26207", // +590 (0)690…
	"6877", "6878", "6879", "68987", "68988", "68989", "50855", "050855", "68182", "68183",
}

func digitsOf(number string) string {
	number = strings.TrimPrefix(strings.TrimSpace(number), "+")
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	return strings.TrimPrefix(digits, "00")
}
