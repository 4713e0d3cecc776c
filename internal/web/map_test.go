package web

import (
	"html/template"
	"regexp"
	"strings"
	"testing"

	"maille/internal/carto"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/serve"
)

// mapPage is the page of a map as a browser gets it, from a program with or without the map's library.
func mapPage(t *testing.T, built bool, basemap *serve.Basemap, layers ...serve.MapLayer) string {
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
		Static: &serve.Map{Box: geo.BBox{West: 2, South: 48, East: 3, North: 49}}, Script: serve.MapScript{Basemap: basemap}, Layers: layers}
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

// TestMapControls: what does nothing without the script is hidden until the script runs, and is not there without the library.
func TestMapControls(t *testing.T) {
	var layers []serve.MapLayer
	for range 2 {
		layers = append(layers, serve.MapLayer{Card: &serve.Card{MapHref: "/cartes/a"}, Symbology: &carto.Symbology{Kind: dataset.StylePlain, Width: 1}})
	}
	controls := regexp.MustCompile(`<(input type="checkbox"|nav class="territories"|div id="map")[^>]*>`)
	shown := controls.FindAllString(mapPage(t, true, nil, layers...), -1)
	if len(shown) != 4 {
		t.Errorf("%q", shown)
	}
	for _, control := range shown {
		if !strings.Contains(control, " data-scripted") || !strings.Contains(control, " hidden") {
			t.Errorf("%s is there without the script", control)
		}
	}
	if left := controls.FindAllString(mapPage(t, false, nil, layers...), -1); left != nil {
		t.Errorf("%q without the library", left)
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

// TestLegendSymbols: what has no value is hatched, classes have their colour, and each symbol is that of the map: outlines are
// lines of their width, not areas, and points that stand for several are larger and say how many.
func TestLegendSymbols(t *testing.T) {
	classes := &carto.Symbology{Kind: dataset.StyleClasses}
	lines := &carto.Symbology{Kind: dataset.StylePlain, Width: 1.1, Colour: carto.Colour{B: 255}}
	points := &carto.Symbology{Kind: dataset.StylePlain, Points: true}
	for _, c := range []struct {
		name, drawn string
		has, hasNot []string
	}{
		{"no value", string(swatch(classes, carto.Class{Hatch: true})), []string{`class="hatch"`, `class="patch"`}, nil},
		{"a class", string(swatch(classes, carto.Class{Colour: carto.Colour{R: 255}})), []string{`fill="#ff0000"`}, []string{"hatch"}},
		{"a circle", string(swatch(classes, carto.Class{Number: 100, Radius: 12})), []string{`r="12.0"`}, []string{"hatch", "patch"}},
		{"an outline", string(swatch(lines, plain(lines))), []string{`stroke="#0000ff" stroke-width="2.2"`, `class="line"`}, []string{"patch", `fill="#0000ff"`}},
		{"a point", string(swatch(points, carto.Class{})), []string{`r="4.0"`}, []string{"<text", "patch"}},
		{"points", string(swatch(points, carto.Class{Radius: 8.6, Count: 12})), []string{`r="8.6"`, ">12</text>"}, nil},
	} {
		for _, want := range c.has {
			if !strings.Contains(c.drawn, want) {
				t.Errorf("%s: no %s in %s", c.name, want, c.drawn)
			}
		}
		for _, other := range c.hasNot {
			if strings.Contains(c.drawn, other) {
				t.Errorf("%s: %s in %s", c.name, other, c.drawn)
			}
		}
	}
	all := &carto.Symbology{Null: &carto.Class{Hatch: true}, Merged: &carto.Class{Count: 12}}
	if got := rest(all); len(got) != 2 || !got[0].Hatch || got[1].Count != 12 {
		t.Errorf("%+v", got)
	}
}

// TestStrip: a list shows the colours of a map's classes, each once.
func TestStrip(t *testing.T) {
	for _, points := range []bool{false, true} {
		s := &carto.Symbology{Kind: dataset.StyleClasses, Points: points, Classes: []carto.Class{{Colour: carto.Colour{R: 255}}, {Colour: carto.Colour{G: 255}}}}
		if got := string(strip(s)); strings.Count(got, `fill="#ff0000"`) != 1 || strings.Count(got, `fill="#00ff00"`) != 1 || strings.Contains(got, "circle") != points {
			t.Error(got)
		}
	}
}

// TestMapSaysWhatIsMissing: a map all hatched, and a layer without a position, say so in words; sources fold.
func TestMapSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		layer serve.MapLayer
		want  string
	}{
		{serve.MapLayer{Card: &serve.Card{MapHref: "/cartes/a"}, Unknown: true}, "absente partout"},
		{serve.MapLayer{Card: &serve.Card{}}, "Aucune ligne n’a de position"},
		{serve.MapLayer{Card: &serve.Card{MapHref: "/cartes/a"}}, ""},
	} {
		c.layer.Symbology = &carto.Symbology{Kind: dataset.StylePlain, Width: 1}
		page := mapPage(t, true, nil, c.layer)
		if said := strings.Contains(page, "about absent"); said != (c.want != "") || !strings.Contains(page, c.want) {
			t.Errorf("no %q in %s", c.want, page)
		}
		if !strings.Contains(page, "<summary>Sources") {
			t.Error("sources do not fold")
		}
	}
}
