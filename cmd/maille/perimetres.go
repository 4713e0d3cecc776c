package main

import (
	"bytes"
	"encoding/csv"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"maille/internal/fault"
)

// perimeter is a union that the instance gives a name: [perimetres.sud-essonne] in maille.toml or in a profile.
type perimeter struct {
	Title        string   `toml:"title"`
	Communes     []string `toml:"communes"`
	EPCI         []string `toml:"epci"`
	Departements []string `toml:"departements"`
	Regions      []string `toml:"regions"`
}

// Declared perimeters are a source like any other: a file that only this program holds, so that a release says what its
// perimeters were made of.
const (
	perimeterDataset = "perimetres-composition"
	perimeterFile    = "perimetres.csv" // the path of the dataset's resource
)

var perimeterName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// setPerimeters takes those of the profile and those of the file, which win, and makes them the source's place.
func (c *config) setPerimeters(profile, file map[string]perimeter) error {
	c.Perimeters = map[string]perimeter{}
	maps.Copy(c.Perimeters, profile)
	maps.Copy(c.Perimeters, file)
	for _, name := range slices.Sorted(maps.Keys(c.Perimeters)) {
		if wrong := c.Perimeters[name].wrong(name); wrong != "" {
			return fault.New(fault.Invalid, "perimetres.%s: %s", name, wrong).About("perimetres." + name)
		}
	}
	if own := c.Sources[perimeterDataset]; len(c.Perimeters) > 0 && len(own) > 0 && own[0][0] != absent {
		return fault.New(fault.Invalid, "sources.%s: it is [perimetres], which is said too, that makes this source: keep one of both", perimeterDataset).About("sources." + perimeterDataset)
	}
	if len(c.Perimeters) > 0 {
		c.Sources[perimeterDataset] = []places{{perimeterFile}}
	}
	return nil
}

func (p perimeter) wrong(name string) string {
	codes := 0
	for _, level := range p.levels() {
		codes += len(level.codes)
		if slices.ContainsFunc(level.codes, func(code string) bool { return code == "" || strings.TrimSpace(code) != code }) {
			return "a code is empty, or has spaces around it"
		}
	}
	switch {
	case !perimeterName.MatchString(name):
		return "a name is words of a-z and 0-9 joined by hyphens"
	case strings.TrimSpace(p.Title) == "":
		return "the title is missing"
	case codes == 0:
		return "it names no communes, epci, departements or regions"
	}
	return ""
}

type level struct {
	name  string
	codes []string
}

func (p perimeter) levels() []level {
	return []level{{"commune", p.Communes}, {"epci", p.EPCI}, {"departement", p.Departements}, {"region", p.Regions}}
}

// perimeterRows writes the perimeters as a CSV: the same ones give the same bytes, however they are written.
func perimeterRows(all map[string]perimeter) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"code_perimetre", "nom", "niveau", "code"}) // to memory
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, level := range all[name].levels() {
			for _, code := range slices.Compact(slices.Sorted(slices.Values(level.codes))) {
				_ = w.Write([]string{name, all[name].Title, level.name, code})
			}
		}
	}
	w.Flush()
	return b.Bytes()
}

// memory is a file system of one file.
type memory struct {
	name string
	data []byte
}

func (m memory) Open(name string) (fs.File, error) {
	if name != m.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return memoryFile{m, bytes.NewReader(m.data)}, nil
}

type memoryFile struct {
	memory
	io.Reader
}

func (f memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f memoryFile) Close() error               { return nil }
func (f memoryFile) Name() string               { return f.name }
func (f memoryFile) Size() int64                { return int64(len(f.data)) }
func (f memoryFile) Mode() fs.FileMode          { return 0o444 }
func (f memoryFile) ModTime() time.Time         { return time.Time{} }
func (f memoryFile) IsDir() bool                { return false }
func (f memoryFile) Sys() any                   { return nil }
