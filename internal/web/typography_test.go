package web

import (
	"regexp"
	"testing"

	"maille/internal/fault"
)

func TestTypeset(t *testing.T) {
	for text, want := range map[string]string{
		"l'adresse : « nom » ; quoi ?":   "l’adresse\u00a0: «\u00a0nom\u00a0»\u202f; quoi\u202f?",
		"nom LIKE 'S%' AND nom = 'x'":    "nom LIKE 'S%' AND nom = 'x'",
		"2026-01-01/.., 12:30, a/b?c=d!": "2026-01-01/.., 12:30, a/b?c=d!",
		"jusqu'au {to}, d'{n}":           "jusqu’au {to}, d’{n}",
	} {
		if got := typeset(text); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	for text, want := range map[string]string{
		`<p title="l'a : b">l'a : <b>b</b> ;</p>`:                    "<p title=\"l'a : b\">l’a\u00a0: <b>b</b>\u202f;</p>",
		`<pre a="x">l'a : b</pre> : <code>d'e ;</code> ;`:            "<pre a=\"x\">l'a : b</pre>\u00a0: <code>d'e ;</code>\u202f;",
		`{{if eq .A "l'a : b"}}« {{.B}} »{{end}} !`:                  "{{if eq .A \"l'a : b\"}}«\u00a0{{.B}}\u00a0»{{end}}\u202f!",
		`<a{{if gt .A 1}} class="x ; y"{{end}} href="?">d'ici ?</a>`: "<a{{if gt .A 1}} class=\"x ; y\"{{end}} href=\"?\">d’ici\u202f?</a>",
	} {
		if got := typesetHTML(text); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

var (
	markup = regexp.MustCompile(`(?s)<code.*?</code>|\{\{.*?\}\}|<(?:\{\{.*?\}\}|[^>])*>`)
	badly  = regexp.MustCompile(`\pL'\pL| [:;!?»]|« `)
)

// TestEverySentenceIsTypeset, of the templates as they are parsed and of the texts, but for what is to be copied.
func TestEverySentenceIsTypeset(t *testing.T) {
	r, err := New(French)
	if err != nil {
		t.Fatal(err)
	}
	for kind, page := range r.pages {
		for _, part := range page.Templates() {
			if part.Tree == nil {
				continue
			}
			prose := regexp.MustCompile(`(?s)<pre.*?</pre>`).ReplaceAllString(part.Tree.Root.String(), "")
			if found := badly.FindString(markup.ReplaceAllString(prose, "|")); found != "" {
				t.Errorf("%s, %s: %q", kind, part.Name(), found)
			}
		}
	}
	said, err := files.ReadFile(French + "/texts.json")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := fault.ParseTexts(said)
	if err != nil {
		t.Fatal(err)
	}
	for id, text := range texts {
		if found := badly.FindString(typeset(text)); found != "" {
			t.Errorf("%s: %q", id, found)
		}
	}
}
