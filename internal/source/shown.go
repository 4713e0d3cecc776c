package source

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

const hidden = "xxxxx"

// secretParameter finds a parameter that holds a secret by its name; those of signed addresses also change with each
// signature. The text is not parsed: an address that is malformed hides its secrets too. A secret may have a ";" in it.
var secretParameter = regexp.MustCompile(`(?i)([?&;#](?:[^=&;#?]*(?:token|secret|password|passwd|pwd|signature|credential|key)|` +
	`x-(?:amz|goog)-[^=&;#?]*|sig|auth|authorization|pass|jwt|expires))=[^&]*`)

// secretCode is a code that is no code of a place: such are short, and their lists have commas.
var secretCode = regexp.MustCompile(`(?i)([?&;#]code)=[A-Z0-9_/+=-]{20,}[^&]*`)

// shown is a place without the secrets that its address may hold: who asks, a key among its parameters.
func shown(place string) string {
	if !strings.Contains(place, "://") {
		return place
	}
	return withoutSecrets(place)
}

func withoutSecrets(address string) string {
	address = secretParameter.ReplaceAllString(address, "$1="+hidden)
	return withoutUser(secretCode.ReplaceAllString(address, "$1="+hidden))
}

var authorityOnly = regexp.MustCompile(`^[^/?#]*`)

// withoutUser hides a name as well as a password: many servers take a token for a name.
func withoutUser(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return address
	}
	authority := rest
	if _, err := url.Parse(address); err == nil { // otherwise nobody knows where a password ends
		authority = authorityOnly.FindString(rest)
	}
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		rest = hidden + rest[at:]
	}
	return scheme + "://" + rest
}

// discreet is a network's error without the secrets of the addresses that it quotes.
type discreet struct{ error }

func (d discreet) Unwrap() error { return d.error }

var quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

func (d discreet) Error() string {
	return quotation.ReplaceAllStringFunc(d.error.Error(), func(quote string) string {
		text, err := strconv.Unquote(quote)
		if err != nil {
			return strconv.Quote(hidden)
		}
		return strconv.Quote(withoutSecrets(text))
	})
}

func discreetly(err error) error {
	if err == nil {
		return nil
	}
	return discreet{err}
}
