package serve_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"maille/internal/schema"
)

// TestGDAL reads every collection as a user of GDAL does.
func TestGDAL(t *testing.T) {
	notRaced(t)
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

// gdalTypes are what GDAL calls the types of fields; an integer of 64 bits may be shown as one of 32.
var gdalTypes = map[schema.Type][]string{
	schema.String: {"String"}, schema.Integer: {"Integer", "Integer64"}, schema.Number: {"Real"}, schema.Boolean: {"Integer(Boolean)"},
	schema.Date: {"Date"}, schema.List: {"StringList"},
}

// TestGDALTypes: types come from the schema, not from the first features, where a column may be null.
func TestGDALTypes(t *testing.T) {
	notRaced(t)
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo (gdal-bin) is not installed")
	}
	w := sample(t)
	for _, c := range collections(t, w) {
		out, err := exec.CommandContext(t.Context(), ogrinfo, "-al", "-so", "OAPIF:"+w.address, c.ID).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.ID, err, out)
		}
		d := w.Registry.Get(c.ID)
		for i := range d.Schema.Columns {
			column := &d.Schema.Columns[i]
			line := regexp.MustCompile(`(?m)^` + column.Name + `: (\S+)`).FindStringSubmatch(string(out))
			if line == nil || !slices.Contains(gdalTypes[column.Type], line[1]) {
				t.Errorf("%s.%s is a %s: %q", c.ID, column.Name, column.Type, line)
			}
		}
	}
}

// TestGDALRangesOfDates: a range of a date goes to the service as a datetime whose instants have a T and nothing after it.
func TestGDALRangesOfDates(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo (gdal-bin) is not installed")
	}
	w := sample(t)
	at := w.address + "/collections/communes-mouvements/items?limit=1&filter="
	page := parse[features](t, at+url.QueryEscape("date_eff >= DATE('2016-01-01') and date_eff < DATE('2019-12-31')"))
	out, err := exec.CommandContext(t.Context(), ogrinfo, "-ro", "-al", "-q", "-where", "date_eff >= '2016/01/01' and date_eff < '2019/12/31'",
		"OAPIF:"+w.address, "communes-mouvements").CombinedOutput()
	if got := strings.Count(string(out), "OGRFeature("); err != nil || got != *page.NumberMatched || got == 0 {
		t.Errorf("%d features (%v), want %d\n%.500s", got, err, *page.NumberMatched, out)
	}
}

// TestGDALFilters: what a user of GDAL filters by is filtered here, not there after reading everything.
func TestGDALFilters(t *testing.T) {
	notRaced(t)
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
		mu.Lock()
		asked = nil
		mu.Unlock()
		out, err := exec.CommandContext(t.Context(), ogrinfo, "-al", "-q", "-where", c.where, "OAPIF:"+watched, "communes").CombinedOutput()
		if err != nil || strings.Count(string(out), "OGRFeature(") != 1 || !strings.Contains(string(out), c.found) {
			t.Errorf("%s: %v\n%.500s", c.where, err, out)
		}
		mu.Lock()
		if !strings.Contains(strings.Join(asked, "\n"), c.pushed) {
			t.Errorf("%s: no request with %s among\n%s", c.where, c.pushed, strings.Join(asked, "\n"))
		}
		mu.Unlock()
	}
}
