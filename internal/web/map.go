package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/serve"
)

// mapFiles are what the page of a map has besides the others: names of assets. Those of the library are "" in a program
// that was built without it.
type mapFiles struct {
	Style, Script                          string
	Library, LibraryStyle, Worker, Licence string
	words                                  map[string]string
	territories                            []Territory
}

// Built says whether the program has the library.
func (m *mapFiles) Built() bool { return m.Library != "" }

// Territory is a part of France that a map goes to.
type Territory struct {
	Name   string     `json:"name"`
	Bounds [4]float64 `json:"bounds"` // west, south, east, north
}

// In are the territories of which a map shows something, where they are several.
func (m *mapFiles) In(extent *geo.BBox) (all []Territory) {
	for _, t := range m.territories {
		if b := t.Bounds; extent != nil && extent.Meets(geo.BBox{West: b[0], South: b[1], East: b[2], North: b[3]}) {
			all = append(all, t)
		}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

// scripted is what the script of a page reads of it.
type scripted struct {
	serve.MapScript
	Worker      string            `json:"worker"`
	Words       map[string]string `json:"words"`
	Territories []Territory       `json:"territories,omitempty"`
}

// Data is what the script is told: the page's, and the words that it says.
func (m *mapFiles) Data(p *serve.Page, body *serve.MapPage) scripted {
	return scripted{body.Script, p.Root + "/assets/" + m.Worker, m.words, m.In(body.Extent)}
}

// inScript begins the ids of texts that the script says.
const inScript = "script."

// mapScripts are the parts of the script, each of one idea, in the order in which they are read.
var mapScripts = []string{"words", "service", "view", "layers", "reading", "twin", "places", "map"}

// addScript makes one script of several, whose names are in a scope of their own.
func (r *Renderer) addScript(folder string, parts []string) (hashed string, err error) {
	var b bytes.Buffer
	b.WriteString("\"use strict\";\n(() => {\n")
	for _, part := range parts {
		content, err := files.ReadFile(folder + "/" + part + ".js")
		if err != nil {
			return "", err
		}
		b.Write(append(content, '\n'))
	}
	b.WriteString("})();\n")
	return r.keep(folder+".js", "text/javascript; charset=utf-8", b.Bytes()), nil
}

// addMap keeps the files of the map page.
func (r *Renderer) addMap(language string, texts fault.Texts) (*mapFiles, error) {
	m := &mapFiles{words: map[string]string{}}
	for id, text := range texts {
		if word, ok := strings.CutPrefix(id, inScript); ok {
			m.words[word] = text
		}
	}
	list, err := files.ReadFile(language + "/territories.json")
	if err == nil {
		err = json.Unmarshal(list, &m.territories)
	}
	if err != nil {
		return nil, err
	}
	if m.Script, err = r.addScript("map", mapScripts); err != nil {
		return nil, err
	}
	const script, style = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
	for _, f := range []struct {
		into            *string
		name, mediaType string
	}{
		{&m.Style, "map/map.css", style},
		{&m.Library, "map/dist/maplibre-gl-csp.js", script}, {&m.Worker, "map/dist/maplibre-gl-csp-worker.js", script},
		{&m.LibraryStyle, "map/dist/maplibre-gl.css", style}, {&m.Licence, "map/dist/maplibre-gl-license.txt", "text/plain; charset=utf-8"},
	} {
		hashed, err := r.add(f.name, f.mediaType)
		if errors.Is(err, fs.ErrNotExist) {
			continue // built without the library; what is ours is always there, or this would not compile
		}
		if err != nil {
			return nil, err
		}
		*f.into = hashed
	}
	return m, nil
}
