package serve_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// OGC 17-069r4, annex A.2.7 and A.2.8.
var featureTests = []abstractTest{
	{"fc-op", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) { c.items(t, k) })
	}},
	{"fc-response", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			page := c.items(t, k)
			if page.Type != "FeatureCollection" || page.Features == nil {
				t.Errorf("%s: type %q, features %v", k.ID, page.Type, page.Features)
			}
			for _, f := range page.Features {
				if f.Type != "Feature" || idText(f.ID) == "" {
					t.Errorf("%s: a feature of type %q with id %v", k.ID, f.Type, f.ID)
				}
			}
		})
	}},
	{"fc-links", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			page := c.items(t, k)
			wellLinked(t, k.ID, page.Links)
			c.alternates(t, k.ID, page.Links, "application/geo+json")
			full := page.NumberMatched != nil && *page.NumberMatched > int64(len(page.Features))
			if next := linked(page.Links, "next"); full && next == "" || !full && next != "" {
				t.Errorf("%s: %d of %d, next %q", k.ID, len(page.Features), *page.NumberMatched, next)
			}
		})
	}},
	{"fc-timeStamp", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if stamp := c.items(t, k).TimeStamp; stamp != "" {
				if at, err := time.Parse(time.RFC3339, stamp); err != nil || at.After(time.Now().Add(time.Minute)) {
					t.Errorf("%s: timeStamp %q", k.ID, stamp)
				}
			}
		})
	}},
	{"fc-numberReturned", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if page := c.items(t, k); page.NumberReturned != nil && *page.NumberReturned != int64(len(page.Features)) {
				t.Errorf("%s: numberReturned %d of %d", k.ID, *page.NumberReturned, len(page.Features))
			}
		})
	}},
	{"fc-numberMatched", func(t *testing.T, c *candidate) { // as OGC's suite counts: by walking, up to 10 000
		c.each(t, func(t *testing.T, k *tested) {
			page := c.items(t, k, "limit", "100")
			if page.NumberMatched == nil || *page.NumberMatched > 10_000 {
				return
			}
			seen := map[string]bool{}
			c.walk(t, page, func(f testedFeature) {
				if id := idText(f.ID); seen[id] {
					t.Errorf("%s: %s is there twice", k.ID, id)
				} else {
					seen[id] = true
				}
			})
			if int64(len(seen)) != *page.NumberMatched {
				t.Errorf("%s: numberMatched %d, %d on the pages", k.ID, *page.NumberMatched, len(seen))
			}
		})
	}},
	{"fc-limit-definition", func(t *testing.T, c *candidate) {
		c.eachParameter(t, "limit", "integer", func(t *testing.T, p *openapi3.Parameter) {
			if s := p.Schema.Value; s.Min == nil || *s.Min < 0 || s.Default == nil {
				t.Errorf("limit: minimum %v, default %v", s.Min, s.Default)
			}
		})
	}},
	{"fc-limit-response-1", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			most := int(*c.parameter(t, k, "limit").Schema.Value.Max)
			for _, limit := range []int{1, 7, 100, most, most + 1} {
				if got := len(c.items(t, k, "limit", strconv.Itoa(limit)).Features); got > min(limit, most) {
					t.Errorf("%s: limit=%d gives %d", k.ID, limit, got)
				}
			}
		})
	}},
	{"fc-bbox-definition", func(t *testing.T, c *candidate) {
		c.eachParameter(t, "bbox", "array", func(t *testing.T, p *openapi3.Parameter) {
			s := p.Schema.Value // version 1.0.0 asks for minItems and maxItems, 1.0.1 for oneOf
			if s.MinItems != 4 || s.MaxItems == nil || *s.MaxItems != 6 || !s.Items.Value.Type.Is("number") {
				t.Errorf("bbox: %+v", s)
			}
			for _, one := range s.OneOf {
				if v := one.Value; v.MaxItems == nil || v.MinItems != *v.MaxItems || v.MinItems != 4 && v.MinItems != 6 {
					t.Errorf("bbox: oneOf %+v", v)
				}
			}
		})
	}},
	{"fc-bbox-response", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if k.box() == nil {
				return
			}
			// Those of OGC's suite: the meridian, the equator, 180 degrees, the poles.
			boxes := [][]float64{k.box(), {-1.5, 50, 1.5, 53}, {-80, -5, -70, 5}, {177, 65, -177, 70}, {-180, 85, 180, 90}, {-180, -90, 180, -85}}
			for _, box := range boxes {
				c.insideBox(t, k, box)
			}
			if all, some := c.matched(t, k), c.matched(t, k, "bbox", corners(k.box())); all != some {
				t.Errorf("%s: %d features, %d of them in the extent", k.ID, all, some)
			}
		})
	}},
	{"crs84", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			for _, f := range c.items(t, k, "limit", "100").Features {
				if f.Geometry == nil {
					continue
				}
				if b := f.Geometry.bounds(); b[0] < -180 || b[2] > 180 || b[1] < -90 || b[3] > 90 {
					t.Errorf("%s %v: %v", k.ID, f.ID, b)
				}
			}
		})
	}},
	{"fc-time-definition", func(t *testing.T, c *candidate) { c.eachParameter(t, "datetime", "string", nil) }},
	{"fc-time-response", func(t *testing.T, c *candidate) {
		if !slices.ContainsFunc(c.collections, func(k tested) bool { return len(spans(&k)) > 0 }) {
			t.Error("no collection has a temporal extent")
		}
		c.each(t, func(t *testing.T, k *tested) {
			for _, text := range append(spans(k), "2020-01-01", "2020-01-01T12:00:00Z", "2019-06-30T23:59:59+02:00", "2019-01-01/2020-01-01",
				"../2020-01-01", "2020-01-01/..", "/2020-01-01", "2020-01-01/", "2019-01-01T00:00:00Z/2020-01-01T00:00:00Z") {
				c.items(t, k, "datetime", text, "limit", "1")
			}
			before, after := c.matched(t, k, "datetime", "../2019-12-31"), c.matched(t, k, "datetime", "2020-01-01/..")
			undated := before + after - c.matched(t, k) // those that no date bears are in both
			if got := c.matched(t, k, "datetime", "1000-01-01"); undated < 0 || got > undated {
				t.Errorf("%s: %d before 2020, %d after, %d in the year 1000", k.ID, before, after, got)
			}
		})
	}},
	{"f-op", func(t *testing.T, c *candidate) {
		c.eachFeature(t, func(k *tested, f testedFeature, alone testedFeature) {
			if alone.Type != "Feature" || alone.ID != f.ID || marshal(t, alone.Properties) != marshal(t, f.Properties) ||
				marshal(t, alone.Geometry) != marshal(t, f.Geometry) {
				t.Errorf("%s %v: not the same alone and on its page", k.ID, f.ID)
			}
		})
		c.each(t, func(t *testing.T, k *tested) {
			if a := c.ask(t, k, "/items/there%20is%20none%20such"); a.StatusCode != http.StatusNotFound {
				t.Errorf("%s: a feature that is not there: %s", k.ID, a.Status)
			}
		})
	}},
	{"f-success", func(t *testing.T, c *candidate) {
		c.eachFeature(t, func(k *tested, _ testedFeature, alone testedFeature) {
			if alone.Properties == nil {
				t.Errorf("%s %v has no properties", k.ID, alone.ID)
			}
		})
	}},
	{"f-links", func(t *testing.T, c *candidate) {
		c.eachFeature(t, func(k *tested, _ testedFeature, alone testedFeature) {
			where := k.ID + "/" + idText(alone.ID)
			wellLinked(t, where, alone.Links)
			c.alternates(t, where, alone.Links, "application/geo+json")
			if linked(alone.Links, "collection") == "" {
				t.Errorf("%s: no link of rel collection", where)
			}
		})
	}},
}

