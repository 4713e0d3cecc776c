package web_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"maille/internal/web"
)

func renderer(t testing.TB) *web.Renderer {
	t.Helper()
	r, err := web.New(web.French)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestContrast holds every pair of colours that meet on a page to WCAG 2.2 §1.4.3 (texts, 4.5) and §1.4.11 (edges and
// shapes, 3), in both schemes.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	schemes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	for i, name := range []string{"light", "dark"} {
		colours := map[string]float64{}
		for _, p := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(schemes[i][1], -1) {
			colours[p[1]] = luminance(t, p[2])
		}
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"ink", "paper", 4.5}, {"ink", "soft", 4.5}, {"muted", "paper", 4.5}, {"muted", "soft", 4.5}, {"accent", "paper", 4.5},
			{"accent", "soft", 4.5}, {"on-accent", "accent", 4.5}, {"on-band", "band", 4.5}, {"warn", "paper", 4.5}, {"warn", "warn-soft", 4.5},
			{"ink", "ground", 4.5}, {"edge", "paper", 3}, {"edge", "soft", 3}, {"accent", "ground", 3}, {"accent", "warn-soft", 4.5},
		} {
			front, known := colours[pair.front]
			back, knownToo := colours[pair.back]
			if !known || !knownToo {
				t.Fatalf("%s: no colour %s or %s", name, pair.front, pair.back)
			}
			if got := (max(front, back) + 0.05) / (min(front, back) + 0.05); got < pair.least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, under %g", name, pair.front, pair.back, got, pair.least)
			}
		}
	}
}

// TestMapContrast holds what map.css adds to the same: every colour that it names is known here with what it meets, and those
// that it takes of the page are in both schemes.
func TestMapContrast(t *testing.T) {
	sheet, err := os.ReadFile("map/map.css")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	css := string(sheet)
	for _, v := range regexp.MustCompile(`var\((--[a-z-]+)\)`).FindAllStringSubmatch(css, -1) {
		if strings.Count(string(page), v[1]+": #") < 2 {
			t.Errorf("%s is not of both schemes", v[1])
		}
	}
	type meeting struct {
		back  string
		least float64
	}
	const mapGround, white, vermilion = "f4f2ec", "ffffff", "d55e00"
	known := map[string][]meeting{
		"f4f2ec": nil, // under the map, the same in both schemes
		"0b5563": {{mapGround, 3}},
		"8a8f98": {{white, 3}},
		"1a2126": {{mapGround, 4.5}, {white, 4.5}},
		"fff":    {{vermilion, 3}}, // a number, whose outline is of a darker colour
	}
	for _, literal := range regexp.MustCompile(`#([0-9a-f]{3,6})\b`).FindAllStringSubmatch(css, -1) {
		meetings, is := known[literal[1]]
		if !is {
			t.Errorf("%s meets what?", literal[0])
		}
		front := literal[1]
		if len(front) == 3 {
			front = front[:1] + front[:1] + front[1:2] + front[1:2] + front[2:] + front[2:]
		}
		for _, m := range meetings {
			a, b := luminance(t, front), luminance(t, m.back)
			if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < m.least {
				t.Errorf("%s on #%s has a contrast of %.2f, under %g", literal[0], m.back, got, m.least)
			}
		}
	}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t testing.TB, hex string) float64 {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(channel uint64) float64 {
		c := float64(channel&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

// TestStyleFetchesNothing: no font, no picture, no sheet of another place.
func TestStyleFetchesNothing(t *testing.T) {
	css, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"url(", "@import", "@font-face", "//", "Marianne"} {
		if strings.Contains(string(css), word) {
			t.Errorf("the sheet has %q", word)
		}
	}
}

func TestAssets(t *testing.T) {
	r := renderer(t)
	if _, _, found := r.Asset("style.css"); found {
		t.Error("the sheet is there under a name that does not change with it")
	}
	if content, mediaType, found := r.Asset("favicon.svg"); !found || mediaType != "image/svg+xml" || len(content) == 0 {
		t.Error("no favicon")
	}
}
