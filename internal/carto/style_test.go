package carto

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
)

// TestStylesNameWhatTilesHave: every layer is of a source and of a layer of its tiles, every property is one that they carry,
// every font and picture is served.
func TestStylesNameWhatTilesHave(t *testing.T) {
	for _, m := range mapsOf(t) {
		t.Run(m.Name, func(t *testing.T) {
			var doc style
			text := Style(m)
			if err := json.Unmarshal(text, &doc); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(text, Style(m)) {
				t.Error("the same map has other bytes")
			}
			if doc.Version != 8 || len(doc.Sources) != len(m.Layers) || doc.Layers[0].Type != "background" {
				t.Errorf("%+v", doc)
			}
			seen := map[string]bool{}
			for _, l := range doc.Layers {
				if seen[l.ID] {
					t.Errorf("two layers are named %s", l.ID)
				}
				seen[l.ID] = true
				if l.Type != "background" {
					checkDrawn(t, m, &doc, &l)
				}
			}
		})
	}
}

func checkDrawn(t *testing.T, m *Map, doc *style, l *drawn) {
	t.Helper()
	i := slices.IndexFunc(m.Layers, func(layer Layer) bool { return layer.Name == l.Source })
	if _, ok := doc.Sources[l.Source]; !ok || i < 0 {
		t.Fatalf("%s is of the source %s", l.ID, l.Source)
	}
	d := m.Layers[i].Dataset
	var carried []string
	switch l.SourceLayer {
	case d.Name:
		carried = append(slices.Clone(d.Tiles().Properties), "_nombre", "_reduit")
	case d.Name + "-etiquettes":
		carried = append(slices.Clone(d.Publication.Key), d.LabelColumn())
	default:
		t.Fatalf("%s is of the layer %s of the tiles", l.ID, l.SourceLayer)
	}
	if l.MinZoom < m.Layers[i].MinZoom {
		t.Errorf("%s is drawn from zoom %d, its tiles begin at %d", l.ID, l.MinZoom, m.Layers[i].MinZoom)
	}
	for _, name := range propertiesIn([]any{toAny(l.Filter), toAny(l.Layout), toAny(l.Paint)}) {
		if !slices.Contains(carried, name) {
			t.Errorf("%s reads %s, which the tiles do not carry", l.ID, name)
		}
		if from := d.Tiles().From[name]; from > l.MinZoom && l.SourceLayer == d.Name && l.Type != "symbol" {
			t.Errorf("%s reads %s from zoom %d, tiles carry it from %d", l.ID, name, l.MinZoom, from)
		}
	}
	if stack, ok := l.Layout["text-font"].([]any); ok && !HasFonts(stack[0].(string)) {
		t.Errorf("%s is written in %v", l.ID, stack)
	}
	if p, ok := l.Paint["fill-pattern"]; ok && !bytes.Contains(Sprite(1), []byte(`"`+p.(string)+`"`)) {
		t.Errorf("%s is filled with %v", l.ID, p)
	}
}

func toAny[T any](v T) (out any) {
	text, _ := json.Marshal(v)
	_ = json.Unmarshal(text, &out)
	return out
}

// propertiesIn are the names in ["get", name] and ["has", name], however deep.
func propertiesIn(v any) (names []string) {
	switch v := v.(type) {
	case []any:
		if len(v) == 2 && (v[0] == "get" || v[0] == "has") {
			return []string{v[1].(string)}
		}
		for _, inner := range v {
			names = append(names, propertiesIn(inner)...)
		}
	case map[string]any:
		for _, inner := range v {
			names = append(names, propertiesIn(inner)...)
		}
	}
	return names
}

