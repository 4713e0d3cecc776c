package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maille/internal/pgtest"
)

// TestBundle: the sample's files, and then an instance that has nothing but them.
func TestBundle(t *testing.T) {
	if raced {
		t.Skip("one command after another, of which TestUp has each under the race detector")
	}
	dir := isolated(t)
	code, stdout, stderr := maille(t, "bundle", "taken")
	if code != exitOK || !strings.Contains(stdout, "taken: ") || strings.Contains(stdout, "echantillon/") || !strings.HasSuffix(stdout, "; 0 had not changed\n") {
		t.Fatalf("%d %s%s", code, stdout, stderr)
	}
	first, err := os.ReadFile("taken/index.json")
	if err != nil {
		t.Fatal(err)
	}
	if code, again, _ := maille(t, "bundle", "taken"); code != exitOK || strings.Contains(again, " 0 had not changed") {
		t.Errorf("again: %d %s", code, again)
	}
	if second, _ := os.ReadFile("taken/index.json"); string(second) != string(first) {
		t.Errorf("another index:\n%s%s", first, second)
	}
	index := map[string]string{}
	if err := json.Unmarshal(first, &index); err != nil || len(index) < 13 {
		t.Errorf("%v, %v", index, err)
	}
	for place, name := range index {
		if info, err := os.Stat(filepath.Join("taken", name)); err != nil || info.Size() == 0 || filepath.Base(name) != name {
			t.Errorf("%s: %s, %v", place, name, err)
		}
	}
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	write(t, map[string]string{"moved.toml": sources(index)})
	p := start(t, "up", "--listen", "127.0.0.1:0", "--log", "json", "--mirror", filepath.Join(dir, "taken"), "--profile", "moved.toml")
	if got := get(t, p.address(t)+"/collections/communes-cog/items?limit=1"); !strings.Contains(got, `"numberMatched":194`) {
		t.Error(got)
	}
	if code := p.end(t); code != exitOK {
		t.Errorf("%d %s", code, p.stderr.String())
	}
}

// sources is a profile whose one source is an address that only the mirror's folder answers for, by a relative name.
func sources(index map[string]string) string {
	return "[sources]\ncommunes-cog = ['" + index["echantillon/geo-api-communes-91.json"] + "']\ncommunes-contours = ['" + index["echantillon/communes-100m.geojson.gz"] + "']\n"
}

// TestUpFromAMirror: the network is not asked, what the mirror lacks is said and left out, and the rest is published.
func TestUpFromAMirror(t *testing.T) {
	if raced {
		t.Skip("one command after another, of which TestUp has each under the race detector")
	}
	isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	asked := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the network is asked") }))
	t.Cleanup(asked.Close)
	write(t, map[string]string{
		"m/index.json": `{"` + asked.URL + `/p.csv": "p.csv"}`, "m/p.csv": "id,nom\n",
		"maille.toml": `mirror = ["m"]
[sources]
projets = [["` + asked.URL + `/gone.csv", "nowhere.csv"]]
labels-villes-internet = [["` + asked.URL + `/gone.csv", "echantillon/labels-villes-internet.csv"]]`,
	})
	p := start(t, "up", "--listen", "127.0.0.1:0")
	address := p.address(t)
	if got := get(t, address+"/collections/projets/items?limit=1"); !strings.Contains(got, `"numberMatched":0`) {
		t.Error(got)
	}
	if got := get(t, address+"/collections/labels-villes-internet/items?limit=1"); strings.Contains(got, `"numberMatched":0`) {
		t.Error(got)
	}
	if log := p.stderr.String(); !strings.Contains(log, `level=WARN msg="left out" dataset=projets`) || !strings.Contains(log, "cette adresse n'est pas dans le miroir ; nowhere.csv : ce fichier n'existe pas") {
		t.Error(log)
	}
	if code := p.end(t); code != exitOK {
		t.Errorf("%d", code)
	}
	for _, c := range []struct {
		because, sources string
		code             int
	}{
		{"absent from the mirror", "projets = ['" + asked.URL + "/gone.csv']", exitOK},
		{"not a file", "projets = ['nowhere.csv']", exitRefused},
	} {
		write(t, map[string]string{"maille.toml": "mirror = ['m']\n[sources]\n" + c.sources})
		if code, stdout, stderr := maille(t, "ingest", "projets"); code != c.code {
			t.Errorf("%s: %d %s%s", c.because, code, stdout, stderr)
		}
	}
	write(t, map[string]string{"maille.toml": "[sources]\nprojets = ['http://127.0.0.1:1/x.csv']"})
	if code, stdout, stderr := maille(t, "ingest", "projets"); code != exitUnavailable || !strings.Contains(stderr, "maille: projets: http://127.0.0.1:1/x.csv : le serveur refuse la connexion") {
		t.Errorf("nobody answers: %d %s%s", code, stdout, stderr)
	}
	if code, _, stderr := maille(t, "ingest"); code != exitOK || !strings.Contains(stderr, "127.0.0.1:1") {
		t.Errorf("nobody answers, for one of many: %d %s", code, stderr)
	}
}

func TestBundleOfNothing(t *testing.T) {
	isolated(t)
	write(t, map[string]string{"m/index.json": "{}", "broken/index.json": "[]", "own/arbres.json": arbres("http://127.0.0.1:1/arbres.csv"), "own/schemas/arbres.json": arbresSchema,
		"file": ""})
	for _, c := range []struct {
		because string
		args    []string
		code    int
		says    []string
	}{
		{"some of it is absent", []string{"bundle", "a", "--datasets", "own", "--mirror", "m"}, exitOK, []string{"absent: arbres: http://127.0.0.1:1/arbres.csv : cette adresse n'est pas dans le miroir"}},
		{"no folder", []string{"bundle"}, exitUsage, nil},
		{"a file in place of the folder", []string{"bundle", "file"}, exitUsage, []string{"file"}},
		{"a broken index", []string{"bundle", "broken"}, exitUsage, []string{"broken/index.json"}},
		{"a broken mirror", []string{"bundle", "b", "--mirror", "broken"}, exitUsage, []string{"broken/index.json"}},
		{"no mirror", []string{"bundle", "b", "--mirror", "nowhere"}, exitUsage, []string{"nowhere/index.json"}},
	} {
		code, stdout, stderr := maille(t, c.args...)
		if code != c.code {
			t.Errorf("%s: %d %s%s", c.because, code, stdout, stderr)
		}
		for _, word := range c.says {
			if !strings.Contains(stdout+stderr, word) {
				t.Errorf("%s: %q is not in %s%s", c.because, word, stdout, stderr)
			}
		}
	}
	all := []bundled{{dataset: "arbres", places: []string{"x"}, errs: []error{os.ErrNotExist}}}
	if err := report(&text{}, "b", all); exitCode(t.Context(), err) != exitUnavailable {
		t.Errorf("%v", err)
	}
}

func arbres(place string) string {
	return `{"name":"arbres","title":"Arbres","description":"Des arbres.","resources":[{"path":"` + place + `","format":"csv"}],
		"schema":"arbres.json","licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Nous"}],"publication":{"key":["id"]}}`
}

const arbresSchema = `{"fields":[{"name":"id","title":"Identifiant","description":"La clé.","type":"string","constraints":{"required":true}}]}`
