package web

import (
	"html/template"
	"slices"
	"strings"
	"testing"

	"maille/internal/carto"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/serve"
)

// mapPage is the page of a map as a browser gets it, from a program with or without the map's library.
func mapPage(t *testing.T, built bool, basemap *serve.Basemap) string {
	t.Helper()
	r := &Renderer{pages: map[string]*template.Template{}, assets: map[string]asset{}}
	texts := fault.Texts{"script.null": "</script><b>"}
	m, err := r.addMap(French, texts)
	if err != nil {
		t.Fatal(err)
	}
	if m.Library, m.Licence = "", ""; built {
		m.Library, m.Worker, m.Licence = "library.js", "worker.js", "licence.txt"
	}
	if err := r.parse(French, functions(texts, "style.css", m)); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	body := &serve.MapPage{Map: &carto.Map{Name: "communes", Title: "Communes"}, Extent: &geo.BBox{West: -62, South: 14, East: 9, North: 51},
		Static: &serve.Map{Box: geo.BBox{West: 2, South: 48, East: 3, North: 49}}, Script: serve.MapScript{Basemap: basemap}}
	if err := r.Render(&b, &serve.Page{Kind: "map", Title: "Communes", Root: "http://example.org", Base: "http://example.org", Body: body}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMapWithoutLibrary: a program that was built without it says so, shows where the data lie, and runs nothing.
func TestMapWithoutLibrary(t *testing.T) {
	page := mapPage(t, false, nil)
	if !strings.Contains(page, "construit sans la bibliothèque") || !strings.Contains(page, `class="map" role="img"`) || strings.Contains(page, "<script") {
		t.Error(page)
	}
}

// TestMapScriptIsData: no word or address ends the element that holds the script's data, and a basemap is credited.
func TestMapScriptIsData(t *testing.T) {
	page := mapPage(t, true, &serve.Basemap{Tiles: "https://tiles.example.fr/{z}/{x}/{y}.png", Attribution: "<i>Exemple"})
	if strings.Contains(page, "</script><b>") || strings.Count(page, "<script") != 3 || strings.Count(page, "</script>") != 3 {
		t.Error("the data are more than data")
	}
	for _, want := range []string{"Fond de carte : &lt;i&gt;Exemple", "Guadeloupe", "<noscript>"} {
		if !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), want) {
			t.Errorf("no %q", want)
		}
	}
}

// TestLegendSymbols: what has no value is hatched, classes have their colour, outlines are no areas.
func TestLegendSymbols(t *testing.T) {
	s := &carto.Symbology{Kind: dataset.StyleClasses, Null: &carto.Class{Label: "donnée absente", Hatch: true}, Merged: &carto.Class{Label: "plusieurs"}}
	if got := rest(s); len(got) != 2 || got[1].Radius != mergedRadius {
		t.Errorf("%+v", got)
	}
	var drawn []string
	for _, c := range []carto.Class{*s.Null, {Colour: carto.Colour{R: 255}}, {Number: 100, Radius: 12}} {
		drawn = append(drawn, string(swatch(s, c)))
	}
	for i, want := range []string{`class="hatch"`, `fill="#ff0000"`, `r="12.0"`} {
		if !strings.Contains(drawn[i], want) {
			t.Errorf("no %s in %s", want, drawn[i])
		}
	}
	if slices.ContainsFunc(drawn[1:], func(d string) bool { return strings.Contains(d, "hatch") }) {
		t.Error("a class with a value is hatched")
	}
}
