package serve_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzItemsQuery asks pages of the sample with any query: an answer is a page, or a problem that names what is wrong.
func FuzzItemsQuery(f *testing.F) {
	for _, query := range []string{"", "limit=1", "limit=10001&f=json", "bbox=2,48,3,49&limit=3", "bbox=177,-20,-170,-10", "bbox=2,48,0,3,49,100",
		"datetime=2026-01-01/..", "datetime=../2026-06-30T00:00:00Z", "after=10&limit=5", "bbox=1e308,-1e308,1e308,1e308", "bbox=-0,0,0,0",
		"bbox=2.3281,48.6058,2.3281,48.6058", "limit=0x10", "a=b&a=c", "%zz", "limit=%00", "limit=1;bbox=2", "bbox=%2D180,-90,180,90", "after=9223372036854775807",
		"filter=population>1000 and nom like 'M%'", "filter=s_intersects(geometry,point(48.6 2.3))&filter-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
		`filter-lang=cql2-json&filter={"op":"isNull","args":[{"property":"nom"}]}`, "sortby=-population,nom&after=5", "q=massy palaiseau", "properties=nom,population&skipGeometry=true",
		"crs=http://www.opengis.net/def/crs/EPSG/0/2154&bbox=650700,6835000,650800,6835100&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/2154", "f=csv&geometry=wkt", "f=fgb", "f=geojsonseq", "f=html&q=&x=1",
		"maxAllowableOffset=0.01&f=geojson", "petites_villes_de_demain=true&population=72"} {
		f.Add(query)
	}
	w := sample(f)
	f.Fuzz(func(t *testing.T, query string) {
		for _, collection := range []string{"communes", "lieux-mediation"} {
			r := httptest.NewRequest(http.MethodGet, "http://service.example/collections/"+collection+"/items", nil)
			r.URL.RawQuery = query
			a := httptest.NewRecorder()
			w.server.ServeHTTP(a, r)
			judge(t, query, a)
		}
	})
}

// FuzzFeatureID asks features by any id.
func FuzzFeatureID(f *testing.F) {
	for _, id := range []string{"91228", "a:b", "%", "%25", "%00", "\xff", "91228:", "é", "'", "../../x", "%2F"} {
		f.Add(id)
	}
	w := sample(f)
	f.Fuzz(func(t *testing.T, id string) {
		for _, collection := range []string{"communes", "couverture-thd"} {
			r := httptest.NewRequest(http.MethodGet, "http://service.example/", nil)
			r.URL.Path = "/collections/" + collection + "/items/" + id
			r.URL.RawPath = "/collections/" + collection + "/items/" + url.PathEscape(id)
			a := httptest.NewRecorder()
			w.server.ServeHTTP(a, r)
			if a.Code != http.StatusOK && a.Code != http.StatusNotFound {
				t.Fatalf("%q: %d %s", id, a.Code, a.Body)
			}
		}
	})
}

func judge(t *testing.T, query string, a *httptest.ResponseRecorder) {
	t.Helper()
	switch {
	case a.Code == http.StatusOK && a.Header().Get("Content-Type") != "application/geo+json":
		if a.Body.Len() == 0 && !strings.Contains(query, "seq") && !strings.Contains(query, "geojsonl") {
			t.Fatalf("%q: an empty %s", query, a.Header().Get("Content-Type"))
		}
	case a.Code == http.StatusBadRequest && strings.Contains(query, "html") && strings.HasPrefix(a.Header().Get("Content-Type"), "text/html"):
	case a.Code == http.StatusOK:
		var page features
		if err := json.Unmarshal(a.Body.Bytes(), &page); err != nil || page.NumberReturned != len(page.Features) {
			t.Fatalf("%q: %v in %s", query, err, a.Body)
		}
	case a.Code != http.StatusBadRequest || a.Header().Get("Content-Type") != "application/problem+json":
		t.Fatalf("%q: %d %s", query, a.Code, a.Body)
	default:
		var p problem
		if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil || p.Detail == "" || p.Parameter == "" && !strings.Contains(p.Detail, "query cannot be read") && !strings.Contains(p.Detail, `unknown parameter ""`) {
			t.Fatalf("%q: %v %s", query, err, a.Body)
		}
	}
}
