package carto

import (
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
)

// crossedMap is a bivariate map of a column of texts.
func crossedMap(t *testing.T) *Map {
	m := mapNamed(t, "couverture-thd-communes")
	m.Layers[0].Style = dataset.Style{Kind: dataset.StyleBivariate, Property: "nom", Title: "Réseau et accompagnement", Axes: []dataset.Axis{
		{Title: "Réseau", Classes: []string{"moins de 80 %", "de 80 à 95 %", "95 % et plus"}},
		{Title: "Accompagnement", Classes: []string{"faible", "moyen", "élevé"}},
	}}
	return m
}

// TestBivariateClassesAreASquare: the first row has most of the first quantity, and its last cell most of both.
func TestBivariateClassesAreASquare(t *testing.T) {
	m := crossedMap(t)
	var values, labels []string
	s := m.Layers[0].Symbology()
	for _, c := range s.Classes {
		values, labels = append(values, c.Value), append(labels, c.Label)
		if c.Hatch {
			t.Errorf("%s is hatched", c.Value)
		}
	}
	if !slices.Equal(values, []string{"3-1", "3-2", "3-3", "2-1", "2-2", "2-3", "1-1", "1-2", "1-3"}) {
		t.Errorf("%v", values)
	}
	if labels[6] != "Réseau : moins de 80 % ; Accompagnement : faible" || labels[2] != "Réseau : 95 % et plus ; Accompagnement : élevé" {
		t.Errorf("%q", labels)
	}
	if s.Classes[6].Colour != hex(0x5d2c48) || s.Classes[8].Colour != hex(0xe78e4f) || s.Classes[0].Colour != hex(0x458bc8) || s.Other != nil || !s.Null.Hatch {
		t.Errorf("%+v", s)
	}
}

func TestBivariateStyleNamesAllNine(t *testing.T) {
	_, layers := drawnOf(t, crossedMap(t))
	text, err := json.Marshal(layers["couverture-thd-communes-aplats"].Paint["fill-color"])
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		if pair := `"` + dataset.CrossedValue(i/3, i%3) + `","` + palettes["balance"][i].String() + `"`; !strings.Contains(string(text), pair) {
			t.Errorf("%s lacks %s", text, pair)
		}
	}
	if !strings.HasPrefix(string(text), `["case",["!",["has","nom"]],"#ffffff"`) || layers["couverture-thd-communes-hachures"].Type != "fill" {
		t.Errorf("what has no value is not hatched: %s", text)
	}
}

func TestLegendOfABivariateMap(t *testing.T) {
	m := crossedMap(t)
	var doc legend
	if err := json.Unmarshal(LegendJSON(m), &doc); err != nil {
		t.Fatal(err)
	}
	l := doc.Layers[0]
	if l.Kind != "bivariate" || len(l.Axes) != 2 || l.Axes[1].Title != "Accompagnement" || len(l.Entries) != 10 || !l.Entries[9].Null {
		t.Fatalf("%+v", l)
	}
	svg := LegendSVG(m)
	texts := textsIn(t, svg)
	said := strings.Join(texts["text"], " ")
	for _, want := range []string{"Réseau", "Accompagnement", "moins de 80", "élevé", "donnée absente"} {
		if !strings.Contains(said, want) {
			t.Errorf("the picture does not say %q: %q", want, said)
		}
	}
	if n := len(texts["title"]); n != 10 {
		t.Errorf("%d titles, of the picture and its nine cells", n)
	}
	for i, cell := range cellsOf(t, svg) {
		if want := m.Layers[0].Symbology().Classes[i].Colour.String(); cell != want {
			t.Errorf("cell %d is %s, not %s", i, cell, want)
		}
	}
}

// cellsOf are the colours of a picture's cells, which are as high as they are wide.
func cellsOf(t *testing.T, svg []byte) (colours []string) {
	t.Helper()
	var doc struct {
		Rects []struct {
			Width  string `xml:"width,attr"`
			Height string `xml:"height,attr"`
			Fill   string `xml:"fill,attr"`
		} `xml:"rect"`
	}
	if err := xml.Unmarshal(svg, &doc); err != nil {
		t.Fatal(err)
	}
	for _, r := range doc.Rects {
		if r.Width == r.Height {
			colours = append(colours, r.Fill)
		}
	}
	if len(colours) != 9 {
		t.Fatalf("%d cells", len(colours))
	}
	return colours
}

// TestQGISDrawsABivariateMap: a rule for each of the nine, and one for what has no value.
func TestQGISDrawsABivariateMap(t *testing.T) {
	m := crossedMap(t)
	l := &m.Layers[0]
	b := &brush{Layer: l, Symbology: l.Symbology()}
	all := b.swatches(false)
	if len(all) != 10 || all[0].filter != `("nom" = '3-1')` || all[9].filter != `"nom" IS NULL` {
		t.Errorf("%d rules, the first one %s", len(all), all[0].filter)
	}
	if text := string(QML(l)); !strings.Contains(text, "Réseau : moins de 80 % ; Accompagnement : faible") {
		t.Error("QGIS does not say what a colour is")
	}
	if text := string(QLR(m)); strings.Count(text, "3-1") < 2 {
		t.Error("features and tiles are not both drawn")
	}
}

// TestBivariateOfAnotherTime: a style whose axes are not two of three still draws.
func TestBivariateOfAnotherTime(t *testing.T) {
	m := crossedMap(t)
	m.Layers[0].Style.Axes = m.Layers[0].Style.Axes[:1]
	if s := m.Layers[0].Symbology(); s.Axes != nil || s.Classes[0].Label != "3-1" {
		t.Errorf("%+v", s.Classes)
	}
	if len(Style(m)) == 0 || len(LegendSVG(m)) == 0 || len(QLR(m)) == 0 {
		t.Error("nothing is drawn")
	}
}
