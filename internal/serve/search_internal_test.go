package serve

import (
	"net/url"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/release"
)

// TestSearchOfMany: words are not looked for where every text of millions of features would be read.
func TestSearchOfMany(t *testing.T) {
	for rows, searched := range map[int64]bool{0: true, 1_000_000: true, 1_000_001: false} {
		p := page{entry: &release.Entry{Version: release.Version{Rows: rows}}}
		r := &request{params: url.Values{"q": {"massy"}}}
		err := r.search(&p)
		if (err == nil) != searched || searchable(p.entry) != searched {
			t.Errorf("%d rows: %v", rows, err)
		}
		if err != nil && (fault.Subject(err) != "q" || !strings.Contains(fault.Message(err), "too many")) {
			t.Errorf("%v", err)
		}
	}
}

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"Évry-Courcouronnes":                   "evry-courcouronnes",
		"population > 1000 AND nom = 'L''Haÿ'": "population-1000-and-nom-l-hay",
		"":                                     "",
		"\"; rm -rf / \r\n":                    "rm-rf",
		"../../etc/passwd":                     "etc-passwd",
		"日本":                                   "",
		strings.Repeat("long ", 100):           strings.TrimSuffix(strings.Repeat("long-", 12), "-"),
	} {
		if got := slug(text); got != want {
			t.Errorf("slug(%q) = %q, not %q", text, got, want)
		}
	}
}
