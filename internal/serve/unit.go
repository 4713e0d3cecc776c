package serve

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// units are those of schemas that UCUM has a sign for.
var units = map[string]string{"%": "%", "m": "m", "km": "km", "km²": "km2", "m²": "m2", "ha": "har", "degrés": "deg", "année": "a", "Mbit/s": "Mbit/s"}

// ucum is a unit in the Unified Code for Units of Measure (OGC 23-058 /req/schemas/unit). What is counted has no sign there
// but an annotation, in ASCII: {habitants}.
func ucum(unit string) string {
	if sign := units[unit]; sign != "" || unit == "" {
		return sign
	}
	return "{" + strings.Map(annotated, norm.NFD.String(unit)) + "}"
}

// annotated keeps the characters of an annotation (UCUM §2.4), and drops the others: accents, once decomposed.
func annotated(c rune) rune {
	switch {
	case c == ' ':
		return '_'
	case c < '!' || c > '~' || c == '{' || c == '}':
		return -1
	}
	return c
}
