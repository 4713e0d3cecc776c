package serve_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"maille/internal/serve"
	"maille/internal/web"
)

// TestConformance makes the checks of OGC's abstract test suites, each under the name of its test, as a client of the
// service at MAILLE_CONFORMANCE_URL, whatever its program; of the bundled sample when there is none. What the service does
// not declare to conform to is skipped.
func TestConformance(t *testing.T) {
	notRaced(t)
	c := &candidate{base: strings.TrimSuffix(os.Getenv("MAILLE_CONFORMANCE_URL"), "/")}
	if c.base == "" {
		w := sample(t)
		s := w.serve(t, serve.Options{Pages: pages(t)})
		must(t, s.Refresh(t.Context()))
		c.base = listen(t, s)
	}
	c.read(t)
	for _, class := range []struct {
		name  string // after http://www.opengis.net/spec/
		tests []abstractTest
	}{
		{"ogcapi-features-1/1.0/conf/core", coreTests},
		{"ogcapi-features-1/1.0/conf/core", featureTests},
		{"ogcapi-features-1/1.0/conf/oas30", oas30Tests},
		{"ogcapi-features-1/1.0/conf/geojson", geojsonTests},
		{"ogcapi-features-1/1.0/conf/html", htmlTests},
		{"ogcapi-features-2/1.0/conf/crs", crsTests},
		{"ogcapi-features-3/1.0/conf/queryables", queryablesTests},
		{"ogcapi-features-3/1.0/conf/queryables-query-parameters", queryParameterTests},
		{"ogcapi-features-3/1.0/conf/features-filter", filterTests},
		{"cql2/1.0/conf/basic-cql2", basicTests},
		{"cql2/1.0/conf/cql2-json", jsonTests},
		{"cql2/1.0/conf/advanced-comparison-operators", advancedTests},
		{"cql2/1.0/conf/case-insensitive-comparison", caseTests},
		{"cql2/1.0/conf/accent-insensitive-comparison", accentTests},
		{"cql2/1.0/conf/basic-spatial-functions", basicSpatialTests},
		{"cql2/1.0/conf/basic-spatial-functions-plus", spatialPlusTests},
		{"cql2/1.0/conf/spatial-functions", spatialTests},
		{"cql2/1.0/conf/temporal-functions", temporalTests},
		{"cql2/1.0/conf/array-functions", arrayTests},
		{"cql2/1.0/conf/property-property", propertyTests},
		{"cql2/1.0/conf/functions", functionTests},
		{"cql2/1.0/conf/arithmetic", arithmeticTests},
		{"ogcapi-features-5/1.0/conf/returnables-and-receivables", returnablesTests},
		{"ogcapi-features-5/1.0/conf/queryables", schemaQueryablesTests},
		{"ogcapi-features-5/1.0/conf/sortables", sortablesTests},
		{"ogcapi-tiles-1/1.0/conf/core", tileCoreTests},
		{"ogcapi-tiles-1/1.0/conf/tileset", tilesetTests},
		{"ogcapi-tiles-1/1.0/conf/tilesets-list", tilesetsListTests},
		{"ogcapi-tiles-1/1.0/conf/dataset-tilesets", datasetTilesetsTests},
		{"ogcapi-tiles-1/1.0/conf/geodata-tilesets", geodataTilesetsTests},
		{"ogcapi-tiles-1/1.0/conf/collections-selection", collectionsSelectionTests},
		{"ogcapi-tiles-1/1.0/conf/oas30", tileOAS30Tests},
		{"ogcapi-tiles-1/1.0/conf/mvt", tileMVTTests},
		{"tms/2.0/conf/json-tilematrixset", matrixSetTests},
		{"tms/2.0/conf/json-tilesetmetadata", tileSetMetadataTests},
	} {
		if !slices.Contains(c.classes, "http://www.opengis.net/spec/"+class.name) {
			t.Run(class.name, func(t *testing.T) { t.Skip("not declared") })
			continue
		}
		for _, test := range class.tests {
			t.Run(class.name+"/"+test.name, func(t *testing.T) { test.check(t, c) })
		}
	}
}

// abstractTest is one of a standard's annex, by its name there.
type abstractTest struct {
	name  string
	check func(*testing.T, *candidate)
}

// candidate is the service that is tested.
type candidate struct {
	base        string
	landing     []link
	classes     []string
	collections []tested
	api         *openapi3.T
}

// tested is a collection as the service describes it.
type tested struct {
	ID, Title, Description, ItemType, StorageCRS string
	CRS                                          []string
	Extent                                       *struct {
		Spatial *struct {
			BBox [][]float64
			CRS  string
		}
		Temporal *struct{ Interval [][]*string }
	}
	Links []link
	Raw   json.RawMessage `json:"-"`
}

// box is the collection's in CRS84; nil when it has none.
func (k *tested) box() []float64 {
	if k.Extent == nil || k.Extent.Spatial == nil || len(k.Extent.Spatial.BBox) == 0 || len(k.Extent.Spatial.BBox[0]) != 4 {
		return nil
	}
	return k.Extent.Spatial.BBox[0]
}

