package web_test

import (
	"strings"
	"testing"

	"maille/internal/serve"
	"maille/internal/web"
)

// TestParts: the page of a collection has its files by département, folded.
func TestParts(t *testing.T) {
	pages, err := web.New(web.French)
	if err != nil {
		t.Fatal(err)
	}
	file := serve.Download{Title: "a.csv", Extension: "csv", Href: "https://data.example.fr/d/a/code_departement=91/a-2.csv"}
	body := &serve.CollectionPage{Card: &serve.Card{ID: "a", Title: "A"}, DOI: "10.5281/zenodo.1",
		Parts: &serve.Parts{Count: 3, Lines: []serve.PartLine{{Code: "91", Number: 2, Files: []serve.Download{file}}, {Number: 1}}}}
	var text strings.Builder
	if err := pages.Render(&text, &serve.Page{Kind: "collection", Title: "A", Body: body}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<summary>Par département (3", "91, suite 2", "code_departement=91/a-2.csv", "Sans département", "/datapackage.json", "https://doi.org/10.5281/zenodo.1"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
}
