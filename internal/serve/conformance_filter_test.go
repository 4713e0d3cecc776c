package serve_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
	schemaType    = "application/schema+json"
)

// jsonSchema is what queryables, sortables and schema answer.
type jsonSchema struct {
	Schema               string `json:"$schema"`
	ID                   string `json:"$id"`
	Type                 string
	Properties           map[string]property
	AdditionalProperties *bool
}

type property struct {
	Title, Type, Format string
	Enum                []any
	Items               *property
	Ref                 string `json:"$ref"`
	Role                any    `json:"x-ogc-role"`
	Rank                any    `json:"x-ogc-propertySeq"`
	Unit                any    `json:"x-ogc-unit"`
	UnitLanguage        any    `json:"x-ogc-unitLang"`
}

func (p *property) isGeometry() bool { return p.Type == "" && strings.HasPrefix(p.Format, "geometry-") }

func (c *candidate) fields(t testing.TB, k *tested, path string) (s jsonSchema) {
	t.Helper()
	return obtain[jsonSchema](t, c.base+"/collections/"+k.ID+path)
}

// names are a schema's properties of one of these types, in alphabetical order; "geometry" is one.
func (s *jsonSchema) names(types ...string) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		kind := p.Type
		switch {
		case p.isGeometry():
			kind = "geometry"
		case p.Format == "date" || p.Format == "date-time":
			kind = p.Format
		}
		if slices.Contains(types, kind) {
			all = append(all, name)
		}
	}
	return all
}

// count is how many features a filter in CQL2 text finds.
func (c *candidate) count(t testing.TB, k *tested, format string, values ...any) int64 {
	t.Helper()
	return c.matched(t, k, "filter", fmt.Sprintf(format, values...))
}

// none and same hold filters to what they find.
func (c *candidate) none(t testing.TB, k *tested, format string, values ...any) {
	t.Helper()
	if n := c.count(t, k, format, values...); n != 0 {
		t.Errorf("%s: %s finds %d", k.ID, fmt.Sprintf(format, values...), n)
	}
}

func (c *candidate) same(t testing.TB, k *tested, one, other string) {
	t.Helper()
	if a, b := c.count(t, k, "%s", one), c.count(t, k, "%s", other); a != b {
		t.Errorf("%s: %s finds %d, %s finds %d", k.ID, one, a, other, b)
	}
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
func named(name string) string  { return `"` + name + `"` }

// literals are the values that the abstract tests compare with, by type.
var literals = map[string]string{"string": "'foo'", "boolean": "true", "number": "3.14", "integer": "1",
	"date": "DATE('2022-04-14')", "date-time": "TIMESTAMP('2022-04-14T14:48:46Z')"}

// OGC 19-079r2, annex A, class Queryables.
var queryablesTests = []abstractTest{
	{"get-queryables-uris", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if got, want := linked(k.Links, relQueryables), "/collections/"+k.ID+"/queryables"; !strings.HasSuffix(got, want) {
				t.Errorf("%s: queryables are at %q", k.ID, got)
			}
		})
	}},
	{"get-queryables", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) { c.wellDescribed(t, k, "/queryables") })
	}},
}

// wellDescribed holds a JSON Schema to its media type, its own address and its members.
func (c *candidate) wellDescribed(t *testing.T, k *tested, path string) jsonSchema {
	t.Helper()
	a := ask(t, http.MethodGet, c.base+"/collections/"+k.ID+path, "Accept", schemaType)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != schemaType {
		t.Errorf("%s: %s, %s", a.Request.URL, a.Status, a.Header.Get("Content-Type"))
	}
	s := c.fields(t, k, path)
	if s.Schema != "https://json-schema.org/draft/2020-12/schema" && s.Schema != "https://json-schema.org/draft/2019-09/schema" {
		t.Errorf("%s: $schema %q", k.ID, s.Schema)
	}
	if !strings.HasSuffix(s.ID, "/collections/"+k.ID+path) || s.Type != "object" || len(s.Properties) == 0 {
		t.Errorf("%s: $id %q, type %q, %d properties", k.ID, s.ID, s.Type, len(s.Properties))
	}
	for name, p := range s.Properties {
		if p.Ref != "" || p.Type == "" && !p.isGeometry() {
			t.Errorf("%s: %s is %+v", k.ID, name, p)
		}
	}
	return s
}

// OGC 19-079r2, annex A, class Queryables as Query Parameters.
var queryParameterTests = []abstractTest{
	{"query-param", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			fields := c.fields(t, k, "/queryables")
			all := c.items(t, k, "limit", "1")
			for _, name := range fields.names("string", "number", "integer", "boolean", "date", "date-time") {
				p := c.parameter(t, k, name)
				if want := fields.Properties[name].Type; !p.Schema.Value.Type.Is(want) {
					t.Errorf("%s: the parameter %s is of type %v, the queryable %s", k.ID, name, p.Schema.Value.Type, want)
				}
				for _, f := range all.Features { // the first feature is found by its value
					if value := f.Properties[name]; value != nil {
						c.foundBy(t, k, f, name, fmt.Sprint(value))
					}
				}
			}
		})
	}},
	{"query-param-invalid", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			fields := c.fields(t, k, "/queryables")
			for _, name := range fields.names("number", "integer", "boolean", "date", "date-time") {
				c.refuse(t, k, "/items", name, "nonsense")
			}
		})
	}},
}

func (c *candidate) foundBy(t *testing.T, k *tested, f testedFeature, name, value string) {
	t.Helper()
	if value == "" || strings.ContainsAny(value, "e+") && f.Properties[name] != value {
		return // a number that %v writes with an exponent
	}
	for _, found := range c.items(t, k, name, value, "limit", "100").Features {
		if marshal(t, found.Properties[name]) != marshal(t, f.Properties[name]) {
			t.Errorf("%s: %s=%s finds %v", k.ID, name, value, found.Properties[name])
		}
	}
	if c.matched(t, k, name, value) == 0 {
		t.Errorf("%s: %s=%s finds nothing", k.ID, name, value)
	}
}

