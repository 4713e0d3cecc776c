package source

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// repair brings a text that people write in many ways to the form of the schema. A rule that is not "" names the issue that
// tells what was done; its sentence is in texts.fr.json and repeats nothing of the text, which may be a person's.
type repair func(text string, c *schema.Column) (repaired, rule string)

// repairs are values of Mapping.As.
var repairs = map[string]repair{
	"telephone": telephone,
	"postcode":  postcode,
	"no-cedex": func(text string, _ *schema.Column) (string, string) {
		return cedex.ReplaceAllString(oneLine(text), ""), ""
	},
	"one-line":      func(text string, _ *schema.Column) (string, string) { return oneLine(text), "" },
	"opening-hours": func(text string, _ *schema.Column) (string, string) { return openingHours(text) },
	"url":           webAddress,
	"cut":           cut,
	"first-code":    firstCode,

	"cell-longitude": cellLongitude,
	"cell-latitude":  cellLatitude,
	"cell-side":      cellSide,
}

func repaired(made cell, mend repair, c *schema.Column) cell {
	return func(cells []string, row *dataset.Row) string {
		text := made(cells, row)
		if text == "" {
			return ""
		}
		text, rule := mend(text, c)
		if rule != "" {
			row.Issues = append(row.Issues, dataset.Issue{Column: c.Name, Rule: rule, Level: dataset.Warning,
				Message: texts.Say(rule, "column", c.Name)})
		}
		return text
	}
}

var cedex = regexp.MustCompile(`(?i)\s+cedex(\s+\d+)?$`)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var (
	postcodeForm = regexp.MustCompile(`(?i)^\d{5}(\s+cedex.*)?$`)
	zeroLost     = regexp.MustCompile(`^[1-9]\d{3}$`)
)

// postcode gives back the leading zero that a spreadsheet took (1000 for 01000), and says so.
func postcode(text string, _ *schema.Column) (string, string) {
	text = oneLine(text)
	closed := strings.ReplaceAll(text, " ", "")
	switch {
	case postcodeForm.MatchString(text):
		return text[:5], ""
	case zeroLost.MatchString(text):
		return "0" + text, "postcode"
	case postcodeForm.MatchString(closed): // 75 008
		return closed, ""
	}
	return text, ""
}

// cut shortens a text that is longer than the column takes, at a word, and says so.
func cut(text string, c *schema.Column) (string, string) {
	most := c.Constraints.MaxLength
	if most == 0 || utf8.RuneCountInString(text) <= most {
		return text, ""
	}
	short := string([]rune(text)[:most-1])
	if space := strings.LastIndexByte(short, ' '); space > len(short)/2 {
		short = short[:space]
	}
	return short + "…", "cut"
}

var domainForm = regexp.MustCompile(`^[\pL\d-]+(\.[\pL\d-]+)+(:\d+)?(/\S*)?$`)

// webAddress gives an address its scheme where it has none: http, to which every site answers, if only to send elsewhere.
func webAddress(text string, _ *schema.Column) (string, string) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ';' || r == '|' }) {
		scheme, _, found := strings.Cut(one, "://")
		switch {
		case found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")):
			return strings.ToLower(scheme) + one[len(scheme):], ""
		case !found && domainForm.MatchString(one):
			return "http://" + one, ""
		}
	}
	return "", "url"
}

var (
	apart   = regexp.MustCompile(`\s*(?:/|;|,|\||\bou\b|\bet\b)\s*`)
	written = regexp.MustCompile(`^(?:(?:\+|00)(\d{2,3})\s?(?:\(0\))?|0)(\d{6,9})$`)
	spaces  = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "", ".", "", "-", "", "\t", "")
)

// telephone writes 04 50 56 87 49, +33 (0)4 50… and 0033 4 50… as +33450568749, and an overseas 0590… as +590590…, as
// France's numbering plan has it (Arcep, décision 2018-0881): a national number says by its first digits where it is. Of
// several the first that can be read is taken. What is no number is left out, and said.
func telephone(text string, _ *schema.Column) (string, string) {
	for _, one := range apart.Split(strings.TrimSpace(text), -1) {
		if number := international(spaces.Replace(one)); number != "" {
			return number, ""
		}
	}
	return "", "telephone"
}

func international(number string) string {
	parts := written.FindStringSubmatch(number)
	if parts == nil {
		return ""
	}
	country, rest := parts[1], parts[2]
	if country == "" {
		if len(rest) != 9 {
			return ""
		}
		return abroad(rest)
	}
	for known, lengths := range countries { // +33450…: the country may have been read a digit too long
		if digits, ok := strings.CutPrefix(country+rest, known); ok && slices.Contains(lengths, len(digits)) {
			return "+" + known + digits
		}
	}
	return ""
}

// countries are the codes of France and how many digits follow each: none begins as another does.
var countries = map[string][]int{
	"33": {9}, "590": {9}, "594": {9}, "596": {9}, "262": {9}, "687": {6}, "508": {6}, "681": {6}, "689": {6, 8},
}

// overseas are the first three digits, after the zero, of national numbers that belong to another country code.
var overseas = map[string]string{
	"590": "590", "690": "590", "691": "590", "594": "594", "694": "594", "596": "596", "696": "596", "697": "596",
	"262": "262", "263": "262", "692": "262", "693": "262", "269": "262", "639": "262",
	"508": "508",
}

// abroad writes a national number without its zero as other countries dial it.
func abroad(national string) string {
	country := cmp.Or(overseas[national[:3]], "33")
	if country == "508" { // the only one whose code takes the place of the first digits: 0508 41 23 45 is +508 41 23 45
		national = national[3:]
	}
	return "+" + country + national
}
