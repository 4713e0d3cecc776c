package dump_test

import (
	"bytes"
	"strings"
	"testing"

	"maille/internal/dump"
	"maille/internal/geo"
)

// TestGeoJSONSaysItsSystem as GeoJSON of 2008 did, where it is none of RFC 7946's and x comes first.
func TestGeoJSONSaysItsSystem(t *testing.T) {
	for code, want := range map[int]string{
		0: "", 4326: "", // CRS84, and latitudes first
		2154: `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2154"}},`,
		3857: `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},`,
	} {
		c := of(t, layer(t, "Point"), given(placed(t, 1, "Point"), nil))
		for _, crs := range geo.OGCCRSs {
			if crs.Code == code && crs != geo.OGCCRSs[0] {
				c.CRS = crs
			}
		}
		for _, bare := range []bool{false, true} {
			if c.Geometries = !bare; bare {
				want = ""
			}
			var b bytes.Buffer
			if _, err := dump.WriteGeoJSON(&b, c); err != nil || !strings.HasPrefix(b.String(), `{"type":"FeatureCollection",`+want+`"features":[`) {
				t.Errorf("in %d: %.120s (%v)", code, b.String(), err)
			}
		}
	}
}
