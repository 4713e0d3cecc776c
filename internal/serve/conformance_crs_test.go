package serve_test

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"maille/internal/geo"
)

const unsupportedCRS = "http://www.opengis.net/def/crs/0/unsupported"

func escaped(text string) string { return url.QueryEscape(text) }

// OGC 18-058r1, annex A.
var crsTests = []abstractTest{
	{"crs-uri", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			for _, uri := range k.CRS {
				if u, err := url.Parse(uri); err != nil || !u.IsAbs() || !strings.HasPrefix(uri, "http://www.opengis.net/def/crs/") {
					t.Errorf("%s: crs %q", k.ID, uri)
				}
			}
		})
	}},
	{"default-crs", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if len(k.CRS) == 0 || !isCRS84(k.CRS[0]) {
				t.Errorf("%s: crs %v", k.ID, k.CRS)
			}
		})
	}},
	{"storageCrs", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if k.StorageCRS != "" && !slices.Contains(k.CRS, k.StorageCRS) {
				t.Errorf("%s: storageCrs %s is not in %v", k.ID, k.StorageCRS, k.CRS)
			}
		})
	}},
	{"crs-parameter", func(t *testing.T, c *candidate) {
		c.eachSystem(t, func(k *tested, uri string) {
			page := c.items(t, k, "crs", uri, "limit", "2")
			if got := page.header.Get("Content-Crs"); got != "<"+uri+">" {
				t.Errorf("%s in %s: Content-Crs %q", k.ID, uri, got)
			}
			for _, f := range page.Features {
				if a := c.ask(t, k, "/items/"+escaped(idText(f.ID)), "crs", uri); a.StatusCode != 200 || a.Header.Get("Content-Crs") != "<"+uri+">" {
					t.Errorf("%s: %s, Content-Crs %q", a.Request.URL, a.Status, a.Header.Get("Content-Crs"))
				}
			}
		})
	}},
	{"crs-parameter-default", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			page := c.items(t, k, "limit", "1")
			if !isHeader84(page.header) {
				t.Errorf("%s: Content-Crs %q", k.ID, page.header.Get("Content-Crs"))
			}
			for _, f := range page.Features {
				if a := c.ask(t, k, "/items/"+escaped(idText(f.ID))); !isHeader84(a.Header) {
					t.Errorf("%s: Content-Crs %q", a.Request.URL, a.Header.Get("Content-Crs"))
				}
			}
		})
	}},
	{"crs-parameter-invalid", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			c.refuse(t, k, "/items", "crs", unsupportedCRS)
			for _, f := range c.items(t, k, "limit", "1").Features {
				c.refuse(t, k, "/items/"+escaped(idText(f.ID)), "crs", unsupportedCRS)
			}
		})
	}},
	{"crs-parameter-transform", func(t *testing.T, c *candidate) {
		c.eachSystem(t, func(k *tested, uri string) {
			plain, there := c.items(t, k, "limit", "5"), c.items(t, k, "limit", "5", "crs", uri)
			if !slices.Equal(plain.ids(), there.ids()) {
				t.Errorf("%s in %s: %v, not %v", k.ID, uri, there.ids(), plain.ids())
				return
			}
			for i := range plain.Features {
				if d := apart(plain.Features[i].Geometry, there.Features[i].Geometry, uri); d > 1e-6 {
					t.Errorf("%s %v in %s: %g degrees from where it is", k.ID, plain.Features[i].ID, uri, d)
				}
			}
		})
	}},
	{"bbox-crs-parameter", func(t *testing.T, c *candidate) {
		c.eachSystem(t, func(k *tested, uri string) {
			box := k.box()
			if box == nil {
				return
			}
			w, h := box[2]-box[0], box[3]-box[1] // the middle of the extent, so that some are outside
			middle := []float64{box[0] + w/4, box[1] + h/4, box[2] - w/4, box[3] - h/4}
			there, ok := boxIn(middle, uri)
			if !ok {
				return
			}
			want := c.matched(t, k, "bbox", corners(middle))
			got := c.matched(t, k, "bbox", corners(there), "bbox-crs", uri)
			if math.Abs(float64(got-want)) > 0.1*float64(want)+1 { // the straight sides of one box are bent in the other
				t.Errorf("%s: %d in a box in %s, %d in CRS84", k.ID, got, uri, want)
			}
		})
	}},
	{"bbox-crs-parameter-default", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) {
			if k.box() == nil {
				return
			}
			plain := c.items(t, k, "bbox", corners(k.box()))
			said := c.items(t, k, "bbox", corners(k.box()), "bbox-crs", k.CRS[0])
			if !slices.Equal(plain.ids(), said.ids()) {
				t.Errorf("%s: %v, not %v", k.ID, said.ids(), plain.ids())
			}
		})
	}},
	{"bbox-crs-parameter-invalid", func(t *testing.T, c *candidate) {
		c.each(t, func(t *testing.T, k *tested) { c.refuse(t, k, "/items", "bbox", "0,0,1,1", "bbox-crs", unsupportedCRS) })
	}},
}

