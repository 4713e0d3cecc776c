package serve_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maille/internal/carto"
)

func TestQGISFiles(t *testing.T) {
	w := sample(t)
	for path, mediaType := range map[string]string{
		"/qgis/couverture.qlr":          "application/x-qgis-layer-definition",
		"/qgis/couverture.qgs":          "application/x-qgis-project",
		"/qgis/couverture.qgz":          "application/x-qgis-project-container",
		"/qgis/communes.qlr":            "application/x-qgis-layer-definition",
		"/qgis/communes-mouvements.qlr": "application/x-qgis-layer-definition", // a table
		"/qgis/communes-mouvements.qgs": "application/x-qgis-project",
		"/styles/communes.qml":          "application/x-qgis-layer-settings",
		"/styles/projets.qml":           "application/x-qgis-layer-settings",
	} {
		a := ask(t, http.MethodGet, w.address+path)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != mediaType || a.Header.Get("Content-Disposition") != `attachment; filename="`+name+`"` {
			t.Errorf("%s: %s %v %.200s", path, a.Status, a.Header, a.body)
		}
		if again := ask(t, http.MethodGet, w.address+path, "If-None-Match", a.Header.Get("ETag")); again.StatusCode != 304 {
			t.Errorf("%s: %s to who has it", path, again.Status)
		}
		if packed := ask(t, http.MethodGet, w.address+path, "Accept-Encoding", "gzip"); (packed.Header.Get("Content-Encoding") == "gzip") == strings.HasSuffix(path, ".qgz") {
			t.Errorf("%s: Content-Encoding %q", path, packed.Header.Get("Content-Encoding"))
		}
		if bytes.Contains(a.body, []byte(".parquet")) {
			t.Errorf("%s leads to a Parquet file", path)
		}
	}
}

