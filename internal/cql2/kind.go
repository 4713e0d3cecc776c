package cql2

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"maille/internal/fault"
)

var kindNames = [...]string{"", "boolean", "text", "number", "date", "timestamp", "interval", "geometry", "list"}

// String names a kind in a sentence: a text, an interval.
func (k Kind) String() string {
	if k == KindInterval {
		return "an interval"
	}
	return "a " + kindNames[k]
}

func (k Kind) plural() string {
	switch k {
	case KindGeometry:
		return "geometries"
	case KindInterval:
		return "dates, timestamps and intervals"
	}
	return kindNames[k] + "s"
}

func (k Kind) isInstant() bool { return k == KindDate || k == KindTimestamp }

// said is an expression in a sentence.
func said(e Expr) string { return shorten(string(AppendText(nil, e))) }

// shown is the operator of a call in a sentence.
func shown(e Call) string { return strings.ToUpper(e.Op) }

// meant proposes the candidate that is nearest to a name, whatever its case and accents.
func meant(name string, candidates []string) string {
	plain := make([]string, len(candidates))
	of := make(map[string]string, len(candidates))
	for i, candidate := range candidates {
		plain[i] = unaccented(candidate)
		of[plain[i]] = candidate
	}
	near := fault.Nearest(unaccented(shorten(name)), plain)
	if near == "" {
		return ""
	}
	return ", did you mean " + quote(of[near]) + "?"
}

func unaccented(name string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), name)
	if err != nil {
		return name
	}
	return plain
}
