package carto

import (
	"bytes"
	"encoding/json"
	"strings"

	"maille/internal/dataset"
)

// style is a document of the MapLibre Style Specification, version 8.
type style struct {
	Version  int               `json:"version"`
	Name     string            `json:"name"`
	Metadata map[string]any    `json:"metadata"`
	Center   *[2]float64       `json:"center,omitempty"`
	Zoom     *float64          `json:"zoom,omitempty"`
	Sprite   string            `json:"sprite"`
	Glyphs   string            `json:"glyphs"`
	Sources  map[string]source `json:"sources"`
	Layers   []drawn           `json:"layers"`
}

// source is the tiles of one dataset. A theme has one for each: what tiles of several datasets hold ends where the first of
// them ends.
type source struct {
	Type        string            `json:"type"`
	URL         string            `json:"url"`
	PromoteID   map[string]string `json:"promoteId,omitempty"`
	Attribution string            `json:"attribution,omitempty"`
}

// drawn is a layer of the style.
type drawn struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"`
	Source      string         `json:"source,omitempty"`
	SourceLayer string         `json:"source-layer,omitempty"`
	MinZoom     int            `json:"minzoom,omitempty"`
	Metadata    map[string]any `json:"metadata,omitempty"`
	Filter      []any          `json:"filter,omitempty"`
	Layout      map[string]any `json:"layout,omitempty"`
	Paint       map[string]any `json:"paint,omitempty"`
}

// Style is the map as MapLibre draws it.
func Style(m *Map) []byte {
	doc := style{Version: 8, Name: m.Title, Metadata: m.metadata(), Sprite: m.Root + "/sprites/maille", Glyphs: m.Root + "/glyphs/{fontstack}/{range}.pbf",
		Sources: map[string]source{}, Layers: []drawn{{ID: "fond", Type: "background", Paint: map[string]any{"background-color": Ground}}}}
	doc.Center, doc.Zoom = m.view()
	var labels []drawn
	for i := range m.Layers {
		l := &m.Layers[i]
		doc.Sources[l.Name] = m.source(l)
		b := &brush{Layer: l, Symbology: l.Symbology(), bottom: i == 0}
		doc.Layers = append(doc.Layers, b.shapes()...)
		labels = append(labels, b.labels()...)
	}
	doc.Layers = append(doc.Layers, labels...) // over everything, those of the last layer first in place
	return written(doc)
}

func (m *Map) source(l *Layer) source {
	s := source{Type: "vector", URL: m.Base + "/tilejson/" + l.Name + ".json", Attribution: creditsHTML(l.Sources)}
	if m.Query != "" {
		s.URL += "?" + m.Query
	}
	if key := l.Publication.Key; len(key) == 1 { // ids of features are ranks; codes such as 2A004 are no integers
		s.PromoteID = map[string]string{l.Name: key[0]}
		if l.labelled() {
			s.PromoteID[l.Name+dataset.LabelsSuffix] = key[0]
		}
	}
	return s
}

func (l *Layer) points() bool { return l.Publication.Geometry.Type == "Point" }

// labelled says whether tiles of the dataset have a layer of labels.
func (l *Layer) labelled() bool { return !l.points() && l.LabelColumn() != "" }

func (m *Map) metadata() map[string]any {
	versions, licences := map[string]string{}, []string{}
	for i := range m.Layers {
		l := &m.Layers[i]
		versions[l.Name] = l.Version
		for _, licence := range l.Licenses {
			licences = append(licences, licence.Name)
		}
	}
	return map[string]any{"maille:release": m.Release, "maille:versions": versions, "maille:licences": unique(licences),
		"maille:legend": m.Legend("json"), "maille:description": m.Description}
}

// Legend is the address of the legend in a format.
func (m *Map) Legend(format string) string {
	address := m.Base + "/styles/" + m.Name + "/legend." + format
	if m.Query != "" {
		address += "?" + m.Query
	}
	return address
}

func unique(all []string) []string {
	seen, kept := map[string]bool{}, []string{}
	for _, text := range all {
		if !seen[text] {
			seen[text], kept = true, append(kept, text)
		}
	}
	return kept
}

// creditsHTML are the publishers, as HTML, which MapLibre shows as it is: texts are escaped.
func creditsHTML(sources []dataset.Source) string {
	names := make([]string, len(sources))
	for i, s := range sources {
		names[i] = escape.Replace(s.Title)
		if strings.HasPrefix(s.Path, "https://") || strings.HasPrefix(s.Path, "http://") {
			names[i] = `<a href="` + escape.Replace(s.Path) + `">` + names[i] + `</a>`
		}
	}
	return strings.Join(names, " ; ")
}

// escape is for texts and attributes of HTML and XML.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// written is JSON for people too, whose bytes depend on nothing but the value.
func written(document any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		panic(err) // texts and finite numbers inside
	}
	return b.Bytes()
}
