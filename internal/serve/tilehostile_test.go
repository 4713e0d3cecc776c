package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/serve"
	"maille/internal/store"
)

// TestHostileTiles: what is not there is said so, by name, and costs nothing that lasts.
func TestHostileTiles(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50), "cles": "a,n\nx,1\n"}, upTo9, store.Options{})
	for path, parameter := range map[string]string{
		"/tiles/points/31/0/0.mvt": "tileMatrix", "/tiles/points/4/0/0.mvt": "tileMatrix", "/tiles/points/13/0/0.mvt": "tileMatrix", "/tiles/points/-1/0/0.mvt": "tileMatrix",
		"/tiles/points/NaN/0/0.mvt": "tileMatrix", "/tiles/points/1e1/0/0.mvt": "tileMatrix", "/tiles/points/+9/0/0.mvt": "tileMatrix", "/tiles/points/09/0/0.mvt": "tileMatrix", "/tiles/points//0/0.mvt": "tileMatrix",
		"/tiles/points/9/512/0.mvt": "tileCol", "/tiles/points/9/-1/0.mvt": "tileCol", "/tiles/points/9/0/512.mvt": "tileRow", "/tiles/points/9/0/4294967296.mvt": "tileRow",
		"/tiles/points/9/0/%00.mvt": "tileRow", "/tiles/points/9/0/.mvt": "tileRow", "/tiles/points/" + strings.Repeat("9", 5000) + "/0/0.mvt": "tileMatrix",
		"/tiles/point/9/0/0.mvt": "id", "/tiles/" + strings.Repeat("x", 5000) + "/9/0/0.mvt": "id", "/tiles/..%2f..%2fetc/9/0/0.mvt": "id", "/tiles/cles/9/0/0.mvt": "collection",
		"/collections/point/tiles/WebMercatorQuad/9/0/0": "collection", "/collections/cles/tiles/WebMercatorQuad/9/0/0": "collection",
		"/collections/points/tiles/WorldCRS84Quad/9/0/0": "tileMatrixSetId", "/collections/points/tiles/WebMercatorQuad/9/512/0": "tileRow", "/collections/points/tiles/WebMercatorQuad/9/0/512": "tileCol",
		"/r/2001-01-01.1/tiles/points/9/0/0.mvt": "release", "/r/x/tiles/points/9/0/0.mvt": "release", "/tiles/WebMercatorQuad/3/0/0?collections=points": "tileMatrix",
	} {
		r := httptest.NewRequest(http.MethodGet, "http://service.example/", nil)
		r.URL.RawPath, r.URL.RawQuery, _ = strings.Cut(path, "?")
		r.URL.Path = strings.NewReplacer("%00", "\x00", "%2f", "/").Replace(r.URL.RawPath)
		if p := w.judged(t, path, r, http.StatusNotFound); p.Parameter != parameter || len(p.Detail) > 500 {
			t.Errorf("%.80s: names %q: %s", path, p.Parameter, p.Detail)
		}
	}
	for path, parameter := range map[string]string{
		"/tiles/WebMercatorQuad/9/0/0?collections=": "collections", "/tiles/WebMercatorQuad/9/0/0?collections=points,point": "collections",
		"/tiles/WebMercatorQuad/9/0/0?collections=points,points": "collections", "/tiles/WebMercatorQuad/9/0/0?collections=points,cles": "collections",
		"/tiles/WebMercatorQuad/9/0/0?collections=points&collections=points": "collections", "/tiles/WebMercatorQuad/9/0/0?collections=" + strings.Repeat("a,", 10_000): "collections",
		"/tiles/points/9/0/0.mvt?collections=points": "collections", "/tiles/points/9/0/0.mvt?x=1": "x",
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if p := w.judged(t, path, r, http.StatusBadRequest); p.Parameter != parameter {
			t.Errorf("%.80s: names %q: %s", path, p.Parameter, p.Detail)
		}
	}
}

// TestTileMissesAreForgotten: tiles that are not there, or empty, leave nothing in memory however many are asked.
func TestTileMissesAreForgotten(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	ask := func(i int) {
		for _, path := range []string{fmt.Sprintf("/tiles/points/9/%d/%d.mvt", i%512, i/512), fmt.Sprintf("/tiles/points/9/%d/0.mvt", 512+i), fmt.Sprintf("/tiles/points%d/9/0/0.mvt", i),
			fmt.Sprintf("/tiles/points/12/%d/%d.mvt?filter=id%%3D%%27p%d%%27", i%400, i/400, i)} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = "service.example"
			w.server.ServeHTTP(httptest.NewRecorder(), r)
		}
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for i := range 200 {
		ask(i)
	}
	before := heap()
	for i := range 5_000 {
		ask(10_000 + i)
	}
	if after := heap(); after > before+2<<20 {
		t.Errorf("%d bytes, then %d", before, after)
	}
}

// TestTilesWithoutDatabase: tiles of an archive need no database; others say to come back.
func TestTilesWithoutDatabase(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50), "autres": scattered(60)}, upTo9, store.Options{})
	all := occupied(t, w, "points", 9)
	live := occupied10(t, w)
	w.readers.Close()
	for _, at := range all {
		tileOf(t, w.address+"/tiles/points/"+at.String()+".mvt")
		tileOf(t, fmt.Sprintf("%s/tiles/WebMercatorQuad/%d/%d/%d?collections=points,autres", w.address, at.Z, at.Y, at.X))
	}
	for _, path := range []string{"/tiles/points/" + live + ".mvt", "/tiles/points/" + all[0].String() + ".mvt?filter=id%3D%27p1%27"} {
		a := ask(t, http.MethodGet, w.address+path)
		p := problemOf(t, a)
		if p.Status != 503 || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s", path, a.Status)
		}
		discreet(t, p)
	}
}