// spans are instants and intervals of a collection's temporal extent, as OGC's suite makes them.
func spans(k *tested) (all []string) {
	if k.Extent == nil || k.Extent.Temporal == nil {
		return nil
	}
	for _, interval := range k.Extent.Temporal.Interval {
		if len(interval) == 2 && interval[0] != nil && interval[1] != nil {
			day, _, _ := strings.Cut(*interval[0], "T")
			all = append(all, *interval[0], *interval[0]+"/"+*interval[1], day+"/P2D")
		}
	}
	return all
}

func (c *candidate) insideBox(t *testing.T, k *tested, box []float64) {
	t.Helper()
	for _, f := range c.items(t, k, "bbox", corners(box), "limit", "50").Features {
		if f.Geometry == nil {
			continue // matches any box
		}
		b := f.Geometry.bounds()
		inside := b[0] <= box[2] && b[2] >= box[0]
		if box[0] > box[2] { // across 180 degrees
			inside = b[2] >= box[0] || b[0] <= box[2]
		}
		if !inside || b[1] > box[3]+1e-9 || b[3] < box[1]-1e-9 {
			t.Errorf("%s %v: %v does not meet %v", k.ID, f.ID, b, box)
		}
	}
}

// walk goes from page to page by the links of rel next.
func (c *candidate) walk(t *testing.T, page answered, call func(testedFeature)) {
	t.Helper()
	for {
		for _, f := range page.Features {
			call(f)
		}
		next := linked(page.Links, "next")
		if next == "" {
			return
		}
		if len(page.Features) == 0 {
			t.Fatalf("%s follows an empty page", next)
		}
		page = obtain[answered](t, next)
	}
}

