package serve

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longestSlug is how long the hint in a file's name may be.
const longestSlug = 60

// slug makes a text fit for a file's name anywhere: ASCII letters without accents, digits and hyphens, so that neither
// RFC 6266 nor any system has to quote it.
func slug(text string) string {
	var b strings.Builder
	for _, c := range norm.NFKD.String(clip(text)) {
		switch {
		case c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c) || c == '.'):
			b.WriteRune(unicode.ToLower(c))
		case unicode.Is(unicode.Mn, c):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= longestSlug {
			break
		}
	}
	return strings.Trim(b.String(), "-.")
}
