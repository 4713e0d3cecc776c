package serve_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"maille/internal/pmtiles"
	"maille/internal/release"
)

// archivesOf are the archives of tiles of the sample, one for each collection with a geometry.
func archivesOf(t *testing.T, w *world) (entries []*release.Entry, files []release.File) {
	t.Helper()
	m := parse[release.Manifest](t, w.address+"/manifest.json")
	for _, d := range w.Registry.All() {
		e := m.Entry(d.Name)
		i := slices.IndexFunc(e.Files, func(f release.File) bool { return f.Name == d.Name+".pmtiles" })
		if (i >= 0) != (d.Publication.Geometry != nil) {
			t.Errorf("%s: %+v", d.Name, e.Files)
		} else if i >= 0 {
			entries, files = append(entries, e), append(files, e.Files[i])
		}
	}
	return entries, files
}

// TestArchives: every archive of the sample is as the specification has it, within its extent, and served as its readers
// ask (PMTiles' FetchSource): parts with their length and one strong tag, which a page of another origin may read.
func TestArchives(t *testing.T) {
	w := sample(t)
	entries, files := archivesOf(t, w)
	for i, f := range files {
		address := w.address + "/d/" + f.Name
		whole := ask(t, http.MethodGet, address)
		found, err := pmtiles.Verify(bytes.NewReader(whole.body), int64(len(whole.body)))
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		const noise = 1e-9 // of binary numbers: shapes are on a grid of 1e-7
		if b, e := found.Bounds, entries[i].Extent; e != nil && (b.West > e.West+noise || b.South > e.South+noise || b.East < e.East-noise || b.North < e.North-noise) {
			t.Errorf("%s: bounds %v of %v", f.Name, found.Bounds, e)
		}
		a := ask(t, http.MethodGet, address, "Range", "bytes=0-16383", "Origin", "https://carte.example", "Accept-Encoding", "gzip, br, zstd")
		h := a.Header
		if n := min(16384, int64(len(whole.body))); a.StatusCode != http.StatusPartialContent || h.Get("Content-Length") != strconv.FormatInt(n, 10) || !bytes.Equal(a.body, whole.body[:n]) ||
			h.Get("Content-Range") != fmt.Sprintf("bytes 0-%d/%d", n-1, len(whole.body)) {
			t.Errorf("%s: %s %v", f.Name, a.Status, h)
		}
		if h.Get("ETag") != `"`+f.SHA256+`"` || h.Get("Content-Encoding") != "" || h.Get("Content-Type") != "application/vnd.pmtiles" || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", f.Name, h)
		}
		for _, name := range []string{"ETag", "Content-Length", "Content-Range", "Accept-Ranges"} {
			if !strings.Contains(h.Get("Access-Control-Expose-Headers"), name) {
				t.Errorf("%s: a page of another origin does not see %s", f.Name, name)
			}
		}
		beyond := ask(t, http.MethodGet, address, "Range", fmt.Sprintf("bytes=%d-%d", len(whole.body), len(whole.body)+10))
		if beyond.StatusCode != http.StatusRequestedRangeNotSatisfiable || beyond.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", len(whole.body)) {
			t.Errorf("%s: %s %v", f.Name, beyond.Status, beyond.Header)
		}
	}
	preflight := ask(t, http.MethodOptions, w.address+"/d/"+files[0].Name, "Origin", "https://carte.example",
		"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "range")
	if preflight.StatusCode != http.StatusNoContent || !strings.Contains(preflight.Header.Get("Access-Control-Allow-Headers"), "Range") {
		t.Errorf("preflight: %s %v", preflight.Status, preflight.Header)
	}
}

// TestArchivesInJavaScript: npm's pmtiles reads every tile of every archive of the sample.
func TestArchivesInJavaScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	w := sample(t)
	entries, files := archivesOf(t, w)
	args := []string{"testdata/pmtiles.cjs"}
	for _, f := range files {
		args = append(args, w.address+"/d/"+f.Name)
	}
	out, err := exec.CommandContext(t.Context(), node, args...).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 {
		t.Skip("npm's pmtiles is not where NODE_PATH says")
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(lines) != len(files) {
		t.Fatalf("%v: %d lines\n%s", err, len(lines), out)
	}
	for i, f := range files {
		whole := ask(t, http.MethodGet, w.address+"/d/"+f.Name).body
		a, err := pmtiles.Open(bytes.NewReader(whole), int64(len(whole)))
		if err != nil {
			t.Fatal(err)
		}
		layers := entries[i].Dataset
		if d := w.Registry.Get(layers); d.Publication.Geometry.Type != "Point" && d.LabelColumn() != "" {
			layers += "," + layers + "-etiquettes"
		}
		if want := fmt.Sprintf(`"%s" %d %d %d %s %s`, f.SHA256, a.Addressed, a.MinZoom, a.MaxZoom, layers, entries[i]); lines[i] != want {
			t.Errorf("%s: it read\n%s, not\n%s", f.Name, lines[i], want)
		}
	}
}

// TestArchivesOnPages: the page of a collection offers its archive and says what it is for; without a geometry there is none.
func TestArchivesOnPages(t *testing.T) {
	w := sample(t)
	for _, d := range w.Registry.All() {
		page := string(ask(t, http.MethodGet, w.address+"/collections/"+d.Name, "Accept", "text/html").body)
		link := strings.Contains(page, `<a href="`+w.address+"/d/"+d.Name+`.pmtiles" rel="nofollow">`+d.Name+`.pmtiles</a>`)
		if about := strings.Contains(page, "L’archive PMTiles réunit"); link != about || link != (d.Publication.Geometry != nil) {
			t.Errorf("%s: link %v, about %v", d.Name, link, about)
		}
	}
}