// OGC 19-079r2, annex A, classes Filter and Features Filter, of items.
var filterTests = []abstractTest{
	{"get-conformance", func(t *testing.T, c *candidate) {
		for _, class := range []string{"ogcapi-features-3/1.0/conf/filter", "ogcapi-features-3/1.0/conf/queryables"} {
			if !c.declares(class) {
				t.Errorf("%s is not declared", class)
			}
		}
	}},
	{"filter-param", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			for _, name := range []string{"filter", "filter-lang", "filter-crs"} {
				if p := c.parameter(t, k, name); !p.Schema.Value.Type.Is(openapi3.TypeString) {
					t.Errorf("%s: %s is %+v", k.ID, name, p.Schema.Value)
				}
			}
			fields := c.fields(t, k, "/queryables")
			for _, name := range fields.names("string", "number", "integer", "boolean", "date")[:1] {
				for _, f := range c.items(t, k, "filter-lang", "cql2-text", "filter", named(name)+" IS NULL").Features {
					if f.Properties[name] != nil {
						t.Errorf("%s: %s IS NULL finds %v", k.ID, name, f.Properties[name])
					}
				}
			}
			c.refuse(t, k, "/items", "filter-lang", "cql2-text", "filter", "THIS IS NOT A FILTER")
			c.refuse(t, k, "/items", "filter-lang", "ecql", "filter", "true")
		})
	}},
	{"filter-lang-default", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			fields := c.fields(t, k, "/queryables")
			name := fields.names("string", "number", "integer", "boolean", "date")[0]
			filter := named(name) + " IS NOT NULL"
			if a, b := c.items(t, k, "filter", filter), c.items(t, k, "filter", filter, "filter-lang", "cql2-text"); !slices.Equal(a.ids(), b.ids()) {
				t.Errorf("%s: %v, %v with filter-lang", k.ID, a.ids(), b.ids())
			}
			c.refuse(t, k, "/items", "filter", "THIS IS NOT A FILTER")
		})
	}},
	{"expression-construction", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) { c.refuse(t, k, "/items", "filter", "this_is_not_a_queryable IS NULL") })
	}},
	{"filter-crs-wgs84", func(t *testing.T, c *candidate) {
		c.eachPlace(t, func(k *tested, geometry string) {
			inside := fmt.Sprintf("S_INTERSECTS(%s,BBOX(%s))", named(geometry), corners(k.box()))
			c.same(t, k, inside, named(geometry)+" IS NOT NULL")
			c.refuse(t, k, "/items", "filter", fmt.Sprintf("S_INTERSECTS(%s,BBOX(1000000,1000000,2000000,2000000))", named(geometry)))
		})
	}},
	{"filter-crs-param", func(t *testing.T, c *candidate) {
		c.eachPlace(t, func(k *tested, geometry string) {
			all := c.count(t, k, "%s IS NOT NULL", named(geometry))
			box := k.box()
			wide := []float64{box[0] - 0.1, box[1] - 0.1, box[2] + 0.1, box[3] + 0.1} // the bent sides of the extent are inside
			for _, uri := range k.CRS {
				there, ok := boxIn(wide, uri)
				if strings.HasSuffix(uri, "/4326") {
					there, ok = []float64{wide[1], wide[0], wide[3], wide[2]}, true
				}
				if !ok {
					continue
				}
				filter := fmt.Sprintf("S_INTERSECTS(%s,BBOX(%s))", named(geometry), corners(there))
				if got := c.matched(t, k, "filter", filter, "filter-crs", uri); got != all {
					t.Errorf("%s in %s: %d of %d", k.ID, uri, got, all)
				}
			}
			c.refuse(t, k, "/items", "filter", "true", "filter-crs", "http://www.opengis.net/def/crs/OGC/0/does_not_exist")
		})
	}},
	{"mixing-expression", func(t *testing.T, c *candidate) {
		c.eachPlace(t, func(k *tested, geometry string) {
			inside := fmt.Sprintf("S_INTERSECTS(%s,BBOX(%s))", named(geometry), corners(k.box()))
			if a, b := c.matched(t, k, "filter", inside, "bbox", corners(k.box())), c.count(t, k, "%s", inside); a != b {
				t.Errorf("%s: %d with bbox, %d without", k.ID, a, b)
			}
			if n := c.matched(t, k, "filter", inside, "bbox", "-170,-80,-160,-70"); n != 0 {
				t.Errorf("%s: %d in a bbox that is elsewhere", k.ID, n)
			}
		})
	}},
	{"get-functions", func(t *testing.T, c *candidate) {
		if !c.declares("cql2/1.0/conf/functions") {
			t.Skip("no custom functions")
		}
		for _, f := range c.functions(t) {
			if f.Name == "" || len(f.Returns) == 0 {
				t.Errorf("%+v", f)
			}
		}
	}},
}

type function struct {
	Name      string
	Returns   []string
	Arguments []struct{ Type []string }
}

func (c *candidate) functions(t *testing.T) []function {
	t.Helper()
	return obtain[struct{ Functions []function }](t, c.base+"/functions").Functions
}

// eachPlace runs a check on every collection that has places, and the name of their geometry.
func (c *candidate) eachPlace(t *testing.T, check func(k *tested, geometry string)) {
	c.each(t, func(t *testing.T, k *tested) {
		fields := c.fields(t, k, "/queryables")
		if geometries := fields.names("geometry"); len(geometries) > 0 && k.box() != nil {
			check(k, geometries[0])
		}
	})
}
