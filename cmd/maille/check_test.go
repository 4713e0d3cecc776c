package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"maille/internal/geo"
	"maille/internal/pmtiles"
)

// TestCheckAdvises: what is allowed and perhaps a mistake is told, and refuses nothing.
func TestCheckAdvises(t *testing.T) {
	for _, c := range []struct {
		file string
		says []string
	}{
		{"", nil},
		{"base_url = 'https://data.example.fr'\n[publisher]\nkind = 'local'\n[doi]\n'2026-11-22.99' = '10.5281/zenodo.1'\ncommunes = '10.5281/zenodo.2'", nil},
		{"[doi]\npasdejeu = '10.5281/zenodo.8'", []string{"DOI", "dataset=pasdejeu"}},
		{"[doi]\n'2026-11-22.1/autre' = '10.5281/zenodo.8'", []string{"DOI", "dataset=autre"}},
		{"base_url = 'https://data.example.fr'", []string{"publisher", "kind"}},
	} {
		isolated(t)
		if err := os.WriteFile("maille.toml", []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := maille(t, "check")
		if code != exitOK || (len(c.says) == 0) != (stderr == "") {
			t.Errorf("%s: %d\n%s", c.file, code, stderr)
		}
		for _, word := range c.says {
			if !strings.Contains(stderr, word) {
				t.Errorf("%s: no %s in %s", c.file, word, stderr)
			}
		}
	}
}

// TestCheckArchives: each file is told of in French; one that is wrong is refused, and the others are checked all the same.
func TestCheckArchives(t *testing.T) {
	isolated(t)
	w, err := pmtiles.NewWriter("")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, tile := range []geo.Tile{{Z: 5, X: 16, Y: 11}, {Z: 6, X: 32, Y: 22}, {Z: 6, X: 33, Y: 22}} {
		if err := w.Add(tile, []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00")); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := w.WriteArchive(&data, pmtiles.About{Metadata: []byte(`{"vector_layers":[{"id":"a","fields":{}}]}`)}); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"good.pmtiles": data.Bytes(), "cut.pmtiles": data.Bytes()[:data.Len()-1], "other.csv": []byte("a,b\n")} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const holds = "good.pmtiles : l'archive tient ce qu'elle promet (tuiles : 3, contenus différents : 1, zooms : 5 à 6)\n"
	for _, c := range []struct {
		files          []string
		code           int
		stdout, stderr string
	}{
		{[]string{"good.pmtiles"}, exitOK, holds, ""},
		{[]string{"cut.pmtiles", "good.pmtiles", "other.csv"}, exitRefused, holds,
			"maille: cut.pmtiles : l'en-tête place les tuiles hors du fichier, qui est peut-être tronqué\nmaille: other.csv : ce n'est pas une archive PMTiles\n"},
		{[]string{"absent.pmtiles"}, exitUsage, "", "maille: no file is named absent.pmtiles\n"},
	} {
		code, stdout, stderr := maille(t, append([]string{"check"}, c.files...)...)
		if code != c.code || stdout != c.stdout || stderr != c.stderr {
			t.Errorf("%v: %d\n%s%s", c.files, code, stdout, stderr)
		}
	}
}
