package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/pipeline"
	"maille/internal/release"
)

const access = "acces-mediation"

// accessible is an instance of the sample that has access to mediation and what it is made of. Files of the sample are first changed as
// one likes.
func accessible(t *testing.T, change func(name string, content []byte) []byte) *world {
	t.Helper()
	w := build(t, only(t, access))
	sources := map[string]string{"communes-cog": "geo-api-communes-91.json", "communes-contours": "communes-100m.geojson.gz",
		"epci-cog": "geo-api-epcis.json", "lieux-mediation-declares": "lieux-mediation.csv", "services-en-ligne": "annuaire-mairies.csv"}
	folder := t.TempDir()
	for _, file := range sources {
		content, err := os.ReadFile("../../datasets/echantillon/" + file)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, file), change(file, content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if file := sources[d.Name]; file != "" && resource == 0 {
			return []string{filepath.Join(folder, file)}
		}
		return nil
	}
	return w
}

func asItIs(_ string, content []byte) []byte { return content }

// TestComputed: what is computed has one version whatever the order of the rows, the day and the number of cores, and names what it was
// computed of and by which method. Other parameters give another. That it comes back from its files is TestEssonne's to say.
func TestComputed(t *testing.T) {
	notRaced(t)
	w := accessible(t, asItIs)
	if got := w.run(t)[access]; got != release.Sealed {
		t.Fatal(got)
	}
	m, _ := w.publish(t)
	t.Run("elsewhere", func(t *testing.T) { computedElsewhere(t, m.Entry(access)) })
	t.Run("lineage", func(t *testing.T) { w.computedOf(t, m) })
	t.Run("the words of the load", func(t *testing.T) { w.computedBefore(t, m.Entry(access)) })
	t.Run("parameters", func(t *testing.T) { w.computedOtherwise(t, m.Entry(access)) })
	t.Run("erased", w.computedErased)
}

func computedElsewhere(t *testing.T, want *release.Entry) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	w := accessible(t, backwards(t))
	w.Now = func() time.Time { return noon.Add(40 * day) }
	if got := w.run(t)[access]; got != release.Sealed {
		t.Fatal(got)
	}
	if _, v, err := w.DB.LastLoad(t.Context(), access); err != nil || v.Hash != want.Hash {
		t.Errorf("%s, not %s (%v)", v, want.Version, err)
	}
}

func (w *world) computedOf(t *testing.T, m *release.Manifest) {
	e, d := m.Entry(access), w.Registry.Get(access)
	if !slices.Equal(slices.Sorted(maps.Keys(e.Inputs)), slices.Sorted(slices.Values(d.Computed.From))) {
		t.Errorf("inputs %v of %v", e.Inputs, d.Computed.From)
	}
	for name, id := range e.Inputs {
		if m.Entry(name).ID != id {
			t.Errorf("made of %s@%s, and %s is published", name, id, m.Entry(name).Version)
		}
	}
	c := e.Computed
	if c == nil || c.By != "acces" || c.Method != d.Computed.Method || c.Code != "one" || c.Seed != 0 || !strings.HasPrefix(c.ParametersText(), `{"detour":1.3,`) {
		t.Errorf("computed %+v", c)
	}
	if m.Entry("offre-communes").Computed != nil || m.Entry("communes-cog").Computed != nil {
		t.Error("SQL and files are no method")
	}
}

// computedBefore: a registry that is ahead of the data, by a method that this program does not have, changes nothing of what is said.
func (w *world) computedBefore(t *testing.T, before *release.Entry) {
	w.Registry = accessBut(t, `"method": "1.0.0"`, `"method": "9.0.0"`)
	if got := w.run(t)[access]; !strings.HasPrefix(got, release.Failed) || !strings.Contains(got, "9.0.0") {
		t.Errorf("a method of another version is %s", got)
	}
	m, published := w.publish(t)
	if e := m.Entry(access); !published || e.ID != before.ID || e.Computed == nil || e.Computed.Method != "1.0.0" {
		t.Errorf("published %v: %+v of a load by method 1.0.0", published, e.Computed)
	}
}

