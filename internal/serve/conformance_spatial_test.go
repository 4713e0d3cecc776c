package serve_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// polygonOf is a box as a polygon in WKT.
func polygonOf(b [4]float64) string {
	return fmt.Sprintf("POLYGON((%[1]v %[2]v,%[3]v %[2]v,%[3]v %[4]v,%[1]v %[4]v,%[1]v %[2]v))", b[0], b[1], b[2], b[3])
}

// eachShape runs a check on a feature of every collection that has places, and the bounds of its geometry.
func (c *candidate) eachShape(t *testing.T, check func(k *tested, q string, f testedFeature, b [4]float64)) {
	c.eachPlace(t, func(k *tested, geometry string) {
		for _, f := range c.items(t, k, "limit", "20").Features {
			if f.Geometry != nil {
				check(k, named(geometry), f, f.Geometry.bounds())
				return
			}
		}
	})
}

var basicSpatialTests = []abstractTest{
	{"spatial-predicate", func(t *testing.T, c *candidate) {
		c.eachShape(t, func(k *tested, q string, f testedFeature, b [4]float64) {
			var first string
			eachPosition(f.Geometry.Coordinates, func(x, y float64) {
				if first == "" {
					first = fmt.Sprintf("POINT(%v %v)", x, y)
				}
			})
			if c.count(t, k, "S_INTERSECTS(%s,%s)", q, first) < 1 {
				t.Errorf("%s: nothing is at %s", k.ID, first)
			}
			box := fmt.Sprintf("BBOX(%v,%v,%v,%v)", b[0], b[1], b[2], b[3])
			if c.count(t, k, "S_INTERSECTS(%s,%s)", q, box) < 1 {
				t.Errorf("%s: nothing is in %s", k.ID, box)
			}
			c.none(t, k, "S_INTERSECTS(%s,BBOX(-170,-80,-160,-70))", q)
		})
	}},
}

var spatialPlusTests = []abstractTest{
	{"spatial-data-types", func(t *testing.T, c *candidate) {
		c.eachShape(t, func(k *tested, q string, f testedFeature, b [4]float64) {
			x, y := b[0], b[1]
			for _, wkt := range []string{
				fmt.Sprintf("LINESTRING(%v %v,%v %v)", x-1, y-1, x+1, y+1), fmt.Sprintf("MULTIPOINT((%v %v),(%v %v))", x, y, x+1, y),
				fmt.Sprintf("MULTILINESTRING((%v %v,%v %v))", x-1, y, x+1, y), polygonOf([4]float64{x - 1, y - 1, x + 1, y + 1}),
				fmt.Sprintf("MULTIPOLYGON(%s)", strings.TrimPrefix(polygonOf([4]float64{x - 1, y - 1, x + 1, y + 1}), "POLYGON")),
				fmt.Sprintf("GEOMETRYCOLLECTION(POINT(%v %v),%s)", x, y, polygonOf([4]float64{x - 1, y - 1, x + 1, y + 1})),
			} {
				c.count(t, k, "S_INTERSECTS(%s,%s)", q, wkt)
			}
			wide := [4]float64{x - 1, y - 1, x + 1, y + 1}
			c.same(t, k, fmt.Sprintf("S_INTERSECTS(%s,%s)", q, polygonOf(wide)), fmt.Sprintf("S_INTERSECTS(%s,BBOX(%v,%v,%v,%v))", q, wide[0], wide[1], wide[2], wide[3]))
		})
	}},
}

var spatialTests = []abstractTest{
	{"spatial-predicates", func(t *testing.T, c *candidate) {
		c.eachShape(t, func(k *tested, q string, f testedFeature, b [4]float64) {
			box := polygonOf([4]float64{b[0] - 0.01, b[1] - 0.01, b[2] + 0.01, b[3] + 0.01})
			c.same(t, k, "NOT S_INTERSECTS("+q+","+box+")", "S_DISJOINT("+q+","+box+")")
			c.same(t, k, "S_CONTAINS("+box+","+q+")", "S_WITHIN("+q+","+box+")")
			c.same(t, k, "S_EQUALS("+q+","+q+")", q+" IS NOT NULL")
			if c.count(t, k, "S_WITHIN(%s,%s)", q, box) < 1 {
				t.Errorf("%s: nothing is within %s", k.ID, box)
			}
			c.none(t, k, "S_WITHIN(%s,%s) AND S_DISJOINT(%s,%s)", q, box, q, box)
			c.none(t, k, "S_TOUCHES(%s,%s) AND S_OVERLAPS(%s,%s)", q, box, q, box)
			c.none(t, k, "S_CROSSES(%s,%s)", q, box) // points and polygons cross no polygon
			var point string
			if f.Geometry.Type == "Point" {
				var at [2]float64
				must(t, json.Unmarshal(f.Geometry.Coordinates, &at))
				point = fmt.Sprintf("POINT(%v %v)", at[0], at[1])
				if c.count(t, k, "S_EQUALS(%s,%s)", q, point) < 1 {
					t.Errorf("%s: nothing equals %s", k.ID, point)
				}
			}
		})
	}},
}
