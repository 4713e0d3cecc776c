package carto

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// drawnOf are the layers of a map's style by their id.
func drawnOf(t *testing.T, m *Map) (order []string, layers map[string]drawn) {
	t.Helper()
	var doc style
	if err := json.Unmarshal(Style(m), &doc); err != nil {
		t.Fatal(err)
	}
	layers = map[string]drawn{}
	for _, l := range doc.Layers {
		order, layers[l.ID] = append(order, l.ID), l
	}
	return order, layers
}

// TestGapsAreWhatOneSees: of the classes of coverage the lowest is the darkest, and what is complete is near the ground.
func TestGapsAreWhatOneSees(t *testing.T) {
	last := -1.0
	for _, c := range mapNamed(t, "couverture-thd-communes").Layers[0].Symbology().Classes {
		l := seen(c.Colour, vision["normal"])[0]
		if l < last+5 {
			t.Errorf("%s has a lightness of %.0f, after %.0f", c.Label, l, last)
		}
		last = l
	}
	if last < 80 {
		t.Errorf("the last class has a lightness of %.0f", last)
	}
}

// TestOutlinesHaveRanks: larger territories have wider lines, on the map and in its legend.
func TestOutlinesHaveRanks(t *testing.T) {
	var widths []float64
	for _, name := range []string{"regions", "departements", "arrondissements"} {
		s := mapNamed(t, name).Layers[0].Symbology()
		widths = append(widths, -s.Width)
		if e := s.entries()[0]; e.Shape != shapeLine || e.Width != s.Width || e.Width <= 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if !slices.IsSorted(widths) || widths[0] == widths[1] {
		t.Errorf("%v", widths)
	}
	if s := mapNamed(t, "epci").Layers[0].Symbology(); s.Width != 0 {
		t.Error("areas have the width of a line")
	}
}

// TestMergedPointsSayHowMany: they are larger than one, on the map and in the legends, where a number is in them.
func TestMergedPointsSayHowMany(t *testing.T) {
	m := mapNamed(t, "lieux-mediation")
	s := m.Layers[0].Symbology()
	if e := s.entries(); len(e) != 2 || e[1].Radius <= 2*e[0].Radius || e[1].Count < 2 || e[1].Colour != e[0].Colour {
		t.Errorf("%+v", e)
	}
	if svg := string(LegendSVG(m)); !strings.Contains(svg, ">12</text>") {
		t.Error("the picture says no number")
	}
	if midMerged.least <= DotRadius || nearMerged.least <= nearDot {
		t.Error("two points are drawn as one")
	}
}

// TestNamesLeavePointsInSight: names of communes give way to points, which are placed before them.
func TestNamesLeavePointsInSight(t *testing.T) {
	order, layers := drawnOf(t, mapNamed(t, "couverture"))
	clear, names := slices.Index(order, "lieux-mediation-degagement"), slices.Index(order, "couverture-thd-communes-etiquettes")
	if clear < names || names < 0 { // MapLibre places the last layer first
		t.Fatalf("%v", order)
	}
	if l := layers["lieux-mediation-degagement"]; l.Layout["text-allow-overlap"] != true || l.Paint["text-opacity"] != 0.0 {
		t.Errorf("%+v", l)
	}
	if l := layers["couverture-thd-communes-etiquettes"]; l.Layout["text-variable-anchor"] == nil {
		t.Error("a name has one place only")
	}
}

// TestQGISDrawsOutlinesOnce: nothing lighter of a neighbour lies over the line that two territories share.
func TestQGISDrawsOutlinesOnce(t *testing.T) {
	l := &mapNamed(t, "departements").Layers[0]
	b := &brush{Layer: l, Symbology: l.Symbology()}
	if n := len(b.plainSymbol().children); n != 1 {
		t.Errorf("an outline is %d layers of symbols", n)
	}
}

// TestOneIsSingular, and nought, in French.
func TestOneIsSingular(t *testing.T) {
	s := &Symbology{Unit: "lieux"}
	for f, want := range map[float64]string{0: "0\u00a0lieu", 1: "1\u00a0lieu", 2: "2\u00a0lieux"} {
		if got := s.amount(f); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
