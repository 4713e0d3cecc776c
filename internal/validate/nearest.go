package validate

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// nearest finds the allowed value that a wrong one most likely meant: the same but for case, accents and a third of its
// letters. It is "" when none is near.
func nearest(wrong string, allowed []string) string {
	plain := fold(wrong)
	best, least := "", len([]rune(plain))/3+1
	for _, candidate := range allowed {
		if d := editDistance(plain, fold(candidate), least); d < least {
			best, least = candidate, d
		}
	}
	return best
}

func fold(text string) string {
	strip := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	plain, _, err := transform.String(strip, shorten(text))
	if err != nil {
		plain = text
	}
	return strings.ToLower(strings.ReplaceAll(plain, "’", "'"))
}

// editDistance is Levenshtein's, given up at limit.
func editDistance(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if abs(len(ra)-len(rb)) >= limit {
		return limit
	}
	row := make([]int, len(rb)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range ra {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range rb {
			cost := diagonal
			if x != y {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(rb)]
}

func abs(n int) int { return max(n, -n) }
