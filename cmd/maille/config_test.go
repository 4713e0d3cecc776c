package main

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"maille/datasets"
)

func TestConfiguration(t *testing.T) {
	for _, c := range []struct {
		because string
		files   map[string]string
		env     [2]string
		args    []string
		code    int
		says    []string
	}{
		{because: "no configuration at all", says: []string{"datasets are well described"}},
		{because: "an empty file", files: map[string]string{"maille.toml": ""}},
		{because: "a whole file", files: map[string]string{"maille.toml": `title = "T"
profile = "france"
base_url = "https://data.example.fr/"
listen = "0.0.0.0:80"
data = "/srv/maille"
exports_room = "20GB"
[sources]
projets = ["mine.csv"]`}},
		{because: "a file that is named must be there", args: []string{"--config", "other.toml"}, code: exitUsage, says: []string{"other.toml"}},
		{because: "an unknown key", files: map[string]string{"maille.toml": "titel = 'x'"}, code: exitUsage, says: []string{"maille.toml", "titel"}},
		{because: "an unknown key in another file", files: map[string]string{"m.toml": "[sources]\n[publisher]\nx = 1"}, args: []string{"--config", "m.toml"},
			code: exitUsage, says: []string{"m.toml", "publisher"}},
		{because: "not TOML", files: map[string]string{"maille.toml": "title = "}, code: exitUsage, says: []string{"maille.toml", "line 1"}},
		{because: "a text where a list is wanted", files: map[string]string{"maille.toml": "[sources]\nprojets = 'a.csv'"}, code: exitUsage, says: []string{"maille.toml", "sources"}},
		{because: "no address", files: map[string]string{"maille.toml": "base_url = 'data.example.fr'"}, code: exitUsage, says: []string{"base_url", "data.example.fr"}},
		{because: "no address a browser opens", files: map[string]string{"maille.toml": "base_url = 'ftp://data.example.fr'"}, code: exitUsage, says: []string{"base_url"}},
		{because: "links would be wrong", files: map[string]string{"maille.toml": "base_url = 'https://data.example.fr/?a=b'"}, code: exitUsage, says: []string{"base_url"}},
		{because: "no address, from the environment", env: [2]string{"MAILLE_BASE_URL", "nonsense"}, code: exitUsage, says: []string{"base_url", "nonsense"}},
		{because: "no size", files: map[string]string{"maille.toml": "exports_room = 'much'"}, code: exitUsage, says: []string{"exports_room", "much", "8GB"}},
		{because: "an unknown profile", args: []string{"--profile", "mars"}, code: exitUsage, says: []string{"mars", "essonne-demo", "france"}},
		{because: "an unknown profile, from the file", files: map[string]string{"maille.toml": "profile = '../../etc/passwd'"}, code: exitUsage, says: []string{"profile"}},
		{because: "a profile of one's own", files: map[string]string{"p.toml": "[sources]\nprojets = ['-']"}, args: []string{"--profile", "p.toml"}},
		{because: "sources of an unknown dataset", files: map[string]string{"maille.toml": "[sources]\nmairies = ['a.csv']"}, code: exitUsage, says: []string{"sources.mairies"}},
		{because: "sources of a dataset that has none", files: map[string]string{"maille.toml": "[sources]\nepci = ['a.csv']"}, code: exitUsage, says: []string{"sources.epci"}},
		{because: "more places than resources", files: map[string]string{"maille.toml": "[sources]\nprojets = ['a.csv', 'b.csv']"}, code: exitUsage, says: []string{"sources.projets"}},
		{because: "alternatives", files: map[string]string{"maille.toml": "mirror = ['m']\n[sources]\nprojets = [['https://a.example/x.csv', 'mine.csv']]"}},
		{because: "a number where a place is wanted", files: map[string]string{"maille.toml": "[sources]\nprojets = [1]"}, code: exitUsage, says: []string{"maille.toml", "sources"}},
		{because: "no place", files: map[string]string{"maille.toml": "[sources]\nprojets = [[]]"}, code: exitUsage, says: []string{"maille.toml", "sources"}},
		{because: "nothing among alternatives", files: map[string]string{"maille.toml": "[sources]\nprojets = [['a.csv', '-']]"}, code: exitUsage, says: []string{"maille.toml", "sources"}},
		{because: "a basemap", files: map[string]string{"maille.toml": "[fond]\ntuiles = 'https://tiles.example.fr/{z}/{x}/{y}.png'\nattribution = 'Exemple'"}},
		{because: "a basemap that nobody made", files: map[string]string{"maille.toml": "[fond]\ntuiles = 'https://tiles.example.fr/{z}/{x}/{y}.png'"}, code: exitUsage, says: []string{"fond.attribution"}},
		{because: "schedules", files: map[string]string{"maille.toml": "[schedule]\nQUARTERLY = '0 4 * * 1'\nlieux-mediation-declares = '@hourly'\nANNUAL = 'never'"}},
		{because: "no schedule", files: map[string]string{"maille.toml": "[schedule]\nQUARTERLY = 'on Mondays'"}, code: exitUsage, says: []string{"schedule.QUARTERLY", "on Mondays"}},
		{because: "a schedule of nothing", files: map[string]string{"maille.toml": "[schedule]\nMONTLY = '@monthly'"}, code: exitUsage, says: []string{"schedule.MONTLY", "QUARTERLY"}},
		{because: "a schedule of what follows others", files: map[string]string{"maille.toml": "[schedule]\nepci = '@monthly'"}, code: exitUsage, says: []string{"schedule.epci"}},
		{because: "no such folder", args: []string{"--datasets", "nowhere"}, code: exitUsage, says: []string{"nowhere"}},
	} {
		t.Run(c.because, func(t *testing.T) {
			isolated(t)
			write(t, c.files)
			if c.env[0] != "" {
				t.Setenv(c.env[0], c.env[1])
			}
			code, stdout, stderr := maille(t, append([]string{"check"}, c.args...)...)
			if code != c.code {
				t.Errorf("%d %s%s", code, stdout, stderr)
			}
			for _, word := range c.says {
				if !strings.Contains(stdout+stderr, word) {
					t.Errorf("%q is not in: %s%s", word, stdout, stderr)
				}
			}
			if code != exitOK {
				oneLine(t, stderr)
			}
		})
	}
}

