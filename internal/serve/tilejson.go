package serve

import (
	"cmp"
	"html"
	"net/http"
	"strings"

	"maille/internal/fault"
	"maille/internal/tile"
)

// tileJSON is a TileJSON 3.0.0 document.
type tileJSON struct {
	TileJSON     string          `json:"tilejson"`
	Name         string          `json:"name"`
	Description  string          `json:"description,omitempty"`
	Version      string          `json:"version"`
	Attribution  string          `json:"attribution,omitempty"`
	Scheme       string          `json:"scheme"`
	Tiles        []string        `json:"tiles"`
	MinZoom      int             `json:"minzoom"`
	MaxZoom      int             `json:"maxzoom"`
	Bounds       *[4]float64     `json:"bounds,omitempty"`
	Center       *[3]float64     `json:"center,omitempty"`
	VectorLayers []tileJSONLayer `json:"vector_layers"`
}

type tileJSONLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// tileJSON describes the tiles of a collection or of a theme to MapLibre and QGIS. Conditions on the features go on to the
// tiles.
func (s *Server) tileJSON(w http.ResponseWriter, r *request) error {
	file := r.variable("file")
	name, ok := strings.CutSuffix(file, ".json")
	if !ok {
		return fault.New(fault.NotFound, "no document is named %s; that of a collection or a theme is %s/tilejson/{id}.json", shown(file), r.base).About("id")
	}
	return s.tilesetDocument(w, r, &tileAddress{named: name}, (*tileset).tileJSON)
}

func (t *tileset) tileJSONAddress() string { return t.base + "/tilejson/" + t.name + ".json" }

func (t *tileset) tileJSON() any {
	first, last := t.zooms()
	j := tileJSON{TileJSON: "3.0.0", Name: t.title, Description: t.description, Version: t.numbered(), Attribution: t.attribution(), Scheme: "xyz",
		Tiles: []string{t.asked(t.base + "/tiles/" + t.name + "/{z}/{x}/{y}.mvt")}, MinZoom: first, MaxZoom: last, VectorLayers: []tileJSONLayer{}}
	if b := t.extent(); b != nil {
		x, y, z := t.center()
		j.Bounds, j.Center = &[4]float64{b.West, b.South, b.East, b.North}, &[3]float64{x, y, float64(z)}
	}
	for i := range t.layers {
		for _, v := range tile.Layers(t.layers[i].Dataset) {
			l := tileJSONLayer{ID: v.ID, Description: cmp.Or(v.Title, v.Description), MinZoom: t.layers[i].first, MaxZoom: t.layers[i].last, Fields: map[string]string{}}
			for _, f := range v.Fields {
				l.Fields[f.Name] = f.About
			}
			j.VectorLayers = append(j.VectorLayers, l)
		}
	}
	return j
}

// tilesMajor changes with the names of layers and properties, and what they mean.
const tilesMajor = "1"

// numbered is the version as semver.org writes it: TileJSON §3.17 has the minor number change whenever tiles do. It is the
// day of the release from which they are what they are, and its rank in it: 2026-11-22.1 is 1.20261122001.0.
func (t *tileset) numbered() string {
	day, rank, _ := strings.Cut(t.since, ".")
	for len(rank) < 3 {
		rank = "0" + rank
	}
	return tilesMajor + "." + strings.ReplaceAll(day, "-", "") + rank + ".0"
}

// attribution is the sources and the licences, as text that is safe where it is taken for HTML (TileJSON §3.4).
func (t *tileset) attribution() string {
	sources, licences := t.credits()
	text := joined(sources, sourceTitle)
	if len(licences) > 0 {
		text += " (" + joined(licences, licenceName) + ")"
	}
	return unquoted.Replace(html.EscapeString(text))
}

// unquoted writes quotation marks as they are: between tags they are safe, and not everyone takes the text for HTML.
var unquoted = strings.NewReplacer("&#39;", "'", "&#34;", `"`)
