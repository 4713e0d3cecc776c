package serve_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// TestGDAL reads every collection as a user of GDAL does.
func TestGDAL(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo (gdal-bin) is not installed")
	}
	w := sample(t)
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), ogrinfo, args...).CombinedOutput()
		if err != nil || strings.Contains(string(out), "ERROR") || strings.Contains(string(out), "Warning") {
			t.Errorf("ogrinfo %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	source := "OAPIF:" + w.address
	layers := run(source)
	for _, c := range collections(t, w) {
		if !strings.Contains(layers, ": "+c.ID+" (title: "+c.Title+")") {
			t.Errorf("no layer %s in\n%s", c.ID, layers)
		}
		if summary := run("-al", "-so", source, c.ID); !strings.Contains(summary, fmt.Sprintf("Feature Count: %d\n", c.Rows)) {
			t.Errorf("%s: not %d features in\n%s", c.ID, c.Rows, summary)
		}
		if read := strings.Count(run("-al", "-q", source, c.ID), "OGRFeature("); read != int(c.Rows) {
			t.Errorf("%s: %d features read of %d", c.ID, read, c.Rows)
		}
	}
	summary := run("-al", "-so", "-spat", "2.2", "48.5", "2.4", "48.7", source, "communes")
	page := parse[features](t, w.address+"/collections/communes/items?bbox=2.2,48.5,2.4,48.7")
	for _, want := range []string{fmt.Sprintf("Feature Count: %d\n", *page.NumberMatched), "Geometry: Multi Polygon", "code_insee: String",
		"population: Integer", "surface_km2: Real", "petites_villes_de_demain: Integer(Boolean)", "codes_postaux: StringList"} {
		if !strings.Contains(summary, want) {
			t.Errorf("no %q in\n%s", want, summary)
		}
	}
}

// TestGDALFilters: what a user of GDAL filters by is filtered here, not there after reading everything.
func TestGDALFilters(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo (gdal-bin) is not installed")
	}
	w := sample(t)
	var mu sync.Mutex
	var asked []string
	watched := listen(t, http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.RequestURI())
		mu.Unlock()
		w.server.ServeHTTP(a, r)
	}))
	for _, c := range []struct{ where, pushed, found string }{
		{"nom = 'Massy'", "nom=Massy", "91377"},
		{"siren = '219103777'", "siren=219103777", "91377"},
		{"code_insee = '91228'", "code_insee=91228", "91228"},
	} {
		asked = nil
		out, err := exec.CommandContext(t.Context(), ogrinfo, "-al", "-q", "-where", c.where, "OAPIF:"+watched, "communes").CombinedOutput()
		if err != nil || strings.Count(string(out), "OGRFeature(") != 1 || !strings.Contains(string(out), c.found) {
			t.Errorf("%s: %v\n%.500s", c.where, err, out)
		}
		if !strings.Contains(strings.Join(asked, "\n"), c.pushed) {
			t.Errorf("%s: no request with %s among\n%s", c.where, c.pushed, strings.Join(asked, "\n"))
		}
	}
}