// TestPrecedence: a flag wins over the environment, which wins over the file.
func TestPrecedence(t *testing.T) {
	isolated(t)
	write(t, map[string]string{"maille.toml": "base_url = 'https://file.example'"})
	load := func(args ...string) string {
		c := &config{}
		cmd := serveCommand(c)
		c.flags(cmd)
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		if err := c.load(cmd); err != nil {
			t.Fatal(err)
		}
		return c.BaseURL
	}
	if got := load(); got != "https://file.example" {
		t.Error(got)
	}
	t.Setenv("MAILLE_BASE_URL", "https://environment.example/")
	if got := load(); got != "https://environment.example" {
		t.Error(got)
	}
	if got := load("--base-url", "https://flag.example/essonne//"); got != "https://flag.example/essonne" {
		t.Error(got)
	}
	if got := load("--base-url", "https://flag.example"); got != "https://flag.example" {
		t.Error(got)
	}
}

// TestMirrors: a flag, which may be repeated, wins over the environment, which wins over the file.
func TestMirrors(t *testing.T) {
	isolated(t)
	write(t, map[string]string{"maille.toml": "mirror = ['a', 'b']"})
	load := func(args ...string) string {
		c := &config{}
		cmd := serveCommand(c)
		c.flags(cmd)
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		if err := c.load(cmd); err != nil {
			t.Fatal(err)
		}
		return strings.Join(c.Mirror, " ")
	}
	if got := load(); got != "a b" {
		t.Error(got)
	}
	t.Setenv("MAILLE_MIRROR", "c"+string(os.PathListSeparator)+"d")
	if got := load(); got != "c d" {
		t.Error(got)
	}
	if got := load("--mirror", "e", "--mirror", "f,g"); got != "e f,g" {
		t.Error(got)
	}
}

// described counts the embedded descriptors.
func described(t *testing.T) int {
	t.Helper()
	names, err := fs.Glob(datasets.Files, "*.json")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func TestCheck(t *testing.T) {
	isolated(t)
	themes, err := fs.Glob(datasets.Files, "themes/*.json")
	if err != nil || len(themes) == 0 {
		t.Fatalf("%d themes (%v)", len(themes), err)
	}
	if code, stdout, stderr := maille(t, "check"); code != exitOK || !strings.HasPrefix(stdout, fmt.Sprintf("%d datasets are well described: ", described(t))) ||
		!strings.HasSuffix(stdout, fmt.Sprintf("; themes: %d\n", len(themes))) || stderr != "" {
		t.Errorf("%d %s%s", code, stdout, stderr)
	}
	good := `{"name":"arbres","title":"Arbres","description":"Des arbres.","resources":[{"path":"arbres.csv","format":"csv"}],
		"schema":"arbres.json","licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Nous"}],"publication":{"key":["id"]}}`
	schema := `{"fields":[{"name":"id","title":"Identifiant","description":"La clé.","type":"string","constraints":{"required":true}}]}`
	write(t, map[string]string{"own/arbres.json": good, "own/schemas/arbres.json": schema})
	if code, stdout, stderr := maille(t, "check", "--datasets", "own"); code != exitOK || !strings.HasPrefix(stdout, fmt.Sprintf("%d datasets", described(t)+1)) {
		t.Errorf("a dataset of one's own: %d %s%s", code, stdout, stderr)
	}
	write(t, map[string]string{
		"own/arbres.json": strings.Replace(good, `"key":["id"]`, `"key":["numero"]`, 1),
		"own/bancs.json":  strings.Replace(strings.Replace(good, "arbres", "bancs", 1), `"title":"Arbres"`, `"titel":"Bancs"`, 1),
		"own/rien.sql":    "select 1",
	})
	code, stdout, stderr := maille(t, "check", "--datasets", "own")
	if code != exitUsage || stdout != "" {
		t.Errorf("%d %s", code, stdout)
	}
	for _, want := range []string{"arbres.json: publication.key: ", "numero", "bancs.json: ", "titel", "rien.sql"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in %s", want, stderr)
		}
	}
}