func TestQGISRefusals(t *testing.T) {
	w := sample(t)
	for path, want := range map[string]struct {
		status    int
		parameter string
	}{
		"/qgis/nulle-part.qgs":              {404, "style"},
		"/qgis/communes.kml":                {404, "file"},
		"/qgis/communes":                    {404, "file"},
		"/qgis/.qgs":                        {404, "style"},
		"/qgis/%2e%2e.qgs":                  {404, "style"},
		"/styles/nulle-part.qml":            {404, "style"},
		"/styles/couverture.qml":            {404, "style"}, // of several layers
		"/qgis/communes.qgs?f=junk":         {400, "f"},
		"/qgis/communes.qgs?nom=Massy":      {400, "nom"},
		"/styles/communes.qml?filter=true":  {400, "filter"},
		"/r/2020-01-01.1/qgis/communes.qgs": {404, "release"},
	} {
		if p := problemOf(t, ask(t, http.MethodGet, w.address+path)); p.Status != want.status || p.Parameter != want.parameter {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

// TestQGISPinned: a project of a release reads that release, and one of the current address the current one.
func TestQGISPinned(t *testing.T) {
	w := sample(t)
	frozen := w.address + "/r/" + current(t, w)
	for _, base := range []string{w.address, frozen} {
		text := string(ask(t, http.MethodGet, base+"/qgis/couverture.qgs").body)
		if !strings.Contains(text, "url=&#39;"+base+"&#39;") || !strings.Contains(text, "url="+base+"/tiles/") {
			t.Errorf("the project of %s does not read it", base)
		}
		if !strings.Contains(text, "(publication "+current(t, w)+")</title>") {
			t.Errorf("the title of the project of %s does not name its release", base)
		}
	}
	z := ask(t, http.MethodGet, frozen+"/qgis/couverture.qgz").body
	archive, err := zip.NewReader(bytes.NewReader(z), int64(len(z)))
	must(t, err)
	f, err := archive.Open("couverture.qgs")
	must(t, err)
	content, err := io.ReadAll(f)
	must(t, err)
	if !bytes.Equal(content, ask(t, http.MethodGet, frozen+"/qgis/couverture.qgs").body) {
		t.Error("the .qgz has not the bytes of the .qgs")
	}
}

// qgisSays is what testdata/open_in_qgis.py says of a file.
type qgisSays struct {
	Read       bool
	Title, CRS string
	Layers     []struct {
		ID, Name, CRS, Title, Source string
		Valid                        bool
		Features                     int64
		Undrawn                      int
		Rights                       []string
		Aliases                      map[string]string
	}
	Colours  map[string][]string
	Messages []string
}

// qgis opens files as QGIS does. Without QGIS the test is passed over.
func qgis(t *testing.T, paths ...string) (all []qgisSays) {
	t.Helper()
	var out []byte
	var complaints bytes.Buffer
	for _, python := range []string{"python3", "/usr/bin/python3"} { // QGIS has its modules with the system's
		complaints.Reset()
		c := exec.CommandContext(t.Context(), python, append([]string{"testdata/open_in_qgis.py"}, paths...)...)
		c.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen", "PYTHONDONTWRITEBYTECODE=1", "QGIS_CUSTOM_CONFIG_PATH="+t.TempDir(), "XDG_RUNTIME_DIR="+t.TempDir())
		c.Stderr = &complaints
		var err error
		if out, err = c.Output(); err == nil {
			break
		}
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() != 77 {
			t.Fatalf("%v\n%s\n%s", err, out, complaints.Bytes())
		}
	}
	if len(out) == 0 {
		t.Skip("QGIS (python3-qgis) is not installed")
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var said qgisSays
		if err := d.Decode(&said); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		all = append(all, said)
	}
	if len(all) != len(paths) {
		t.Fatalf("%d answers for %d files\n%s", len(all), len(paths), complaints.Bytes())
	}
	return all
}

// TestQGIS opens a project of each theme and layers of some collections: every layer is there, with all its features, each
// drawn by one symbol, under French names; QGIS has nothing to warn of; and the map has the colours of the legend.
func TestQGIS(t *testing.T) {
	notRaced(t)
	w := sample(t)
	folder := t.TempDir()
	names := []string{"offre-communes.qgs", "couverture.qgz", "epci.qlr", "lieux-mediation-doublons.qlr", "communes-mouvements.qlr"}
	paths := make([]string, len(names))
	for i, name := range names {
		a := ask(t, http.MethodGet, w.address+"/qgis/"+name)
		if a.StatusCode != 200 {
			t.Fatalf("%s: %s %s", name, a.Status, a.body)
		}
		paths[i] = filepath.Join(folder, name)
		must(t, os.WriteFile(paths[i], a.body, 0o644))
	}
	rows := map[string]int64{}
	for _, c := range collections(t, w) {
		rows[c.Title] = c.Rows
	}
	answers := qgis(t, paths...)
	checkColours(t, w, "offre-communes", answers[0].Colours)
	for i, said := range answers {
		if !said.Read || len(said.Layers) == 0 || len(said.Messages) > 0 {
			t.Errorf("%s: read %v, %d layers, messages %q", names[i], said.Read, len(said.Layers), said.Messages)
		}
		if !strings.HasSuffix(names[i], ".qlr") && (said.CRS != "EPSG:2154" || !strings.Contains(said.Title, current(t, w))) {
			t.Errorf("%s: %s, %q", names[i], said.CRS, said.Title)
		}
		for _, l := range said.Layers {
			if !l.Valid || strings.Join(l.Rights, "") == "" {
				t.Errorf("%s: %s is valid: %v, rights %q", names[i], l.Name, l.Valid, l.Rights)
			}
			if l.Source == "" {
				continue // of tiles
			}
			if l.Features != rows[l.Name] || l.Undrawn > 0 || l.Title == "" {
				t.Errorf("%s: %s has %d features of %d, %d not drawn by one symbol, called by %q", names[i], l.Name, l.Features, rows[l.Name], l.Undrawn, l.Title)
			}
			for field, alias := range l.Aliases {
				if alias == "" && field != "id" {
					t.Errorf("%s: %s.%s has no alias", names[i], l.Name, field)
				}
			}
		}
	}
}

// checkColours holds the two groups of a project to the classes of its legend, those that the territory has.
func checkColours(t *testing.T, w *world, name string, groups map[string][]string) {
	t.Helper()
	d := w.Registry.Get(name)
	if len(groups) != 2 {
		t.Errorf("groups %v", groups)
	}
	for group, colours := range groups {
		seen := 0
		for _, c := range carto.Resolve(d, d.Style()).Classes {
			if slices.Contains(colours, c.Colour.String()) {
				seen++
			}
		}
		if seen < 2 {
			t.Errorf("%s: %d classes are seen in %v", group, seen, colours)
		}
	}
}
