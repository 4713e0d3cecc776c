package main

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPerimetersAreChecked(t *testing.T) {
	for _, c := range []struct {
		because, toml string
		says          string
	}{
		{"a perimeter", "[perimetres.sud-essonne]\ntitle = 'Sud Essonne'\nepci = ['200017846']\ncommunes = ['91223']", ""},
		{"all of them", "[perimetres.a]\ntitle = 'A'\ndepartements = ['2A', '971']\nregions = ['94']", ""},
		{"and a source of one's own", "[sources]\nperimetres-composition = ['mine.csv']\n[perimetres.a]\ntitle = 'A'\nregions = ['94']", "sources.perimetres-composition"},
		{"and the source left out", "[sources]\nperimetres-composition = ['-']\n[perimetres.a]\ntitle = 'A'\nregions = ['94']", ""},
		{"a name that is none", "[perimetres.'Sud Essonne']\ntitle = 'Sud Essonne'\nepci = ['200017846']", "perimetres.Sud Essonne"},
		{"no title", "[perimetres.a]\nepci = ['200017846']", "title"},
		{"nothing in it", "[perimetres.a]\ntitle = 'A'", "names no communes"},
		{"an empty code", "[perimetres.a]\ntitle = 'A'\nepci = ['']", "empty"},
		{"a code that is a number", "[perimetres.a]\ntitle = 'A'\ncommunes = [91223]", "maille.toml"},
		{"an unknown level", "[perimetres.a]\ntitle = 'A'\ncantons = ['9101']", "cantons"},
	} {
		t.Run(c.because, func(t *testing.T) {
			isolated(t)
			write(t, map[string]string{"maille.toml": c.toml})
			code, stdout, stderr := maille(t, "check")
			if wrong := code != exitOK; wrong != (c.says != "") || !strings.Contains(stdout+stderr, c.says) {
				t.Errorf("%d %s%s", code, stdout, stderr)
			}
		})
	}
}

func TestPerimeterRows(t *testing.T) {
	all := map[string]perimeter{
		"b": {Title: `Le "b", entier`, Regions: []string{"94"}},
		"a": {Title: "A", EPCI: []string{"2", "1", "2"}, Communes: []string{"91223"}},
	}
	const want = "code_perimetre,nom,niveau,code\na,A,commune,91223\na,A,epci,1\na,A,epci,2\nb,\"Le \"\"b\"\", entier\",region,94\n"
	files := memory{perimeterFile, perimeterRows(all)}
	if text, err := fs.ReadFile(files, perimeterFile); err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	if err := fstest.TestFS(onlyFile{files}, perimeterFile); err != nil {
		t.Error(err)
	}
}

// onlyFile gives memory the folder that fstest looks for.
type onlyFile struct{ memory }

func (f onlyFile) Open(name string) (fs.File, error) {
	if name == "." {
		return fstest.MapFS{f.name: {Data: f.data, Mode: 0o444}}.Open(name)
	}
	return f.memory.Open(name)
}

func TestPerimetersOfTheFileWin(t *testing.T) {
	c := config{settings: settings{content: content{Sources: map[string][]places{}}}}
	err := c.setPerimeters(map[string]perimeter{"a": {Title: "A", Regions: []string{"11"}}, "b": {Title: "B", Regions: []string{"24"}}},
		map[string]perimeter{"a": {Title: "Mine", Regions: []string{"94"}}})
	if err != nil || c.Perimeters["a"].Title != "Mine" || c.Perimeters["b"].Title != "B" {
		t.Errorf("%v, %v", c.Perimeters, err)
	}
	if got := c.Sources[perimeterDataset]; len(got) != 1 || got[0][0] != perimeterFile {
		t.Errorf("the source is %v", got)
	}
}

func TestDepartementCodes(t *testing.T) {
	for code, is := range map[string]bool{"01": true, "19": true, "21": true, "2A": true, "2B": true, "29": true, "30": true, "95": true, "971": true, "976": true,
		"988": true, "20": false, "00": false, "96": false, "970": false, "979": false, "980": false, "1": false, "2a": false, "911": false, "": false} {
		if err := checkTerritory([]string{"91", code}); (err == nil) != is {
			t.Errorf("%q: %v", code, err)
		}
	}
}