func (c *candidate) read(t *testing.T) {
	c.landing = obtain[struct{ Links []link }](t, c.base+"/").Links
	c.classes = obtain[struct{ ConformsTo []string }](t, c.linked(t, c.landing, "conformance", "application/json")).ConformsTo
	for _, raw := range obtain[struct{ Collections []json.RawMessage }](t, c.linked(t, c.landing, "data", "application/json")).Collections {
		k := tested{Raw: raw}
		must(t, json.Unmarshal(raw, &k))
		c.collections = append(c.collections, k)
	}
	if len(c.collections) == 0 {
		t.Fatal("no collections")
	}
	a := ask(t, http.MethodGet, c.linked(t, c.landing, "service-desc", openAPIType), "Accept", openAPIType)
	var err error
	if c.api, err = openapi3.NewLoader().LoadFromData(a.body); err != nil {
		t.Fatal(err)
	}
}

const openAPIType = "application/vnd.oai.openapi+json;version=3.0"

// linked is the address of a relation in a media type.
func (c *candidate) linked(t testing.TB, links []link, rel, mediaType string) string {
	t.Helper()
	for _, l := range links {
		if l.Rel == rel && (l.Type == mediaType || l.Type == "") {
			return l.Href
		}
	}
	t.Fatalf("no link of rel %s and type %s", rel, mediaType)
	return ""
}

// get reads the JSON of an answer that must be 200. Accept is what OGC's executable suite sends.
func obtain[T any](t testing.TB, address string) (v T) {
	t.Helper()
	a := ask(t, http.MethodGet, address, "Accept", "application/json, application/schema+json, application/geo+json")
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", address, a.Status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return v
}

// answered is a page of features, with what only conformance looks at.
type answered struct {
	Type           string
	Features       []testedFeature
	NumberMatched  *int64
	NumberReturned *int64
	TimeStamp      string
	Links          []link
	header         http.Header
}

type testedFeature struct {
	Type       string
	ID         any
	Geometry   *shape
	Properties map[string]any
	Links      []link
}

type shape struct {
	Type        string
	Coordinates json.RawMessage
}

// items asks a page of a collection; parameters are name, value…
func (c *candidate) items(t testing.TB, k *tested, parameters ...string) answered {
	t.Helper()
	a := c.ask(t, k, "/items", parameters...)
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", a.Request.URL, a.Status, a.body)
	}
	if got := a.Header.Get("Content-Type"); got != "application/geo+json" {
		t.Errorf("%s: Content-Type %q", a.Request.URL, got)
	}
	page := answered{header: a.Header}
	if err := json.Unmarshal(a.body, &page); err != nil {
		t.Fatalf("%s: %v", a.Request.URL, err)
	}
	return page
}

// ask makes a request to a collection's path, as a client that wants GeoJSON.
func (c *candidate) ask(t testing.TB, k *tested, path string, parameters ...string) reply {
	t.Helper()
	query := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	address := c.base + "/collections/" + k.ID + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return ask(t, http.MethodGet, address, "Accept", "application/geo+json")
}

// refuse holds a request to 400 (OGC 17-069r4 /req/core/query-param-invalid).
func (c *candidate) refuse(t testing.TB, k *tested, path string, parameters ...string) {
	t.Helper()
	if a := c.ask(t, k, path, parameters...); a.StatusCode != http.StatusBadRequest {
		t.Errorf("%s: %s, not 400", a.Request.URL, a.Status)
	}
}

// each runs a check on every collection.
func (c *candidate) each(t *testing.T, check func(*testing.T, *tested)) {
	for i := range c.collections {
		check(t, &c.collections[i])
	}
}

// matched is how many features match; the test fails when the service does not say.
func (c *candidate) matched(t testing.TB, k *tested, parameters ...string) int64 {
	t.Helper()
	page := c.items(t, k, append(parameters, "limit", "1")...)
	if page.NumberMatched == nil {
		t.Fatalf("%s %v: no numberMatched", k.ID, parameters)
	}
	return *page.NumberMatched
}

func (page answered) ids() (all []string) {
	for _, f := range page.Features {
		all = append(all, idText(f.ID))
	}
	return all
}

func idText(id any) string {
	if n, ok := id.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	text, _ := id.(string)
	return text
}

// eachPosition calls with every position of GeoJSON coordinates.
func eachPosition(coordinates json.RawMessage, call func(x, y float64)) {
	var position []float64
	if json.Unmarshal(coordinates, &position) == nil {
		if len(position) >= 2 {
			call(position[0], position[1])
		}
		return
	}
	var parts []json.RawMessage
	if json.Unmarshal(coordinates, &parts) == nil {
		for _, part := range parts {
			eachPosition(part, call)
		}
	}
}

// bounds are the least and greatest coordinates of a geometry.
func (s *shape) bounds() (box [4]float64) {
	first := true
	eachPosition(s.Coordinates, func(x, y float64) {
		if first {
			box, first = [4]float64{x, y, x, y}, false
		}
		box = [4]float64{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
	})
	return box
}

func corners(box []float64) string {
	texts := make([]string, len(box))
	for i, x := range box {
		texts[i] = strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strings.Join(texts, ",")
}

// pages are those of the program.
func pages(t testing.TB) serve.Renderer {
	t.Helper()
	r, err := web.New(web.French)
	must(t, err)
	return r
}