// TestReleaseWithoutArchives: one that was published before there were any says so.
func TestReleaseWithoutArchives(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	w.rewrite(t, func(e *release.Entry) {
		e.Files = slices.DeleteFunc(e.Files, func(f release.File) bool { return strings.HasSuffix(f.Name, ".pmtiles") })
	})
	for _, path := range []string{"/cartes/points", "/styles/points.json", "/styles/points/legend.json", "/tilejson/points.json", "/tiles/points/9/1/1.mvt", "/collections/points/tiles/WebMercatorQuad/9/1/1", "/tiles/WebMercatorQuad/9/1/1?collections=points", "/tiles/points/12/1/1.mvt?filter=id%3D%27p1%27"} {
		if p := problemOf(t, ask(t, http.MethodGet, w.address+path)); p.Status != 404 || !strings.Contains(p.Detail, "has no tiles of points") {
			t.Errorf("%s: %+v", path, p)
		}
	}
	for _, path := range []string{"/", "/cartes", "/collections", "/collections/points", "/collections/points/items"} {
		if at := look(t, w.address+path).text; strings.Contains(at, "/cartes/points") {
			t.Errorf("%s leads to the map", path)
		}
	}
	if list := parse[struct{ Styles []any }](t, w.address+"/styles"); len(list.Styles) > 0 {
		t.Errorf("the styles %v", list.Styles)
	}
	if a := ask(t, http.MethodGet, w.address+"/qgis/points.qlr"); a.StatusCode != 200 || bytes.Contains(a.body, []byte("/tiles/")) || !bytes.Contains(a.body, []byte("/collections")) {
		t.Errorf("QGIS: %s %s", a.Status, a.body)
	}
}

// rewrite publishes the current release again under another name, changed.
func (w *world) rewrite(t testing.TB, change func(*release.Entry)) {
	t.Helper()
	ctx := context.Background()
	m, err := w.DB.Current(ctx)
	must(t, err)
	described := map[string]*dataset.Dataset{}
	for i := range m.Datasets {
		d, err := w.DB.Described(ctx, m.Datasets[i].Load)
		must(t, err)
		described[d.Name] = d
		change(&m.Datasets[i])
	}
	m.Previous, m.Release = m.Release, m.Release+"0"
	must(t, w.DB.Publish(ctx, m, described, nil))
	must(t, w.server.Refresh(ctx))
}

// TestBrokenArchives: one that is lost, cut, or not what it says is a fault inside, whatever is asked of it.
func TestBrokenArchives(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(500)}, upTo9, store.Options{})
	at, live := occupied(t, w, "points", 9)[3].String(), occupied10(t, w)
	m := parse[release.Manifest](t, w.address+"/manifest.json")
	_, f := m.File("points.pmtiles")
	content, err := w.Blobs.Get(context.Background(), f.SHA256)
	must(t, err)
	defer content.Close()
	file := content.(*os.File).Name()
	whole, err := os.ReadFile(file)
	must(t, err)
	data := int(packed(t, w, "points").Header.Data.Offset)
	for because, bytes := range map[string][]byte{"lost": nil, "empty": {}, "cut": whole[:len(whole)/2], "cut after its directory": whole[:data+10], "another file": []byte(strings.Repeat("x", len(whole))),
		"noise": bytes.Join([][]byte{whole[:127], bytes.Repeat([]byte{7}, len(whole)-127)}, nil), "tiles that are none": append(slices.Clone(whole[:data]), make([]byte, len(whole)-data)...)} {
		must(t, os.Remove(file))
		if bytes != nil {
			must(t, os.WriteFile(file, bytes, 0o644))
		}
		s := w.serve(t, serve.Options{})
		must(t, s.Refresh(t.Context()))
		address := listen(t, s)
		for _, path := range []string{"/tiles/points/" + at + ".mvt", "/tiles/points/" + at + ".mvt?filter=id%3D%27p1%27", "/tiles/points/" + live + ".mvt", "/tiles/WebMercatorQuad/9/1/1?collections=points"} {
			for _, coding := range []string{"gzip", "identity"} {
				a := ask(t, http.MethodGet, address+path, "Accept-Encoding", coding)
				if a.StatusCode == 200 && (because[:3] == "cut" || because == "tiles that are none") && !strings.HasSuffix(path, at+".mvt") {
					continue // it is empty, or made of the database
				}
				p := problemOf(t, a)
				if p.Status != 500 || len(p.Request) < 8 || !strings.Contains(w.log.String(), p.Request) {
					t.Errorf("%s, %s: %s %+v", because, path, a.Status, p)
				}
				discreet(t, p)
			}
		}
		if bytes == nil {
			must(t, os.WriteFile(file, nil, 0o644))
		}
	}
	must(t, os.WriteFile(file, whole, 0o644))
	tileOf(t, w.address+"/tiles/points/"+at+".mvt")
}
