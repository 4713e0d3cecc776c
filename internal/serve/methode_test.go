package serve_test

import (
	"bytes"
	"encoding/json"
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"

	"maille/internal/indicator"
	"maille/internal/release"
	"maille/internal/serve"
	"maille/internal/web"
)

// methodology is what programs read of the method.
type methodology struct {
	Release string
	Law     struct {
		Words []struct{ Indicators []string }
	}
	Sections []struct {
		ID         string
		Paragraphs []string
		Terms      []struct{ Term string }
	}
	Indicators []struct {
		Code  string
		Links []link
	}
	Computed []struct {
		Dataset, Version string
		Words            []string
		Parameters       map[string]any
	}
	Sensitivity []struct {
		Choice, Title string
		Rho, Changed  float64
	}
	References []string
}

// TestMethod: the page has every indicator with what defines it, every dataset that was computed, and its parameters in words.
func TestMethod(t *testing.T) {
	notRaced(t)
	w := sample(t)
	m := parse[methodology](t, w.address+"/methode")
	shown := ask(t, http.MethodGet, w.address+"/methode", "Accept", browser)
	page := string(shown.body)
	if shown.StatusCode != 200 || len(shown.body) > 97_000 || strings.Contains(page, "<script") {
		t.Fatalf("%s, %d bytes", shown.Status, len(shown.body))
	}
	says := func(what, text string) {
		t.Helper()
		if !strings.Contains(html.UnescapeString(page), text) {
			t.Errorf("%s: the page does not say %q", what, text)
		}
	}
	codes := map[string]bool{}
	for _, d := range indicator.Definitions() {
		codes[d.Code] = true
		for _, text := range append([]string{`<h3 id="` + d.Code + `">`, d.Title, d.Definition, d.Formula, d.Unit, d.Numerator, d.Denominator, d.Limits, d.Method + " du " + d.Since,
			`href="explique?indicateur=` + d.Code, "collections/" + d.Sources[0]}, d.References...) {
			says(d.Code, text)
		}
	}
	for _, word := range m.Law.Words {
		for _, code := range word.Indicators {
			if !codes[code] {
				t.Errorf("the law is held to %s, which is no indicator", code)
			}
		}
	}
	computed := 0
	for _, d := range w.Registry.All() {
		if d.Computed != nil {
			computed++
			says(d.Name, `id="jeu-`+d.Name+`"`)
		}
	}
	if len(m.Indicators) != len(codes) || len(m.Computed) != computed || m.Release != current(t, w) || len(m.References) < 15 {
		t.Errorf("%d indicators, %d computed of %d", len(m.Indicators), len(m.Computed), computed)
	}
	for _, c := range m.Computed {
		if len(c.Words) != len(c.Parameters) {
			t.Errorf("%s: %d parameters in %d words", c.Dataset, len(c.Parameters), len(c.Words))
		}
		says(c.Dataset, c.Dataset+"@"+c.Version)
		for _, text := range c.Words {
			says(c.Dataset, text)
			if strings.Contains(text, " = ") {
				t.Errorf("%s: a parameter has no words: %s", c.Dataset, text)
			}
		}
	}
	if strings.Contains(page, "(non calculé ici)") {
		t.Error("a text names a parameter that no dataset has")
	}
}

