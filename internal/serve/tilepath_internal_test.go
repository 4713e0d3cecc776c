package serve

import (
	"fmt"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/geo"
)

func TestTilePath(t *testing.T) {
	for path, want := range map[string]tileAddress{
		"/collections/communes/tiles/WebMercatorQuad/8/88/130":                {collection: "communes", matrixSet: "WebMercatorQuad", z: "8", y: "88", x: "130"},
		"/tiles/WebMercatorQuad/8/88/130":                                     {matrixSet: "WebMercatorQuad", z: "8", y: "88", x: "130"},
		"/tiles/communes/8/130/88.mvt":                                        {named: "communes", z: "8", x: "130", y: "88"},
		"/r/2026-11-22.1/tiles/communes/8/130/88.mvt":                         {release: "2026-11-22.1", named: "communes", z: "8", x: "130", y: "88"},
		"/r/2026%2D11%2D22.1/tiles/comm%75nes/%38/130/88.mvt":                 {release: "2026-11-22.1", named: "communes", z: "8", x: "130", y: "88"},
		"/r/2026-11-22.1/collections/communes/tiles/WebMercatorQuad/8/88/130": {release: "2026-11-22.1", collection: "communes", matrixSet: "WebMercatorQuad", z: "8", y: "88", x: "130"},
		"/tiles/a%2Fb/8/130/88.mvt":                                           {named: "a/b", z: "8", x: "130", y: "88"},
		"/tiles////":                                                          {},
	} {
		if got, ok := tilePath(path); got != want || !ok {
			t.Errorf("%s: %+v, %v", path, got, ok)
		}
	}
	for _, path := range []string{"/", "", "/tiles", "/tiles/", "/tiles/WebMercatorQuad", "/tiles/WebMercatorQuad/8", "/tiles/WebMercatorQuad/8/88", "/tiles/WebMercatorQuad/8/88/130/",
		"/collections/communes/tiles/WebMercatorQuad", "/collections/communes/tiles", "/collections/communes/items/8/88/130", "/r/tiles/communes/8/130/88.mvt", "/r//r//tiles/communes/8/130/88.mvt", "/r//tiles/communes/8/130/88.mvt", "/r//tiles/WebMercatorQuad/8/88/130",
		"/r//collections/communes/tiles/WebMercatorQuad/8/88/130",
		"/collections/communes/tiles/WebMercatorQuad/8/88/130/1", "/x/tiles/communes/8/130/88.mvt", strings.Repeat("/tiles/", 5000)} {
		if got, ok := tilePath(path); ok {
			t.Errorf("%.50s: %+v", path, got)
		}
	}
}

// TestTileNumbers: a tile has one address, and there is none outside the grid.
func TestTileNumbers(t *testing.T) {
	for at, parameter := range map[string]string{
		"0/0/0": "", "8/130/88": "", "26/0/67108863": "", "8/255/255": "",
		"-1/0/0": "tileMatrix", "27/0/0": "tileMatrix", "31/0/0": "tileMatrix", "256/0/0": "tileMatrix", "/0/0": "tileMatrix", "NaN/0/0": "tileMatrix", "1e1/0/0": "tileMatrix",
		"+8/130/88": "tileMatrix", "08/130/88": "tileMatrix", "00/0/0": "tileMatrix", "8.0/130/88": "tileMatrix", "8 /130/88": "tileMatrix", "0x8/130/88": "tileMatrix", "٨/130/88": "tileMatrix",
		"18446744073709551624/130/88": "tileMatrix", "4294967304/130/88": "tileMatrix", "8/256/0": "tileCol", "8/-0/0": "tileCol", "8/-1/0": "tileCol", "8/1_0/0": "tileCol", "8/4294967296/0": "tileCol",
		"8/0/256": "tileRow", "8/0/NaN": "tileRow", "8/0/": "tileRow", "8/0/1e3": "tileRow", "8/0/Inf": "tileRow", "8/0/\x00": "tileRow", "0/0/1": "tileRow", "0/1/0": "tileCol",
	} {
		part := strings.Split(at, "/")
		a := tileAddress{named: "communes", z: part[0], x: part[1], y: part[2]}
		got, err := a.tile()
		if parameter == "" {
			if err != nil || got.String() != at {
				t.Errorf("%s: %v, %v", at, got, err)
			}
			continue
		}
		if fault.KindOf(err) != fault.NotFound || fault.Subject(err) != parameter {
			t.Errorf("%q: %v about %q", at, err, fault.Subject(err))
		}
	}
	a := tileAddress{matrixSet: "WorldCRS84Quad", z: "0", x: "0", y: "0"}
	if _, err := a.tile(); fault.KindOf(err) != fault.NotFound || fault.Subject(err) != "tileMatrixSetId" {
		t.Errorf("another tile matrix set: %v", err)
	}
}

// FuzzTilePath: whatever the path, a tile that it names is within the grid, and its own address names it too.
func FuzzTilePath(f *testing.F) {
	for _, path := range []string{"/tiles/communes/8/130/88.mvt", "/collections/a/tiles/WebMercatorQuad/8/88/130", "/r/2026-11-22.1/tiles/WebMercatorQuad/26/0/%30", "/tiles/%zz/031/+1/1e3.mvt"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		a, ok := tilePath(path)
		if !ok {
			return
		}
		at, err := a.tile()
		if err != nil {
			if fault.KindOf(err) != fault.NotFound || len(err.Error()) > 500 {
				t.Errorf("%q: %v", path, err)
			}
			return
		}
		again := tileAddress{named: "x", z: fmt.Sprint(at.Z), x: fmt.Sprint(at.X), y: fmt.Sprint(at.Y)}
		if got, err := again.tile(); !at.Valid() || got != at || err != nil || (geo.Tile{Z: at.Z, X: at.X, Y: at.Y}) != got {
			t.Errorf("%q: %v, then %v, %v", path, at, got, err)
		}
	})
}