// TestStylesAreValid asks MapLibre's own validator, where npm has put it on the path.
func TestStylesAreValid(t *testing.T) {
	validator, err := exec.LookPath("gl-style-validate")
	if err != nil {
		t.Skip("gl-style-validate (npm @maplibre/maplibre-gl-style-spec) is not on the path")
	}
	folder := t.TempDir()
	var files []string
	for _, m := range mapsOf(t) {
		file := filepath.Join(folder, m.Name+".json")
		if err := os.WriteFile(file, Style(m), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if out, err := exec.CommandContext(t.Context(), validator, files...).CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAFilteredMap(t *testing.T) {
	m := mapNamed(t, "couverture-thd-communes")
	m.Query = "filter=cartefibre_taux%3C50"
	var doc style
	if err := json.Unmarshal(Style(m), &doc); err != nil {
		t.Fatal(err)
	}
	if got := doc.Sources["couverture-thd-communes"].URL; got != "http://h/r/2026-11-22.1/tilejson/couverture-thd-communes.json?filter=cartefibre_taux%3C50" {
		t.Error(got)
	}
	if got := doc.Metadata["maille:legend"]; got != "http://h/r/2026-11-22.1/styles/couverture-thd-communes/legend.json?filter=cartefibre_taux%3C50" {
		t.Error(got)
	}
	if doc.Glyphs != "http://h/glyphs/{fontstack}/{range}.pbf" || doc.Sprite != "http://h/sprites/maille" {
		t.Errorf("%s %s", doc.Glyphs, doc.Sprite)
	}
}

// TestCodesAreIDs: an id of MVT is a whole number, so that codes are named as ids by the style.
func TestCodesAreIDs(t *testing.T) {
	var doc style
	if err := json.Unmarshal(Style(mapNamed(t, "couverture")), &doc); err != nil {
		t.Fatal(err)
	}
	got := doc.Sources["couverture-thd-communes"].PromoteID
	if got["couverture-thd-communes"] != "code_insee" || got["couverture-thd-communes-etiquettes"] != "code_insee" {
		t.Errorf("%v", got)
	}
}

func TestCreditsAreHTML(t *testing.T) {
	got := creditsHTML([]dataset.Source{{Title: `A & B <c>`, Path: `https://a/?b&c="d"`}, {Title: "D", Path: "javascript:x"}})
	if want := `<a href="https://a/?b&amp;c=&#34;d&#34;">A &amp; B &lt;c&gt;</a> ; D`; got != want {
		t.Error(got)
	}
}

// TestListsAreMatchedByItem: the first category that a list has counts, and no item passes for a part of another.
func TestListsAreMatchedByItem(t *testing.T) {
	d := registry(t).Get("lieux-mediation")
	s := Resolve(d, dataset.Style{Kind: dataset.StyleCategories, Property: "services", Categories: []dataset.Category{{Value: "A"}, {Value: "B", Title: "b"}}})
	text, _ := json.Marshal(s.colour())
	if want := `["in","|A|",["concat","|",["get","services"],"|"]]`; !strings.Contains(string(text), want) {
		t.Errorf("%s", text)
	}
}

// TestCoverageAsMapLibreReadsIt: null first, then each class from its lower edge on.
func TestCoverageAsMapLibreReadsIt(t *testing.T) {
	s := mapNamed(t, "couverture-thd-communes").Layers[0].Symbology()
	text, _ := json.Marshal(s.colour())
	c := s.Classes
	want := `["case",["!",["has","cartefibre_taux"]],"#ffffff",["step",["get","cartefibre_taux"],"` + c[0].Colour.String() + `",50,"` +
		c[1].Colour.String() + `",80,"` + c[2].Colour.String() + `",95,"` + c[3].Colour.String() + `"]]`
	if string(text) != want {
		t.Errorf("\n got %s\nwant %s", text, want)
	}
}

// TestMergedPointsAreOfNoCategory: a point that stands for several has no value to be coloured by.
func TestMergedPointsAreOfNoCategory(t *testing.T) {
	s := mapNamed(t, "services-publics").Layers[0].Symbology()
	text, _ := json.Marshal(s.colour())
	if want := `["case",["\u003e",["coalesce",["get","_nombre"],1],1],"` + mergedColour.String() + `",["case",["!",["has","type"]]`; !strings.HasPrefix(string(text), want) {
		t.Errorf("%s", text)
	}
}