// TestMethodFlags: each flag that a value may have is told, and what was tried is shown.
func TestMethodFlags(t *testing.T) {
	w := sample(t)
	m := parse[methodology](t, w.address+"/methode")
	var told []string
	for _, s := range m.Sections {
		for _, term := range s.Terms {
			told = append(told, strings.Split(term.Term, ", ")...)
		}
	}
	for _, flag := range w.Registry.Get("indicateurs").Schema.Column("drapeau").Constraints.Enum {
		if !slices.Contains(told, flag) {
			t.Errorf("%s is not told", flag)
		}
	}
	if len(m.Sensitivity) != 5 {
		t.Fatalf("%+v", m.Sensitivity)
	}
	for _, one := range m.Sensitivity {
		if one.Title == one.Choice || !(one.Rho > 0.5 && one.Rho < 1) || !(one.Changed > 0 && one.Changed < 100) {
			t.Errorf("%+v", one)
		}
	}
	frozen := string(ask(t, http.MethodGet, w.address+"/r/"+m.Release+"/methode", "Accept", browser).body)
	if !strings.Contains(frozen, "Adresse figée") || !strings.Contains(frozen, `id="med_acces_2sfca"`) {
		t.Error("there is no frozen method")
	}
	for path, want := range map[string]string{"/": `/methode">`, "/collections/acces-mediation": `/methode#jeu-acces-mediation">`} {
		if !strings.Contains(string(ask(t, http.MethodGet, w.address+path, "Accept", browser).body), want) {
			t.Errorf("%s does not lead to the method", path)
		}
	}
}

// TestMethodFollows: what a definition or a parameter of a release says, the page says.
func TestMethodFollows(t *testing.T) {
	renderer, err := web.New(web.French)
	if err != nil {
		t.Fatal(err)
	}
	render := func(parameters string, change func(*indicator.Definition)) string {
		definitions := indicator.Definitions()
		change(&definitions[0])
		entry := release.Entry{Computed: &release.Computed{By: "acces", Method: "3.2.1", Seed: 41, Parameters: json.RawMessage(parameters)}, Inputs: map[string]string{"lieux-mediation": "0123456789ab"}}
		entry.Dataset = "acces-mediation"
		m, err := indicator.Methods(t.Context(), indicator.NewSource(nil, nil, nil), &release.Manifest{Datasets: []release.Entry{entry}}, definitions)
		if err != nil {
			t.Fatal(err)
		}
		body := &serve.MethodPage{Methodology: m, Defined: []serve.MethodIndicator{{Definition: definitions[0]}}}
		var page bytes.Buffer
		if err := renderer.Render(&page, &serve.Page{Kind: "method", Body: body}); err != nil {
			t.Fatal(err)
		}
		return page.String()
	}
	same := func(*indicator.Definition) {}
	usual := render(`{"detour": 1.3}`, same)
	for name, c := range map[string]struct{ page, says string }{
		"the rule of distances":   {render(`{"detour": 1.7}`, same), "la ligne droite × 1,7,"},
		"the parameter in words":  {render(`{"detour": 1.7}`, same), "<li>facteur de détour 1,7</li>"},
		"the steps":               {render(`{"paliers": [{"jusqua_m": 2500, "poids": 0.6}, {"jusqua_m": 9000, "poids": 0.1}]}`, same), "jusqu’à 2\u202f500 m, poids 0,6 ; jusqu’à 9\u202f000 m, poids 0,1"},
		"one that has no words":   {render(`{"nouveau": true}`, same), "<li>nouveau = true</li>"},
		"what is absent":          {render(`{}`, same), "la ligne droite × (non calculé ici)"},
		"a definition":            {render(`{}`, func(d *indicator.Definition) { d.Definition = "Tout autre chose." }), "<p>Tout autre chose.</p>"},
		"a formula":               {render(`{}`, func(d *indicator.Definition) { d.Formula = "a ÷ b" }), `<p class="formula">a ÷ b</p>`},
		"a limit":                 {render(`{}`, func(d *indicator.Definition) { d.Limits = "Ne vaut rien." }), "Ne vaut rien."},
		"the version of a method": {render(`{}`, func(d *indicator.Definition) { d.Method = "9.8.7" }), "Méthode 9.8.7 du"},
	} {
		if !strings.Contains(c.page, c.says) || strings.Contains(usual, c.says) {
			t.Errorf("%s: %q is not on the page, or was already", name, c.says)
		}
	}
	if !strings.Contains(usual, "acces</code> 3.2.1, graine 41") || !strings.Contains(usual, "lieux-mediation@0123456789ab") {
		t.Error("the method, its seed or its inputs are not on the page")
	}
}
