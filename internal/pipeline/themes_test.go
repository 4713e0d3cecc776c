package pipeline_test

import (
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
)

func withTheme(layers string) *dataset.Registry {
	files := smallFiles()
	files.Datasets.(fstest.MapFS)["themes/carte.json"] = &fstest.MapFile{Data: []byte(`{"name": "carte", "title": "Carte", "description": "Une carte.", "layers": [` + layers + `]}`)}
	return load(files)
}

// TestThemesAreOfTheRelease: a theme is published, one that is drawn otherwise makes a release, the same one makes none, and
// what a release has not is left out.
func TestThemesAreOfTheRelease(t *testing.T) {
	t.Parallel()
	w := settled(t)
	if m := w.whole(t); m.Themes != nil {
		t.Errorf("%+v", m.Themes)
	}
	for i, c := range []struct {
		layers    string
		published bool
	}{
		{`{"dataset": "lieux"}`, true},
		{`{"dataset": "lieux"}`, false},
		{`{"dataset": "lieux", "style": {"palette": "ink", "breaks": []}}`, true},
		{`{"dataset": "lieux", "style": {"palette": "ink"}}`, false},
	} {
		w.Registry = withTheme(c.layers)
		m, published := w.publish(t)
		if published != c.published || len(m.Themes) != 1 || m.Themes[0].Layers[0].Dataset != "lieux" {
			t.Errorf("%d: published %v, %+v", i, published, m.Themes)
		}
	}
}

func TestAThemeOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := build(t, withTheme(`{"dataset": "lieux"}`))
	w.put("notes.json", notesJSON)
	if _, err := w.Ingest(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	if m, published := w.publish(t); !published || len(m.Themes) != 0 {
		t.Errorf("published %v, %+v", published, m.Themes)
	}
}