// isHeader84 holds Content-Crs to its form, <address>.
func isHeader84(h http.Header) bool {
	uri, bracketed := strings.CutPrefix(h.Get("Content-Crs"), "<")
	uri, closed := strings.CutSuffix(uri, ">")
	return bracketed && closed && isCRS84(uri)
}

// eachSystem runs a check on every system of every collection that has a place.
func (c *candidate) eachSystem(t *testing.T, check func(k *tested, uri string)) {
	c.each(t, func(_ *testing.T, k *tested) {
		if k.box() == nil {
			return
		}
		for _, uri := range k.CRS {
			check(k, uri)
		}
	})
}

// lonLat takes a position of a system to degrees; false when the test cannot.
func lonLat(uri string, x, y float64) (lon, lat float64, ok bool) {
	code, isEPSG := strings.CutPrefix(uri, "http://www.opengis.net/def/crs/EPSG/0/")
	number, _ := strconv.Atoi(code)
	switch {
	case isCRS84(uri):
		return x, y, true
	case number == 4326: // the authority has the latitude first
		return y, x, true
	case isEPSG:
		if crs, known := geo.OfEPSG(number); known {
			lon, lat = crs.LonLat(x, y)
			return lon, lat, true
		}
	}
	return 0, 0, false
}

// apart is how far the vertices of a geometry in a system are from those in CRS84, in degrees.
func apart(plain, there *shape, uri string) (most float64) {
	if plain == nil || there == nil {
		if plain != there {
			return 360
		}
		return 0
	}
	var want [][2]float64
	eachPosition(plain.Coordinates, func(x, y float64) { want = append(want, [2]float64{x, y}) })
	i := 0
	eachPosition(there.Coordinates, func(x, y float64) {
		if lon, lat, ok := lonLat(uri, x, y); ok && i < len(want) {
			most = max(most, math.Abs(lon-want[i][0]), math.Abs(lat-want[i][1]))
		}
		i++
	})
	if i != len(want) {
		return 360
	}
	return most
}

// boxIn takes a box to a system: the bounds of its corners. lonLat is turned round by Newton's method.
func boxIn(box []float64, uri string) ([]float64, bool) {
	bounds := []float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, corner := range [][2]float64{{box[0], box[1]}, {box[2], box[1]}, {box[0], box[3]}, {box[2], box[3]}} {
		x, y := 500_000.0, 5_000_000.0
		if _, _, ok := lonLat(uri, x, y); !ok {
			return nil, false
		}
		for range 50 {
			const step = 1.0
			lon, lat, _ := lonLat(uri, x, y)
			lonX, latX, _ := lonLat(uri, x+step, y)
			lonY, latY, _ := lonLat(uri, x, y+step)
			a, b, e, d := (lonX-lon)/step, (lonY-lon)/step, (latX-lat)/step, (latY-lat)/step
			u, v, det := corner[0]-lon, corner[1]-lat, a*d-b*e
			x, y = x+(d*u-b*v)/det, y+(a*v-e*u)/det
		}
		if lon, lat, _ := lonLat(uri, x, y); math.Abs(lon-corner[0])+math.Abs(lat-corner[1]) > 1e-7 {
			return nil, false
		}
		bounds = []float64{min(bounds[0], x), min(bounds[1], y), max(bounds[2], x), max(bounds[3], y)}
	}
	return bounds, true
}
