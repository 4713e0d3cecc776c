package serve_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"maille/internal/store"
)

// TestStoredTiles: a tile of the archive is on every path the bytes that the archive has, to the byte for who takes gzip.
func TestStoredTiles(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(2000)}, upTo9, store.Options{})
	archive := packed(t, w, "points")
	frozen := w.address + "/r/" + current(t, w)
	tiles := 0
	for zoom := uint8(5); zoom <= 9; zoom++ {
		for _, at := range occupied(t, w, "points", zoom) {
			want, err := archive.Tile(at)
			must(t, err)
			tiles += min(len(want), 1)
			ogc := fmt.Sprintf("/tiles/WebMercatorQuad/%d/%d/%d", at.Z, at.Y, at.X)
			for _, path := range []string{w.address + "/tiles/points/" + at.String() + ".mvt", w.address + "/collections/points" + ogc, w.address + "/collections/points" + ogc + "?f=mvt",
				frozen + "/collections/points" + ogc, frozen + "/tiles/points/" + at.String() + ".mvt", w.address + ogc + "?collections=points"} {
				a := ask(t, http.MethodGet, path, "Accept-Encoding", "gzip")
				coding := "gzip"
				if len(want) == 0 {
					coding = ""
				}
				if a.StatusCode != 200 || !bytes.Equal(a.body, want) || a.Header.Get("Content-Encoding") != coding {
					t.Fatalf("%s: %s, %d bytes of %d, %v", path, a.Status, len(a.body), len(want), a.Header)
				}
			}
		}
	}
	if tiles < 20 {
		t.Errorf("only %d tiles have something", tiles)
	}
}

// TestStoredTileHeaders: representations have their own strong tags, and 304 names the one that the client has.
func TestStoredTileHeaders(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	full, empty := w.address+"/tiles/points/"+occupied(t, w, "points", 9)[0].String()+".mvt", w.address+"/tiles/points/9/1/1.mvt"
	zipped, plain := ask(t, http.MethodGet, full, "Accept-Encoding", "gzip, deflate, br, zstd"), ask(t, http.MethodGet, full)
	if !bytes.Equal(decoded(t, zipped), plain.body) || len(plain.body) == 0 || plain.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%v, %v", zipped.Header, plain.Header)
	}
	for _, refusing := range []string{"identity", "gzip;q=0", "br", "gzip;q=0.1, identity"} {
		if a := ask(t, http.MethodGet, full, "Accept-Encoding", refusing); !bytes.Equal(a.body, plain.body) || a.Header.Get("Content-Encoding") != "" {
			t.Errorf("Accept-Encoding %s: %v", refusing, a.Header)
		}
	}
	if a := ask(t, http.MethodGet, full, "Accept-Encoding", "zstd;q=0.5, identity;q=0.1, gzip;q=0"); !bytes.Equal(decoded(t, a), plain.body) {
		t.Errorf("who refuses gzip: %v", a.Header)
	}
	for _, a := range []reply{zipped, plain, ask(t, http.MethodGet, empty), ask(t, http.MethodGet, full+"?f=mvt"), ask(t, http.MethodGet, w.address+"/collections/points/tiles/WebMercatorQuad/9/1/1")} {
		h := a.Header
		vary := "Accept-Encoding"
		if strings.Contains(a.Request.URL.Path, "/collections/") {
			vary = "Accept, Accept-Encoding"
		}
		if tag := h.Get("ETag"); len(tag) < 6 || tag[0] != '"' || h.Get("Vary") != vary || h.Get("Cache-Control") != "public, no-cache" ||
			h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || h.Get("Content-Length") != fmt.Sprint(len(a.body)) {
			t.Errorf("%s: %v", a.Request.URL, h)
		}
		same := []string{"Accept-Encoding", a.Request.Header.Get("Accept-Encoding"), "If-None-Match", h.Get("ETag")}
		again := ask(t, http.MethodGet, a.Request.URL.String(), same...)
		if again.StatusCode != 304 || len(again.body) > 0 || again.Header.Get("ETag") != h.Get("ETag") || again.Header.Get("Vary") != h.Get("Vary") || again.Header.Get("Cache-Control") != h.Get("Cache-Control") {
			t.Errorf("%s: %s %v", a.Request.URL, again.Status, again.Header)
		}
		if again := ask(t, http.MethodGet, a.Request.URL.String(), "If-None-Match", "*"); again.StatusCode != 304 {
			t.Errorf("*: %s", again.Status)
		}
		head := ask(t, http.MethodHead, a.Request.URL.String(), same[:2]...)
		head.Header.Del("Date")
		h.Del("Date")
		if fmt.Sprint(head.Header) != fmt.Sprint(h) || len(head.body) > 0 {
			t.Errorf("HEAD %s:\n%v\n%v", a.Request.URL, head.Header, h)
		}
	}
	if a := ask(t, http.MethodGet, full, "If-None-Match", zipped.Header.Get("ETag")); a.StatusCode != 200 {
		t.Errorf("who does not take gzip has the tag of it: %s", a.Status)
	}
	if a := ask(t, http.MethodGet, full, "Accept-Encoding", "gzip", "If-None-Match", `W/"x", `+plain.Header.Get("ETag")); a.StatusCode != 304 || a.Header.Get("ETag") != plain.Header.Get("ETag") {
		t.Errorf("who takes both has the plain one: %s %v", a.Status, a.Header)
	}
	if other := ask(t, http.MethodGet, w.address+"/tiles/points/"+occupied(t, w, "points", 8)[0].String()+".mvt"); other.Header.Get("ETag") == plain.Header.Get("ETag") {
		t.Error("two tiles have one tag")
	}
}

// TestTileAccept: MVT, protocol buffers or anything; nothing else.
func TestTileAccept(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	at := occupied(t, w, "points", 9)[0]
	full := fmt.Sprintf("/collections/points/tiles/WebMercatorQuad/%d/%d/%d", at.Z, at.Y, at.X)
	tileOf(t, w.address+"/tiles/points/"+at.String()+".mvt", "Accept", "image/png") // its name says what it is
	for _, accept := range []string{"", "*/*", "application/vnd.mapbox-vector-tile", "application/x-protobuf", "application/*", "text/html, image/png, */*;q=0.1", "application/vnd.mapbox-vector-tile;q=0.2, text/html"} {
		tileOf(t, w.address+full, "Accept", accept)
	}
	for _, path := range []string{full, full + "?filter=id%3D%27p1%27"} {
		for _, accept := range []string{"image/png", "application/json", "image/*", "*/*;q=0", "application/x-protobuf;q=0"} {
			if p := problemOf(t, ask(t, http.MethodGet, w.address+path, "Accept", accept)); p.Status != 406 || p.Parameter != "Accept" {
				t.Errorf("%s: %+v", accept, p)
			}
		}
		joint := "?"
		if strings.Contains(path, "?") {
			joint = "&"
		}
		if a := ask(t, http.MethodGet, w.address+path+joint+"f=mvt", "Accept", "image/png"); a.StatusCode != 200 {
			t.Errorf("f=mvt: %s %s", a.Status, a.body)
		}
		if p := problemOf(t, ask(t, http.MethodGet, w.address+path+joint+"f=png")); p.Status != 400 || p.Parameter != "f" {
			t.Errorf("f=png: %+v", p)
		}
	}
}