// eachFeature asks three features of each collection alone.
func (c *candidate) eachFeature(t *testing.T, check func(k *tested, f, alone testedFeature)) {
	c.each(t, func(t *testing.T, k *tested) {
		for _, f := range c.items(t, k, "limit", "3").Features {
			a := c.ask(t, k, "/items/"+strings.ReplaceAll(escaped(idText(f.ID)), "+", "%20"))
			if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/geo+json" {
				t.Errorf("%s: %s, %s", a.Request.URL, a.Status, a.Header.Get("Content-Type"))
				continue
			}
			var alone testedFeature
			must(t, json.Unmarshal(a.body, &alone))
			check(k, f, alone)
		}
	})
}

// parameter is that of the items of a collection in the API's description.
func (c *candidate) parameter(t testing.TB, k *tested, name string) *openapi3.Parameter {
	t.Helper()
	path := c.api.Paths.Value("/collections/" + k.ID + "/items")
	if path == nil {
		path = c.api.Paths.Value("/collections/{collectionId}/items")
	}
	if path == nil || path.Get == nil {
		t.Fatalf("the items of %s are not described", k.ID)
	}
	p := path.Get.Parameters.GetByInAndName("query", name)
	if p == nil {
		t.Fatalf("%s: no parameter %s is described", k.ID, name)
	}
	return p
}

// eachParameter holds a parameter of every collection to its definition: style form, not exploded.
func (c *candidate) eachParameter(t *testing.T, name, kind string, check func(*testing.T, *openapi3.Parameter)) {
	c.each(t, func(t *testing.T, k *tested) {
		p := c.parameter(t, k, name)
		if p.Required || p.Style != "form" || p.Explode == nil || *p.Explode || !p.Schema.Value.Type.Is(kind) {
			t.Errorf("%s: %s is %+v", k.ID, name, p)
		}
		if check != nil {
			check(t, p)
		}
	})
}

// OGC 17-069r4, annex A.3.
var geojsonTests = []abstractTest{
	{"definition", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) { c.items(t, k) }) // which looks at the media type
	}},
	{"content", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			for _, f := range c.items(t, k, "limit", "100").Features {
				if wrong := misshapen(f.Geometry); wrong != "" {
					t.Errorf("%s %v: %s", k.ID, f.ID, wrong)
				}
			}
		})
	}},
}

