package serve_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html/atom"
)

// TestProblemsInFrench: a page says in its own language what went wrong, and keeps the words of the API as such.
func TestProblemsInFrench(t *testing.T) {
	w := sample(t)
	const at = "/collections/communes"
	seen := map[string]string{}
	for path, want := range map[string]string{
		"/nothing":                      "mal recopiée",
		"/collections/commune":          "Aucune collection",
		at + "/items/99999":             "aucune ligne de cet identifiant",
		"/r/2001-01-01.1/":              "Aucune publication",
		"/d/nothing.csv":                "aucun fichier",
		at + "/items?filter=population": "Le filtre",
		at + "/items?bbox=1,2":          "quatre nombres",
		at + "/items?datetime=hier":     "2026-06-30",
		at + "/items?sortby=-rien":      "Le tri",
		at + "/items?population=x":      "population",
		at + "/items?limit=x":           "entier",
	} {
		a := ask(t, http.MethodGet, w.address+path, "Accept", browser)
		p := parsed(t, a)
		lead := ""
		for _, n := range p.all(atom.P) {
			if attribute(n, "class") == "lead" {
				lead = inside(n)
			}
		}
		if !strings.Contains(lead, want) {
			t.Errorf("%s: %s %q", path, a.Status, lead)
		}
		if other, twice := seen[lead]; twice {
			t.Errorf("%s says the same as %s: %s", path, other, lead)
		}
		seen[lead] = path
		document := problemOf(t, ask(t, http.MethodGet, w.address+path, "Accept", "application/json"))
		english := false
		for _, n := range p.all(atom.Dd) {
			english = english || attribute(n, "lang") == "en" && inside(n) == document.Detail
		}
		if !english {
			t.Errorf("%s: the page does not say %q", path, document.Detail)
		}
		for _, wrong := range p.faults() {
			t.Errorf("%s: %s", path, wrong)
		}
	}
}