func (w *world) computedOtherwise(t *testing.T, before *release.Entry) {
	w.Registry = accessBut(t, `"detour": 1.3`, `"detour": 1.4`)
	if got := w.run(t)[access]; got != release.Sealed {
		t.Errorf("other parameters: %s", got)
	}
	m, _ := w.publish(t)
	if e := m.Entry(access); e.ID == before.ID || !strings.HasPrefix(e.Computed.ParametersText(), `{"detour":1.4,`) {
		t.Errorf("other parameters give %s again, by %s", e.Version, e.Computed.ParametersText())
	}
	w.Registry = accessBut(t, `"detour": 1.3`, `"detours": 1.3`)
	if got := w.run(t)[access]; !strings.HasPrefix(got, release.Failed) || !strings.Contains(got, "detours") {
		t.Errorf("a parameter that the method does not know is %s", got)
	}
	w.Registry = only(t, access)
	w.run(t)
}

// accessBut describes access, and the communes by the way, in other words.
func accessBut(t *testing.T, before, after string) *dataset.Registry {
	files := onlyFiles(t, access)
	for name, words := range map[string][2]string{access: {before, after}, "communes-cog": {`"title": "`, `"title": "Les `}} {
		text := string(files[name+".json"].Data)
		if !strings.Contains(text, words[0]) {
			t.Fatalf("%s does not say %s", name, words[0])
		}
		files[name+".json"].Data = []byte(strings.Replace(text, words[0], words[1], 1))
	}
	return load(dataset.Files{Datasets: files, Schemas: os.DirFS("../../schemas")})
}

// computedErased takes a place's name out, which computed rows repeat: they say it no more, nor does what is computed after.
func (w *world) computedErased(t *testing.T) {
	name := one[string](t, w.conn, "select lieu_proche_nom from opendata.acces_mediation where lieu_proche_nom is not null order by code_insee limit 1")
	found, err := w.Erase(t.Context(), name, "à la demande de la personne", true)
	if err != nil || !found.Done || !slices.ContainsFunc(found.Finds, func(f pipeline.Find) bool { return f.Version.Dataset == access && f.Columns["lieu_proche_nom"] > 0 }) {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, code := range []string{"", "two"} { // which computes again, of what is left
		if code != "" {
			w.Code = code
			w.run(t)
			w.publish(t)
		}
		if n := one[int](t, w.conn, "select count(*) from opendata.acces_mediation where lieu_proche_nom = $1", name); n != 0 {
			t.Errorf("%d computed rows say it, by %q", n, code)
		}
	}
	if m := w.whole(t); m.Entry(access).Computed == nil || len(m.Entry(access).Inputs) == 0 {
		t.Error("the lineage is gone")
	}
}

// backwards turns the rows of a file of the sample round.
func backwards(t *testing.T) func(name string, content []byte) []byte {
	return func(name string, content []byte) []byte {
		switch {
		case strings.HasSuffix(name, ".csv"):
			comma := ','
			if bytes.IndexByte(content, ';') < bytes.IndexByte(content, '\n') && bytes.IndexByte(content, ';') > 0 {
				comma = ';'
			}
			return backwardsCSV(t, content, comma)
		case strings.HasSuffix(name, ".gz"):
			return backwardsFeatures(t, content)
		}
		var rows []json.RawMessage
		if err := json.Unmarshal(content, &rows); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(rows)
		return encoded(t, rows)
	}
}

func backwardsCSV(t *testing.T, content []byte, comma rune) []byte {
	reader := csv.NewReader(bytes.NewReader(content))
	reader.Comma = comma
	records, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(records[1:])
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.Comma = comma
	if err := out.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func backwardsFeatures(t *testing.T, packed []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	collection := map[string]json.RawMessage{}
	var features []json.RawMessage
	if err := json.Unmarshal(content, &collection); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(collection["features"], &features); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(features)
	collection["features"] = encoded(t, features)
	return encoded(t, collection) // the name may say gzip: the bytes say what it is
}

func encoded(t *testing.T, value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