// misshapen says what RFC 7946 §3.1 does not allow of a geometry; "" of a good one.
func misshapen(g *shape) string {
	if g == nil {
		return ""
	}
	known := []string{"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
	if !slices.Contains(known, g.Type) {
		return "geometry of type " + g.Type
	}
	var polygons [][][][2]float64
	if g.Type != "MultiPolygon" {
		return ""
	}
	if err := json.Unmarshal(g.Coordinates, &polygons); err != nil || len(polygons) == 0 {
		return fmt.Sprintf("%v, %d polygons", err, len(polygons))
	}
	for _, rings := range polygons {
		for i, ring := range rings {
			if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				return fmt.Sprintf("a ring of %d positions that is not closed", len(ring))
			}
			if a := area(ring); i == 0 && a < 0 || i > 0 && a > 0 {
				return "a ring in the wrong direction"
			}
		}
	}
	return ""
}

// area is positive of a ring that goes counter-clockwise.
func area(ring [][2]float64) (sum float64) {
	for i := 1; i < len(ring); i++ { // from the first position, so that no digit is lost
		ax, ay := ring[i-1][0]-ring[0][0], ring[i-1][1]-ring[0][1]
		bx, by := ring[i][0]-ring[0][0], ring[i][1]-ring[0][1]
		sum += ax*by - bx*ay
	}
	if math.Abs(sum) < 1e-13 {
		return 0
	}
	return sum
}

// OGC 17-069r4, annex A.5.
var oas30Tests = []abstractTest{
	{"oas-definition-1", func(t *testing.T, c *candidate) { c.linked(t, c.landing, "service-desc", openAPIType) }},
	{"oas-definition-2", func(t *testing.T, c *candidate) {
		if !strings.HasPrefix(c.api.OpenAPI, "3.0.") {
			t.Errorf("openapi %q", c.api.OpenAPI)
		}
	}},
	{"oas-impl", func(t *testing.T, c *candidate) { // every operation is there
		if len(c.api.Servers) == 0 {
			t.Fatal("no servers")
		}
		for path, item := range c.api.Paths.Map() {
			if item.Get == nil || strings.Contains(path, "{") {
				continue
			}
			a := ask(t, http.MethodGet, c.api.Servers[0].URL+path)
			if a.StatusCode != http.StatusOK || item.Get.Responses.Value("200").Value.Content.Get(a.Header.Get("Content-Type")) == nil {
				t.Errorf("%s: %s, %s", path, a.Status, a.Header.Get("Content-Type"))
			}
		}
	}},
	{"completeness", func(t *testing.T, c *candidate) {
		for _, path := range []string{"/", "/conformance", "/collections"} {
			if c.api.Paths.Value(path) == nil {
				t.Errorf("%s is not described", path)
			}
		}
		c.each(t, func(t *testing.T, k *tested) {
			for _, path := range []string{"", "/items", "/items/{featureId}"} {
				if c.api.Paths.Value("/collections/"+k.ID+path) == nil && c.api.Paths.Value("/collections/{collectionId}"+path) == nil {
					t.Errorf("/collections/%s%s is not described", k.ID, path)
				}
			}
		})
	}},
	{"exceptions-codes", func(t *testing.T, c *candidate) {
		for path, item := range c.api.Paths.Map() {
			if item.Get == nil || item.Get.Responses.Default() == nil && item.Get.Responses.Value("400") == nil && item.Get.Responses.Value("4XX") == nil {
				t.Errorf("%s describes no error", path)
			}
		}
	}},
	{"security", func(t *testing.T, c *candidate) {
		for _, path := range []string{"/", "/conformance", "/collections"} {
			if a := ask(t, http.MethodGet, c.base+path); a.StatusCode == http.StatusUnauthorized && len(c.api.Components.SecuritySchemes) == 0 {
				t.Errorf("%s asks for authentication that is not described", path)
			}
		}
	}},
}
