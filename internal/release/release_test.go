package release_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// manifest is a release of two datasets with a value in each field.
func manifest() *release.Manifest {
	return &release.Manifest{
		Release: "2026-11-22.2", Published: noon, Previous: "2026-11-22.1", Code: "v1",
		Datasets: []release.Entry{
			{
				Version: release.Version{Dataset: "communes", ID: "3f9a1c0b7d2e", Hash: strings.Repeat("3f9a1c0b7d2e0000", 4), Rows: 194,
					Extent: &geo.BBox{West: 1.9, South: 48.2, East: 2.6, North: 48.8}, Unlocated: 1},
				Fingerprint: "f1", Load: 3, Since: "2026-11-22.1", SinceTime: noon.Add(-time.Hour),
				Inputs: map[string]string{"communes-cog": "0123456789ab"},
				Artefacts: []release.Artefact{{Resource: 1, Place: "p", URL: "https://example.org/a?b=c&d=<é>", RetrievedAt: noon, LastModified: "m",
					ETag: "e", MediaType: "text/csv", Bytes: 12, SHA256: "s", Vintage: "2026", Licences: []string{"etalab-2.0"}}},
				Issues: map[string]int64{"enum": 2},
				Stale:  []release.Stale{{Resource: 1, Place: "p", Since: noon, Reason: "introuvable (404)"}}, Generation: 1,
				Files: []release.File{{Name: "communes.csv", MediaType: "text/csv", Bytes: 10, Rows: 194, SHA256: "a"},
					{Name: "communes.geojson", MediaType: "application/geo+json", Bytes: 20, Rows: 194, SHA256: "b"}},
			},
			{
				Version: release.Version{Dataset: "lieux", ID: "abcdefabcdef", Hash: "h"}, Fingerprint: "f2", Load: 4,
				Files: []release.File{{Name: "lieux.csv", SHA256: "c"}},
			},
		},
		Themes: []dataset.Theme{{Name: "carte", Title: "Carte", Description: "Une carte",
			Layers: []dataset.ThemeLayer{{Dataset: "communes", Style: &dataset.Style{Palette: "blue"}, MinZoom: 5}}}},
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(m *release.Manifest)
		want   bool
	}{
		{"equal", func(*release.Manifest) {}, true},
		{"another release of the same versions, loaded again", func(m *release.Manifest) {
			m.Release, m.Published, m.Previous, m.Code = "2026-11-23.1", noon.AddDate(0, 0, 1), "2026-11-22.2", "v2"
			m.Datasets[0].Load, m.Datasets[0].Since, m.Datasets[0].Artefacts, m.Datasets[0].Issues = 9, "x", nil, nil
		}, true},
		{"a resource that became stale", func(m *release.Manifest) { m.Datasets[1].Stale = []release.Stale{{Place: "p", Since: noon}} }, false},
		{"stale since another time", func(m *release.Manifest) { m.Datasets[0].Stale[0].Since = noon.Add(time.Hour) }, false},
		{"another resource that is stale", func(m *release.Manifest) { m.Datasets[0].Stale[0].Resource = 2 }, false},
		{"at another place", func(m *release.Manifest) { m.Datasets[0].Stale[0].Place = "q" }, false},
		{"a resource that recovered", func(m *release.Manifest) { m.Datasets[0].Stale = nil }, false},
		{"stale for another reason, in another zone", func(m *release.Manifest) {
			m.Datasets[0].Stale[0].Reason, m.Datasets[0].Stale[0].Since = "503", noon.In(time.FixedZone("CET", 3600))
		}, true},
		{"in another order", func(m *release.Manifest) { m.Datasets[0], m.Datasets[1] = m.Datasets[1], m.Datasets[0] }, true},
		{"other rows", func(m *release.Manifest) { m.Datasets[1].Hash = "i" }, false},
		{"described in other words", func(m *release.Manifest) { m.Datasets[1].Fingerprint = "f3" }, false},
		{"files of another generation", func(m *release.Manifest) { m.Datasets[1].Generation = 2 }, false},
		{"a dataset less", func(m *release.Manifest) { m.Datasets = m.Datasets[:1] }, false},
		{"a dataset more", func(m *release.Manifest) { m.Datasets = append(m.Datasets, release.Entry{}) }, false},
		{"a theme less", func(m *release.Manifest) { m.Themes = nil }, false},
		{"a theme drawn otherwise", func(m *release.Manifest) { m.Themes[0].Layers[0].Style = &dataset.Style{Palette: "ink"} }, false},
		{"a theme that says the same", func(m *release.Manifest) {
			m.Themes[0].Layers = []dataset.ThemeLayer{{Dataset: "communes", Style: &dataset.Style{Palette: "blue", Breaks: []float64{}}, MinZoom: 5}}
		}, true},
		{"another dataset with the same rows", func(m *release.Manifest) { m.Datasets[1].Dataset = "places" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := manifest()
			c.change(other)
			if got := manifest().Same(other); got != c.want {
				t.Errorf("Same = %v", got)
			}
			if got := other.Same(manifest()); got != c.want {
				t.Errorf("Same the other way = %v", got)
			}
		})
	}
	var none *release.Manifest
	if none.Same(manifest()) || manifest().Same(none) || none.Same(none) {
		t.Error("no release is the same as one")
	}
}

