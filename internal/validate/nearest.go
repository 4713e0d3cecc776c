package validate

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"maille/internal/fault"
)

// nearest finds the allowed value that a wrong one most likely meant: the same but for case, accents and a third of its
// letters. It is "" when none is near.
func nearest(wrong string, allowed []string) string {
	plain := make([]string, len(allowed))
	for i, value := range allowed {
		plain[i] = fold(value)
	}
	if i := slices.Index(plain, fault.Nearest(fold(wrong), plain)); i >= 0 {
		return allowed[i]
	}
	return ""
}

func fold(text string) string {
	strip := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	plain, _, err := transform.String(strip, shorten(text))
	if err != nil {
		plain = text
	}
	return strings.ToLower(strings.ReplaceAll(plain, "’", "'"))
}
