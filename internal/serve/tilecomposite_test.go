package serve_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/store"
)

// massy is a place of the sample.
func massy(zoom uint8) geo.Tile {
	x, y := geo.WorldPosition(2.2739, 48.7309)
	side := float64(uint32(1) << zoom)
	return geo.Tile{Z: zoom, X: uint32(x * side), Y: uint32(y * side)}
}

// TestFilteredPolygons: a filtered tile has, of the unfiltered one, the features that the items of the same filter are, with
// the very same geometry, so that borders are shared as they were.
func TestFilteredPolygons(t *testing.T) {
	w := sample(t)
	for _, condition := range []string{"filter=" + url.QueryEscape("population > 20000"), "nom=Massy", "filter=" + url.QueryEscape("nom LIKE 'B%'"), "filter=population%3E%3D0", "filter=population%3C0"} {
		var codes []string
		for _, f := range parse[struct {
			Features []struct{ Properties map[string]any }
		}](t, w.address+"/collections/communes/items?limit=10000&"+condition).Features {
			codes = append(codes, f.Properties["code_insee"].(string))
		}
		for zoom := uint8(8); zoom <= 12; zoom += 2 {
			path := w.address + "/tiles/communes/" + massy(zoom).String() + ".mvt"
			all, some := tileFeatures(t, tileOf(t, path)), tileFeatures(t, tileOf(t, path+"?"+condition))
			if len(all) == 0 {
				t.Errorf("zoom %d: nothing to filter", zoom)
			}
			kept := 0
			for key, f := range all {
				wanted := slices.Contains(codes, f.Properties["code_insee"].(string))
				got, ok := some[key]
				if ok != wanted || ok && fmt.Sprint(got.Geometry, got.Properties) != fmt.Sprint(f.Geometry, f.Properties) {
					t.Errorf("%s, zoom %d: %v: wanted %v", condition, zoom, key, wanted)
				}
				if wanted {
					kept++
				}
			}
			if len(some) != kept {
				t.Errorf("%s, zoom %d: %d features, not %d", condition, zoom, len(some), kept)
			}
		}
	}
}

// tileFeatures are the features of a tile by layer and id, which they must have.
func tileFeatures(t testing.TB, tile []byte) map[string]*geojson.Feature {
	t.Helper()
	all := map[string]*geojson.Feature{}
	for _, l := range decodedTile(t, tile) {
		for _, f := range l.Features {
			key := fmt.Sprint(l.Name, " ", f.ID)
			if f.ID == nil || all[key] != nil {
				t.Errorf("%s comes twice", key)
			}
			all[key] = f
		}
	}
	return all
}

// TestCompositeTiles: the layers of several collections are those of each, one after the other, and conditions are asked of all.
func TestCompositeTiles(t *testing.T) {
	w := sample(t)
	at := massy(10)
	composite := fmt.Sprintf("%s/tiles/WebMercatorQuad/%d/%d/%d?collections=", w.address, at.Z, at.Y, at.X)
	single := func(name, query string) []byte {
		return tileOf(t, w.address+"/tiles/"+name+"/"+at.String()+".mvt?"+query)
	}
	for _, names := range [][]string{{"communes", "lieux-mediation"}, {"lieux-mediation", "communes", "departements"}} {
		for _, condition := range []string{"", "filter=" + url.QueryEscape("nom LIKE 'M%'")} {
			var want []byte
			list := ""
			for _, name := range names {
				list += "," + name
				want = append(want, single(name, condition)...)
			}
			if got := tileOf(t, composite+list[1:]+"&"+condition, "Accept-Encoding", "gzip"); !bytes.Equal(got, want) || len(want) == 0 {
				t.Errorf("%s %s: %d bytes, not %d", list, condition, len(got), len(want))
			}
		}
	}
	for condition, parameter := range map[string]string{"filter=" + url.QueryEscape("population > 5"): "filter", "population=5": "population"} {
		if p := problemOf(t, ask(t, http.MethodGet, composite+"communes,lieux-mediation&"+condition)); p.Status != 400 || p.Parameter != parameter || !bytes.Contains([]byte(p.Detail), []byte("lieux-mediation")) {
			t.Errorf("%s: %+v", condition, p)
		}
	}
}

// TestCompositeZooms: beyond their own zooms polygons are drawn larger as long as another layer goes on; alone they are not.
func TestCompositeZooms(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	if p := problemOf(t, ask(t, http.MethodGet, w.address+"/tiles/WebMercatorQuad/14/1/1?collections=points")); p.Status != 404 || p.Parameter != "tileMatrix" {
		t.Errorf("%+v", p)
	}
	s := sample(t)
	at := massy(14)
	both, lone := fmt.Sprintf("%s/tiles/WebMercatorQuad/%d/%d/%d?collections=communes,lieux-mediation", s.address, at.Z, at.Y, at.X), s.address+"/tiles/communes/"+at.String()+".mvt"
	if p := problemOf(t, ask(t, http.MethodGet, lone)); p.Status != 404 {
		t.Errorf("alone: %+v", p)
	}
	all := tileFeatures(t, communesOf(t, tileOf(t, both)))
	if len(all) == 0 {
		t.Fatal("no commune at zoom 14")
	}
	above := 0
	for _, l := range decodedTile(t, tileOf(t, s.address+"/tiles/communes/"+massy(12).String()+".mvt")) {
		above += len(l.Features)
		for _, f := range l.Features {
			if now := all[fmt.Sprint(l.Name, " ", f.ID)]; now != nil && fmt.Sprint(now.Properties) != fmt.Sprint(f.Properties) {
				t.Errorf("%v was %v", now.Properties, f.Properties)
			}
		}
	}
	if len(all) >= above {
		t.Errorf("%d communes of %d, in a sixteenth of the tile", len(all), above)
	}
	for condition, wanted := range map[string]bool{"nom LIKE 'M%'": true, "nom LIKE 'B%'": false} {
		some := tileFeatures(t, communesOf(t, tileOf(t, both+"&filter="+url.QueryEscape(condition))))
		for key, f := range all {
			name := f.Properties["nom"].(string)
			if now := some[key]; (now != nil) != (name[:1] == condition[10:11]) || now != nil && fmt.Sprint(now.Geometry) != fmt.Sprint(f.Geometry) {
				t.Errorf("%s: %s is %v, was %v", condition, name, now, f)
			}
		}
		if wanted != (len(some) > 0) {
			t.Errorf("%s: %d communes", condition, len(some))
		}
	}
}