func TestNameAndPattern(t *testing.T) {
	paris := time.FixedZone("CET", 3600)
	if got := release.Name(time.Date(2026, 11, 23, 0, 30, 0, 0, paris), 1); got != "2026-11-22.1" {
		t.Errorf("the day is not that of UTC: %s", got)
	}
	if got := release.Name(noon, 12); got != "2026-11-22.12" || !release.Pattern.MatchString(got) {
		t.Errorf("Name = %s", got)
	}
	for _, name := range []string{"", "2026-11-22", "2026-11-22.", "2026-11-22.x", "26-11-22.1", "2026-11-22.1/", " 2026-11-22.1", "2026-11-22.1\n", "latest"} {
		if release.Pattern.MatchString(name) {
			t.Errorf("%q passes for a release", name)
		}
	}
}

func TestEntry(t *testing.T) {
	m := manifest()
	if e := m.Entry("lieux"); e != &m.Datasets[1] {
		t.Errorf("Entry = %v", e)
	}
	if e := m.Entry("absent"); e != nil {
		t.Errorf("a dataset that is not there: %v", e)
	}
	var none *release.Manifest
	if none.Entry("lieux") != nil {
		t.Error("a dataset of no release")
	}
}

func TestFile(t *testing.T) {
	m := manifest()
	for name, want := range map[string]struct{ entry, file int }{"communes.csv": {0, 0}, "communes.geojson": {0, 1}, "lieux.csv": {1, 0}} {
		if e, f := m.File(name); e != &m.Datasets[want.entry] || f != &m.Datasets[want.entry].Files[want.file] {
			t.Errorf("File(%s) = %v, %v", name, e, f)
		}
	}
	if e, f := m.File("lieux.geojson"); e != nil || f != nil {
		t.Errorf("a file that is not there: %v, %v", e, f)
	}
}

func TestVersionName(t *testing.T) {
	if got := manifest().Datasets[0].Version.String(); got != "communes@3f9a1c0b7d2e" {
		t.Errorf("version = %s", got)
	}
}

func TestTextReadsBack(t *testing.T) {
	for name, m := range map[string]*release.Manifest{"full": manifest(), "first, of nothing": {Release: "2026-11-22.1", Published: noon}} {
		text := m.Text()
		if !strings.HasSuffix(string(text), "\n}\n") || string(m.Text()) != string(text) {
			t.Errorf("%s: text ends %q", name, text[len(text)-4:])
		}
		var got release.Manifest
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(&got, m) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, &got, m)
		}
	}
}
