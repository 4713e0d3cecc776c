package serve_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/store"
)

// discs are polygons around points, too many for the budget of the first zooms' tiles.
const discs = `{"name":"ronds","title":"Ronds","description":"Autour des points.","derived":{"from":["points"]},"schema":"points.json",
	"licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Essai"}],
	"publication":{"key":["id"],"geometry":{"type":"MultiPolygon"},"tiles":{"minzoom":3,"maxzoom":12,"properties":["id"],"budget":10000}}}`

// TestZoomsLeftOut: where the budget left zooms out of an archive, the map says so as TileJSON does.
func TestZoomsLeftOut(t *testing.T) {
	notRaced(t)
	files := small(map[string]string{"points": scattered(2500)})
	files["ronds.json"] = &fstest.MapFile{Data: []byte(discs)}
	files["ronds.sql"] = &fstest.MapFile{Data: []byte("select id, jour, lon, lat, st_multi(st_buffer(geometry, 0.004)) as geometry from points where lat between 48 and 49")}
	w := newWorld(t, dataset.Files{Datasets: files, Schemas: smallSchemas(t)}, store.Options{})
	w.publish(t)
	j := parse[testedTileJSON](t, w.address+"/tilejson/ronds.json")
	if j.MinZoom <= 3 || j.MinZoom > 12 || j.MaxZoom != 12 {
		t.Fatalf("zooms %d to %d", j.MinZoom, j.MaxZoom)
	}
	if legend := parse[struct{ Layers []struct{ MinZoom int } }](t, w.address+"/styles/ronds/legend.json"); len(legend.Layers) != 1 || legend.Layers[0].MinZoom != j.MinZoom {
		t.Errorf("the legend says %+v, TileJSON %d", legend, j.MinZoom)
	}
}

// TestArchivesSayTheSame: an archive describes its layers as TileJSON does.
func TestArchivesSayTheSame(t *testing.T) {
	w := sample(t)
	m := parse[release.Manifest](t, w.address+"/manifest.json")
	for _, name := range tiledNames(w) {
		if _, f := m.File(name + ".pmtiles"); f == nil {
			continue
		}
		archive := packed(t, w, name)
		text, err := archive.Metadata()
		must(t, err)
		var said testedTileJSON
		must(t, json.Unmarshal(text, &said))
		j := parse[testedTileJSON](t, w.address+"/tilejson/"+name+".json")
		if len(said.VectorLayers) != len(j.VectorLayers) {
			t.Fatalf("%s: %d layers and %d", name, len(said.VectorLayers), len(j.VectorLayers))
		}
		for i, l := range said.VectorLayers {
			if k := j.VectorLayers[i]; l.ID != k.ID || l.Description != k.Description || !maps.Equal(l.Fields, k.Fields) {
				t.Errorf("%s: %+v and %+v", name, l, k)
			}
		}
		if h := archive.Header; j.Bounds != nil && (j.Center[0] != h.CenterLongitude || j.Center[1] != h.CenterLatitude) {
			t.Errorf("%s: centres %v and %v %v", name, j.Center, h.CenterLongitude, h.CenterLatitude)
		}
	}
}

// TestStylesListQML: a collection's map is also a style for QGIS.
func TestStylesListQML(t *testing.T) {
	w := sample(t)
	for _, s := range parse[stylesDocument](t, w.address+"/styles").Styles {
		n := 0
		for _, l := range s.Links {
			if strings.HasSuffix(l.Href, ".qml") {
				if a := ask(t, http.MethodGet, l.Href); a.StatusCode != 200 || a.Header.Get("Content-Type") != l.Type {
					t.Errorf("%s: %s %v", l.Href, a.Status, a.Header)
				}
				n++
			}
		}
		if w.Registry.Get(s.ID) != nil && n != 1 {
			t.Errorf("%s: %d", s.ID, n)
		}
	}
}
