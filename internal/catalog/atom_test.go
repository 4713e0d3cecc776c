package catalog

import (
	"testing"

	"maille/internal/release"
)

// TestTags: services have each their identifiers, in names of their own, whatever the scheme and the port.
func TestTags(t *testing.T) {
	for root, want := range map[string]string{
		"https://data.example.fr":          "tag:data.example.fr,2026:feeds/all",
		"http://data.example.fr:8080/":     "tag:data.example.fr,2026:feeds/all",
		"https://data.example.fr/essonne":  "tag:data.example.fr,2026:essonne/feeds/all",
		"https://data.example.fr/yvelines": "tag:data.example.fr,2026:yvelines/feeds/all",
		"https://données.example.fr":       "tag:xn--donnes-eva.example.fr,2026:feeds/all",
		"http://127.0.0.1:8081":            "tag:127.0.0.1,2026:feeds/all",
		"http://localhost:8080":            "tag:localhost,2026:feeds/all",
	} {
		if got := Tag(root, "feeds/all"); got != want {
			t.Errorf("%s: %s, not %s", root, got, want)
		}
	}
}

// TestFailureBeforeTheFirstRelease: no publication stays in place where there is none.
func TestFailureBeforeTheFirstRelease(t *testing.T) {
	if got := Failure("https://a.example", "", release.Attempt{}).Title; got != "Une publication n’a pas eu lieu : rien n’est encore publié" {
		t.Error(got)
	}
}