// communesOf are the layers of communes of a tile.
func communesOf(t testing.TB, tile []byte) []byte {
	t.Helper()
	layers := slices.DeleteFunc(decodedTile(t, tile), func(l *mvt.Layer) bool { return l.Name != "communes" && l.Name != "communes-etiquettes" })
	data, err := mvt.Marshal(layers)
	must(t, err)
	return data
}

// TestCompositeSaysItsZooms: each layer of a theme goes as deep as the theme.
func TestCompositeSaysItsZooms(t *testing.T) {
	s := sample(t)
	for _, theme := range parse[release.Manifest](t, s.address+"/manifest.json").Themes {
		j := parse[struct {
			MaxZoom      int
			VectorLayers []struct{ MaxZoom int } `json:"vector_layers"`
		}](t, s.address+"/tilejson/"+theme.Name+".json")
		for _, l := range j.VectorLayers {
			if l.MaxZoom != j.MaxZoom {
				t.Errorf("%s: a layer up to %d of %d", theme.Name, l.MaxZoom, j.MaxZoom)
			}
		}
		at := massy(uint8(j.MaxZoom))
		got := map[string]bool{}
		for _, l := range decodedTile(t, tileOf(t, s.address+"/tiles/"+theme.Name+"/"+at.String()+".mvt")) {
			got[l.Name] = true
		}
		for _, d := range s.Registry.All() {
			in := func(l dataset.ThemeLayer) bool { return l.Dataset == d.Name }
			if slices.ContainsFunc(theme.Layers, in) && d.Publication.Geometry.Type != "Point" && !got[d.Name] {
				t.Errorf("%s: no %s at %v", theme.Name, d.Name, at)
			}
		}
	}
}

// TestTilesAreKeptOnce: a tile that is made has one tag, and so one place in the cache, at whatever address.
func TestTilesAreKeptOnce(t *testing.T) {
	s := sample(t)
	at := massy(9)
	released := "/r/" + parse[release.Manifest](t, s.address+"/manifest.json").Release
	const condition = "?filter=population%3E1000"
	tags := map[string]bool{}
	for _, path := range []string{"/tiles/communes/" + at.String() + ".mvt", fmt.Sprintf("/collections/communes/tiles/WebMercatorQuad/%d/%d/%d", at.Z, at.Y, at.X),
		released + "/tiles/communes/" + at.String() + ".mvt"} {
		tags[ask(t, http.MethodGet, s.address+path+condition).Header.Get("ETag")] = true
	}
	if len(tags) != 1 || tags[""] {
		t.Errorf("the tags %v", tags)
	}
}

// TestThemeTiles: a theme's tiles have the layers that it has from its own zooms on, and are what is meant without a list.
func TestThemeTiles(t *testing.T) {
	w := sample(t)
	m := parse[struct {
		Themes []struct {
			Name   string
			Layers []struct {
				Dataset string
				MinZoom int
			}
		}
	}](t, w.address+"/manifest.json")
	if len(m.Themes) == 0 {
		t.Skip("the sample has no theme")
	}
	for i, theme := range m.Themes {
		for zoom := uint8(6); zoom <= 12; zoom++ {
			at := massy(zoom)
			a := ask(t, http.MethodGet, w.address+"/tiles/"+theme.Name+"/"+at.String()+".mvt", "Accept-Encoding", "gzip")
			whole := decoded(t, a)
			for rest, k := whole, 0; k < len(theme.Layers); k++ {
				l := theme.Layers[k]
				alone := ask(t, http.MethodGet, w.address+"/tiles/"+l.Dataset+"/"+at.String()+".mvt")
				before, after, found := bytes.Cut(rest, alone.body)
				switch asked := int(zoom) >= l.MinZoom; {
				case alone.StatusCode == 200 && asked && found:
					rest = after
				case alone.StatusCode == 200 && asked, !asked && bytes.Contains(before, []byte(l.Dataset)):
					t.Errorf("%s, zoom %d: %s is there: %v", theme.Name, zoom, l.Dataset, found)
				}
			}
			if i == 0 {
				if got := tileOf(t, fmt.Sprintf("%s/tiles/WebMercatorQuad/%d/%d/%d", w.address, at.Z, at.Y, at.X)); !bytes.Equal(got, whole) {
					t.Errorf("without a list, zoom %d: %d bytes, not %d", zoom, len(got), len(whole))
				}
			}
		}
	}
}
