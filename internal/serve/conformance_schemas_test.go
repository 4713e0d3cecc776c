package serve_test

import (
	"strings"
	"testing"
)

// OGC 23-058r2 (draft), annex A, classes Schemas and Returnables and Receivables.
var returnablesTests = append([]abstractTest{
	{"link", func(t *testing.T, c *candidate) {
		c.linksSchema(t, "http://www.opengis.net/def/rel/ogc/1.0/schema", "/schema")
	}},
	{"response-1", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			s := c.fields(t, k, "/schema")
			for _, f := range c.items(t, k, "limit", "100").Features {
				for name, value := range f.Properties {
					p, known := s.Properties[name]
					if !known && s.AdditionalProperties != nil && !*s.AdditionalProperties {
						t.Errorf("%s %v: %s is not in the schema", k.ID, f.ID, name)
					}
					if known && !p.allows(value) {
						t.Errorf("%s %v: %s is %v, of type %s", k.ID, f.ID, name, value, p.Type)
					}
				}
			}
		})
	}},
}, schemaTests("/schema")...)

var schemaQueryablesTests = append([]abstractTest{
	{"link", func(t *testing.T, c *candidate) { c.linksSchema(t, relQueryables, "/queryables") }},
}, schemaTests("/queryables")...)

var sortablesTests = append([]abstractTest{
	{"link", func(t *testing.T, c *candidate) {
		c.linksSchema(t, "http://www.opengis.net/def/rel/ogc/1.0/sortables", "/sortables")
	}},
	{"properties", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			for name, p := range c.fields(t, k, "/sortables").Properties {
				if p.Type == "" || p.Type == "array" || p.Type == "object" {
					t.Errorf("%s: %s is of type %q", k.ID, name, p.Type)
				}
				for _, by := range []string{name, "-" + name} {
					if page := c.items(t, k, "sortby", by, "limit", "3"); len(page.Features) == 0 && len(c.items(t, k).Features) > 0 {
						t.Errorf("%s: sortby=%s finds nothing", k.ID, by)
					}
				}
			}
		})
	}},
}, schemaTests("/sortables")...)

// schemaTests are those of the class Schemas, which the resources at each path pass.
func schemaTests(path string) []abstractTest {
	each := func(check func(*testing.T, *tested, jsonSchema)) func(*testing.T, *candidate) {
		return func(t *testing.T, c *candidate) {
			c.each(t, func(t *testing.T, k *tested) { check(t, k, c.fields(t, k, path)) })
		}
	}
	return []abstractTest{
		{"op-and-response", func(t *testing.T, c *candidate) {
			c.each(t, func(t *testing.T, k *tested) { c.wellDescribed(t, k, path) })
		}},
		{"role", each(func(t *testing.T, k *tested, s jsonSchema) {
			for name, p := range s.Properties {
				if _, isText := p.Role.(string); p.Role != nil && !isText {
					t.Errorf("%s: %s has the role %v", k.ID, name, p.Role)
				}
			}
		})},
		{"role-id", each(func(t *testing.T, k *tested, s jsonSchema) { // at most one: a key of several parts is no property
			n := 0
			for name, p := range s.Properties {
				if p.Role == "id" {
					if n++; p.Type != "string" && p.Type != "integer" {
						t.Errorf("%s: the id %s is of type %s", k.ID, name, p.Type)
					}
				}
			}
			if n > 1 {
				t.Errorf("%s: %d properties have the role id", k.ID, n)
			}
		})},
		{"property-seq", each(func(t *testing.T, k *tested, s jsonSchema) {
			seen := map[any]bool{}
			for name, p := range s.Properties {
				if rank, isNumber := p.Rank.(float64); p.Rank != nil && (!isNumber || rank != float64(int(rank)) || seen[p.Rank]) {
					t.Errorf("%s: %s is at %v", k.ID, name, p.Rank)
				}
				seen[p.Rank] = true
			}
		})},
		{"unit", each(func(t *testing.T, k *tested, s jsonSchema) {
			for name, p := range s.Properties {
				if p.Unit == nil {
					continue
				}
				if unit, isText := p.Unit.(string); !isText || p.Type != "number" && p.Type != "integer" ||
					(p.UnitLanguage == nil || p.UnitLanguage == "UCUM") && !isUCUM(unit) {
					t.Errorf("%s: %s of type %s is in %v, which is not of UCUM", k.ID, name, p.Type, p.Unit)
				}
			}
		})},
	}
}

// isUCUM knows the units of UCUM that data of territories are in.
func isUCUM(unit string) bool {
	switch unit {
	case "%", "1", "m", "km", "m2", "km2", "har", "a", "d", "h", "min", "s", "bit/s", "kbit/s", "Mbit/s", "deg":
		return true
	}
	return strings.HasPrefix(unit, "{") && strings.HasSuffix(unit, "}") // an annotation: {habitants}
}

func (c *candidate) linksSchema(t *testing.T, rel, path string) {
	t.Helper()
	c.each(t, func(t *testing.T, k *tested) {
		if got := linked(k.Links, rel); !strings.HasSuffix(got, "/collections/"+k.ID+path) {
			t.Errorf("%s: %s is at %q", k.ID, rel, got)
		}
	})
}

// allows says whether a value is of the property's type. Null is: GeoJSON has no other way to say that there is no value.
func (p *property) allows(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return p.Type == "string" && (p.Format != "date" || len(v) == len("2026-01-01"))
	case bool:
		return p.Type == "boolean"
	case float64:
		return p.Type == "number" || p.Type == "integer" && v == float64(int64(v))
	case []any:
		return p.Type == "array"
	}
	return false
}
