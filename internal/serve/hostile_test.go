package serve_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestHostileRequests: whatever is wrong ends as a problem document with a status of the client's, that names what is wrong.
func TestHostileRequests(t *testing.T) {
	w := sample(t)
	deep, wide := strings.Repeat("(", 5000)+"nom = 'x'"+strings.Repeat(")", 5000), "nom = 'x'"+strings.Repeat(" OR nom = 'x'", 2000)
	items := "/collections/communes/items?"
	for _, c := range []struct{ because, path, parameter string }{
		{"three numbers", items + "bbox=1,2,3", "bbox"},
		{"five numbers", items + "bbox=1,2,3,4,5", "bbox"},
		{"words", items + "bbox=a,b,c,d", "bbox"},
		{"nothing", items + "bbox=", "bbox"},
		{"NaN", items + "bbox=NaN,NaN,NaN,NaN", "bbox"},
		{"infinite", items + "bbox=-Inf,-Inf,Inf,Inf", "bbox"},
		{"beyond a float", items + "bbox=1e999,1,2,3", "bbox"},
		{"hexadecimal", items + "bbox=0x1,0x1,0x2,0x2", "bbox"},
		{"underscores", items + "bbox=1_0,1,2_0,3", "bbox"},
		{"upside down", items + "bbox=2,49,3,48", "bbox"},
		{"upside down, latitudes first", items + "bbox=49,2,48,3&bbox-crs=" + latFirst, "bbox"},
		{"inside out, in metres", items + "bbox=700000,6800000,600000,6900000&bbox-crs=" + lambert, "bbox"},
		{"a thousand numbers", items + "bbox=" + strings.Repeat("1,", 1000), "bbox"},
		{"twice", items + "bbox=1,2,3,4&bbox=1,2,3,4", "bbox"},
		{"no system", items + "bbox=1,2,3,4&bbox-crs=x", "bbox-crs"},
		{"one of elsewhere", items + "crs=" + reunion, "crs"},
		{"SQL", items + "crs=2154%3Bdrop%20table%20x", "crs"},
		{"an encoded line feed, which no header may hold", items + "crs=" + lambert + "%0d%0aX-Evil:%201", "crs"},
		{"nought", items + "limit=0", "limit"},
		{"negative", items + "limit=-5", "limit"},
		{"a fraction", items + "limit=1.5", "limit"},
		{"a word", items + "limit=all", "limit"},
		{"an exponent", items + "limit=1e3", "limit"},
		{"a plus, which is a space", items + "limit=+5", "limit"},
		{"NUL", items + "limit=%00", "limit"},
		{"negative", items + "after=-1", "after"},
		{"a word", items + "after=last", "after"},
		{"not a date", items + "datetime=yesterday", "datetime"},
		{"a long one", items + "datetime=" + strings.Repeat("2026-01-01/", 500), "datetime"},
		{"no text", items + "datetime=%ff", "datetime"},
		{"not whole", items + "population=1.5", "population"},
		{"too large", items + "population=9223372036854775808", "population"},
		{"a word", items + "population=many", "population"},
		{"not a truth", items + "petites_villes_de_demain=maybe", "petites_villes_de_demain"},
		{"NUL in a text", items + "nom=Mas%00sy", "nom"},
		{"not UTF-8", items + "nom=%c3%28", "nom"},
		{"a list of nothing", items + "codes_postaux=%7C", "codes_postaux"},
		{"not a number", items + "surface_km2=NaN", "surface_km2"},
		{"infinite", items + "surface_km2=1e999", "surface_km2"},
		{"not a filter", items + "filter=%27", "filter"},
		{"nothing", items + "filter=", "filter"},
		{"unknown property", items + "filter=surnom%3D1", "filter"},
		{"SQL", items + "filter=" + url.QueryEscape("nom = 'x'; drop table communes"), "filter"},
		{"SQL in a comment", items + "filter=" + url.QueryEscape("nom = 'x' -- or true"), "filter"},
		{"a number for a text", items + "filter=" + url.QueryEscape("nom > 5"), "filter"},
		{"a hole in JSON", items + "filter-lang=cql2-json&filter=" + url.QueryEscape(`{"op":"and"`), "filter"},
		{"an unknown operator", items + "filter-lang=cql2-json&filter=" + url.QueryEscape(`{"op":"pg_sleep","args":[10]}`), "filter"},
		{"text for JSON", items + "filter-lang=cql2-json&filter=nom%3D1", "filter"},
		{"JSON for text", items + "filter=" + url.QueryEscape(`{"op":"isNull","args":[{"property":"nom"}]}`), "filter"},
		{"as deep as a well", items + "filter=" + url.QueryEscape(deep), "filter"},
		{"as wide as the sea", items + "filter=" + url.QueryEscape(wide), "filter"},
		{"NUL", items + "filter=nom%3D%27%00%27", "filter"},
		{"no such language", items + "filter-lang=cql-text&filter=nom%3D1", "filter-lang"},
		{"no such system", items + "filter-crs=4326&filter=nom%3D%27x%27", "filter-crs"},
		{"no word", items + "q=%20", "q"},
		{"a book", items + "q=" + strings.Repeat("mot+", 500), "q"},
		{"nothing to sort by", items + "sortby=", "sortby"},
		{"nothing between commas", items + "sortby=nom,,population", "sortby"},
		{"SQL", items + "sortby=" + url.QueryEscape("nom; drop table x"), "sortby"},
		{"twice", items + "sortby=nom,-nom", "sortby"},
		{"a list", items + "sortby=codes_postaux", "sortby"},
		{"nothing", items + "properties=", "properties"},
		{"quoted", items + "properties=%22nom%22", "properties"},
		{"neither", items + "skipGeometry=yes", "skipGeometry"},
		{"negative", items + "maxAllowableOffset=-1", "maxAllowableOffset"},
		{"NaN", items + "maxAllowableOffset=NaN", "maxAllowableOffset"},
		{"no format", items + "f=exe", "f"},
		{"an unknown parameter", items + "nomm=Massy", "nomm"},
		{"an unknown one, and long", items + strings.Repeat("x", 3000) + "=1", strings.Repeat("x", 80) + "…"},
		{"half an escape", items + "nom=%", "query"},
		{"a semicolon, which joins nothing any more", items + "nom=a;limit=5", "query"},
		{"forty thousand bytes", items + "filter=" + strings.Repeat("a", 40_000), "filter"},
		{"a megabyte", items + "nom=" + strings.Repeat("a", 1<<20), "nom"},
		{"a hundred thousand parameters", items + strings.Repeat("a=b&", 100_000), ""},
		{"a format of a file", "/collections/communes/export?f=exe", "f"},
		{"no features", "/collections/communes/export?f=csv&limit=0", "limit"},
		{"parameters of a feature", "/collections/communes/items/91377?bbox=1,2,3,4", "bbox"},
		{"a system of a feature", "/collections/communes/items/91377?crs=x", "crs"},
		{"none of queryables", "/collections/communes/queryables?limit=1", "limit"},
		{"none of sortables", "/collections/communes/sortables?x=1", "x"},
		{"none of functions", "/functions?f=xml", "f"},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://service.example/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(c.path, "?")
		p := w.judged(t, c.because, r, http.StatusBadRequest)
		if p.Parameter != c.parameter && c.parameter != "" {
			t.Errorf("%s (%.200s): names %q: %s", c.because, c.path, p.Parameter, p.Detail)
		}
		if len(p.Detail) > 3000 {
			t.Errorf("%s: repeats %d bytes", c.because, len(p.Detail))
		}
	}
	for _, path := range []string{"/collections/nowhere", "/collections/nowhere/items", "/collections/nowhere/queryables", "/collections/nowhere/export",
		"/collections/%00/items", "/collections/..%2f..%2fetc/items", "/collections/communes/items/nowhere", "/collections/communes/items/%00",
		"/collections/communes/items/' or 1=1", "/collections/communes/" + strings.Repeat("x", 5000), "/collections//items", "/Collections"} {
		r := httptest.NewRequest(http.MethodGet, "http://service.example/", nil)
		r.URL.Path, r.URL.RawPath = path, strings.ReplaceAll(path, " ", "%20")
		w.judged(t, path, r, http.StatusNotFound)
	}
	for _, accept := range []string{"image/png", "text/html;q=0, image/*", "x", "/", ";;;", ",,,;q=9", strings.Repeat("a/b,", 5000), "\x00", "application/geo+json;q=0"} {
		r := httptest.NewRequest(http.MethodGet, "http://service.example/collections/communes/items", nil)
		r.Header.Set("Accept", accept)
		if p := w.judged(t, "Accept: "+accept, r, http.StatusNotAcceptable); p.Parameter != "Accept" {
			t.Errorf("Accept %.50q: names %q", accept, p.Parameter)
		}
	}
}

// judged asks the server itself, without the client or net/http in between, which refuse some requests first.
func (w *world) judged(t *testing.T, because string, r *http.Request, status int) problem {
	t.Helper()
	a := httptest.NewRecorder()
	w.server.ServeHTTP(a, r)
	result := a.Result()
	result.Request = r
	p := problemOf(t, reply{result, a.Body.Bytes()})
	if a.Code != status {
		t.Errorf("%s (%.100s): %d %.300s", because, r.URL.RequestURI(), a.Code, a.Body)
	}
	discreet(t, p)
	return p
}
