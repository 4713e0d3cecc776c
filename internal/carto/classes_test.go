package carto

import (
	"math"
	"slices"
	"testing"

	"maille/internal/dataset"
	"maille/internal/schema"
)

func wordsOf(s *Symbology) (all []string) {
	for i := range s.Classes {
		all = append(all, s.Classes[i].Label)
	}
	return all
}

// table is a dataset of polygons, or of points, with a column of each type.
func table(t testing.TB, geometry string) *dataset.Dataset {
	t.Helper()
	s, err := schema.Parse([]byte(`{"fields": [{"name": "code", "type": "string", "constraints": {"required": true}}, {"name": "nom", "type": "string"},
		{"name": "taux", "title": "Taux", "type": "number", "unit": "%"}, {"name": "nombre", "title": "Nombre", "type": "integer"}, {"name": "genre", "type": "string"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	d := &dataset.Dataset{Schema: s}
	d.Name, d.Title = "zones", "Zones"
	d.Publication.Key, d.Publication.Title, d.Publication.Geometry = []string{"code"}, "nom", &dataset.Geometry{Type: geometry}
	return d
}

func TestClasses(t *testing.T) {
	for _, c := range []struct {
		about  string
		column string
		unit   string
		breaks []float64
		want   []string
	}{
		{"shares", "taux", "", []float64{0, 50, 80, 95, 100}, []string{"moins de 50\u00a0%", "de 50 à 80\u00a0%", "de 80 à 95\u00a0%", "95\u00a0% et plus"}},
		{"decimals", "taux", "km", []float64{0, 0.5, 1.25, 2}, []string{"moins de 0,5\u00a0km", "de 0,5 à 1,25\u00a0km", "1,25\u00a0km et plus"}},
		{"below zero", "taux", "", []float64{-10, -5, 5}, []string{"moins de −5\u00a0%", "−5\u00a0% et plus"}},
		{"things", "nombre", "", []float64{0, 1, 2, 5, 10}, []string{"0", "1", "de 2 à 4", "5 et plus"}},
		{"many things", "nombre", "habitants", []float64{0, 2000, 10000, 100000}, []string{"moins de 2\u202f000\u00a0habitants", "de 2\u202f000 à 9\u202f999\u00a0habitants", "10\u202f000\u00a0habitants et plus"}},
	} {
		s := Resolve(table(t, "MultiPolygon"), dataset.Style{Kind: dataset.StyleClasses, Property: c.column, Unit: c.unit, Breaks: c.breaks})
		if got := wordsOf(s); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.about, got)
		}
		last := len(s.Classes) - 1
		if s.Classes[0].Lower != nil || s.Classes[last].Upper != nil {
			t.Errorf("%s: what is beyond the edges is in no class", c.about)
		}
		for i := range last {
			if *s.Classes[i].Upper != c.breaks[i+1] || *s.Classes[i+1].Lower != c.breaks[i+1] {
				t.Errorf("%s: classes %d and %d do not meet at %v", c.about, i, i+1, c.breaks[i+1])
			}
		}
	}
}

// TestPolicyBreaks: the classes of coverage are a convention of the field, and what is not known looks like none of them.
func TestPolicyBreaks(t *testing.T) {
	d := registry(t).Get("couverture-thd-communes")
	s := Resolve(d, d.Style())
	if !slices.Equal(d.Style().Breaks, []float64{0, 50, 80, 95, 100}) || s.Column.Name != "cartefibre_taux" || len(s.Classes) != 4 {
		t.Errorf("%+v", s)
	}
	for i := range s.Classes {
		if s.Classes[i].Hatch || s.Classes[i].Colour == s.Null.Colour {
			t.Errorf("%+v passes for what is not known", s.Classes[i])
		}
	}
	if !s.Null.Hatch || s.Null.Label != "donnée absente" {
		t.Errorf("%+v", s.Null)
	}
}

func TestCircles(t *testing.T) {
	s := Resolve(table(t, "Point"), dataset.Style{Kind: dataset.StyleCircles, Property: "nombre", Breaks: []float64{1, 25, 100}})
	if got := s.Radius(100); got != largestRadius {
		t.Errorf("the largest circle of the legend has a radius of %v", got)
	}
	if area := func(n float64) float64 { return s.Radius(n) * s.Radius(n) }; math.Abs(area(50)*2-area(100)) > 1e-9 || s.Radius(0) != 0 || s.Radius(-1) != 0 {
		t.Error("areas are not in proportion")
	}
	if len(s.Classes) != 3 || s.Classes[1].Number != 25 || s.Classes[1].Radius != largestRadius/2 || s.Null != nil {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsNotThereIsOneColour(t *testing.T) {
	for _, kind := range dataset.StyleKinds {
		s := Resolve(table(t, "MultiPolygon"), dataset.Style{Kind: kind, Property: "gone", Label: "gone"})
		if s.Kind != dataset.StylePlain || s.Column != nil || s.Label != nil || s.Merged != nil {
			t.Errorf("%s: %+v", kind, s)
		}
	}
	s := Resolve(table(t, "Point"), dataset.Style{Kind: dataset.StyleCategories, Property: "genre", Categories: []dataset.Category{{Value: "a"}, {Value: "b", Title: "B"}}})
	if got := wordsOf(s); !slices.Equal(got, []string{"a", "B"}) || s.Other == nil || s.Merged == nil || s.Label.Name != "nom" {
		t.Errorf("%+v", s)
	}
}
