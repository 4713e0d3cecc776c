package carto

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestLegendsSayWhatIsDrawn: as JSON and as SVG, all layers, each symbol in words.
func TestLegendsSayWhatIsDrawn(t *testing.T) {
	for _, m := range mapsOf(t) {
		var doc legend
		if err := json.Unmarshal(LegendJSON(m), &doc); err != nil {
			t.Fatal(err)
		}
		if len(doc.Layers) != len(m.Layers) || doc.Release != m.Release {
			t.Errorf("%s: %d layers", m.Name, len(doc.Layers))
		}
		texts := textsIn(t, LegendSVG(m))
		for _, l := range doc.Layers {
			if len(l.Entries) == 0 || len(l.Sources) == 0 || l.Title == "" {
				t.Errorf("%s: %+v", m.Name, l)
			}
			for _, e := range l.Entries {
				if e.Label == "" || e.Shape == "" {
					t.Errorf("%s: %+v", m.Name, e)
				}
				said := append(texts["text"], texts["title"][1:]...) // cells of a square say theirs as titles
				if !strings.Contains(strings.Join(said, " "), e.Label) {
					t.Errorf("%s: the picture does not say %q", m.Name, e.Label)
				}
				if !strings.Contains(texts["desc"][0], e.Label) {
					t.Errorf("%s: the description does not say %q", m.Name, e.Label)
				}
			}
		}
		if !strings.Contains(texts["title"][0], m.Title) {
			t.Errorf("%s: titles %q", m.Name, texts["title"])
		}
	}
}

// textsIn are the texts of an SVG by the element that has them; what is not well formed fails.
func textsIn(t *testing.T, svg []byte) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	var inside []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inside = append(inside, token.Name.Local)
		case xml.EndElement:
			inside = inside[:len(inside)-1]
		case xml.CharData:
			if n := len(inside); n > 0 {
				all[inside[n-1]] = append(all[inside[n-1]], string(token))
			}
		}
	}
}

func TestLegendOfCoverage(t *testing.T) {
	m := mapNamed(t, "couverture-thd-communes")
	var doc legend
	if err := json.Unmarshal(LegendJSON(m), &doc); err != nil {
		t.Fatal(err)
	}
	l := doc.Layers[0]
	if l.Kind != "classes" || l.Unit != "%" || l.Property != "cartefibre_taux" || len(l.Entries) != 5 {
		t.Fatalf("%+v", l)
	}
	if e := l.Entries[1]; *e.Min != 50 || *e.Max != 80 || e.Null || e.Pattern != "" {
		t.Errorf("%+v", e)
	}
	if e := l.Entries[4]; !e.Null || e.Pattern != hatches || e.Min != nil {
		t.Errorf("%+v", e)
	}
	if svg := string(LegendSVG(m)); !strings.Contains(svg, `fill="url(#h)"`) {
		t.Error("the picture hatches nothing")
	}
}

func TestTextsAreEscaped(t *testing.T) {
	m := mapNamed(t, "communes")
	m.Title = `<script>&"'`
	if got := textsIn(t, LegendSVG(m))["title"][0]; !strings.HasSuffix(got, m.Title) {
		t.Errorf("%q", got)
	}
}

func TestWrapped(t *testing.T) {
	if got := wrapped("un deux trois quatre", 9); !slices.Equal(got, []string{"un deux", "trois", "quatre"}) {
		t.Errorf("%q", got)
	}
	if got := wrapped("", 9); !slices.Equal(got, []string{""}) {
		t.Errorf("%q", got)
	}
}
