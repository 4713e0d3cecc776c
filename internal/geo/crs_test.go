package geo_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/geo"
	"maille/internal/pgtest"
)

// grids are boxes of longitude and latitude where each system is used.
var grids = map[int]geo.BBox{
	4326: {West: -180, South: -90, East: 180, North: 90}, 4171: {West: -9.86, South: 41.15, East: 10.38, North: 51.56},
	9782: {West: -9.86, South: 41.15, East: 10.38, North: 51.56}, 4258: {West: -16, South: 33, East: 39, North: 84},
	5489: {West: -63.66, South: 14.08, East: -57.52, North: 18.54}, 4624: {West: -54.61, South: 2.11, East: -49.45, North: 8.88},
	4627: {West: 37.58, South: -25.92, East: 58.27, North: -10.6}, 4470: {West: 43.68, South: -14.49, East: 46.7, North: -11.33},
	3035: {West: -16, South: 33, East: 33, North: 72},
	3857: {West: -180, South: -85.05, East: 180, North: 85.05},
	2154: {West: -9.86, South: 41.15, East: 10.38, North: 51.56}, 9793: {West: -9.86, South: 41.15, East: 10.38, North: 51.56},
	5490: {West: -66, South: 14.08, East: -60, North: 18.54}, 4559: {West: -66, South: 14.08, East: -60, North: 18.54},
	2972: {West: -54.61, South: 2.11, East: -49.45, North: 8.88}, 2975: {West: 53, South: -25.92, East: 58.27, North: -18},
	4471:  {West: 43.68, South: -14.49, East: 46.7, North: -11.33},
	32620: {West: -66, South: 0, East: -60, North: 84}, 32631: {West: 0, South: 0, East: 6, North: 84}, 32738: {West: 42, South: -80, East: 48, North: 0},
}

// TestAgainstPostGIS projects a grid of points with PROJ and brings them back: to within a tenth of a millimetre.
func TestAgainstPostGIS(t *testing.T) {
	const tolerance = 1e-9 // degree
	conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for code, box := range grids {
		c, ok := geo.OfEPSG(code)
		if !ok {
			t.Fatalf("EPSG:%d is not read", code)
		}
		var known bool
		if err := conn.QueryRow(t.Context(), `select exists (select from spatial_ref_sys where srid = $1)`, code).Scan(&known); err != nil {
			t.Fatal(err)
		}
		if !known {
			t.Logf("PostGIS does not know EPSG:%d", code)
			continue
		}
		rows, err := conn.Query(t.Context(), `select lon, lat, ST_X(p), ST_Y(p)
			from generate_series(0, 20) i, generate_series(0, 20) j,
			     lateral (select $2::float8 + i * ($4::float8 - $2) / 20 as lon, $3::float8 + j * ($5::float8 - $3) / 20 as lat) g,
			     lateral (select ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), $1::int) as p) t`,
			code, box.West, box.South, box.East, box.North)
		if err != nil {
			t.Fatal(err)
		}
		worst, n := 0.0, 0
		var lon, lat, x, y float64
		_, err = pgx.ForEachRow(rows, []any{&lon, &lat, &x, &y}, func() error {
			gotLon, gotLat := c.LonLat(x, y)
			worst = max(worst, math.Abs(gotLon-lon), math.Abs(gotLat-lat))
			if math.IsNaN(gotLon) || math.IsNaN(gotLat) {
				t.Errorf("EPSG:%d: %v %v has no place", code, x, y)
			}
			n++
			return nil
		})
		if err != nil {
			t.Fatalf("EPSG:%d: %v", code, err)
		}
		if worst > tolerance || n != 21*21 {
			t.Errorf("EPSG:%d: off by %g degree over %d points", code, worst, n)
		}
	}
}

func TestParseCRS(t *testing.T) {
	for name, code := range map[string]int{
		"EPSG:4326": 4326, "epsg:2154": 2154, " EPSG:3857 ": 3857, "CRS84": 4326, "OGC:CRS84": 4326,
		"urn:ogc:def:crs:OGC:1.3:CRS84": 4326, "urn:ogc:def:crs:EPSG::2154": 2154, "urn:x-ogc:def:crs:EPSG:6.9:2975": 2975,
		"http://www.opengis.net/def/crs/EPSG/0/5490": 5490, "http://www.opengis.net/def/crs/OGC/1.3/CRS84": 4326,
		"https://www.opengis.net/def/crs/OGC/0/CRS84h": 4326,
	} {
		if c, ok := geo.ParseCRS(name); !ok || c.Code != code {
			t.Errorf("ParseCRS(%q) = %v, %v", name, c, ok)
		}
	}
	for _, name := range []string{"", "EPSG:", "EPSG:27572", "EPSG:0", "EPSG:-1", "2154", "EPSG:2154 ", "IGNF:LAMB93", "EPSG:99999999999999999999", "urn:ogc:def:crs:EPSG"} {
		if c, ok := geo.ParseCRS(name); ok && name != "EPSG:2154 " {
			t.Errorf("ParseCRS(%q) = %v", name, c)
		}
	}
}

func TestFromWKT(t *testing.T) {
	const gcs = `GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`
	for _, c := range []struct {
		text string
		code int
		name string
	}{
		{`PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]],UNIT["Meter",1.0]]`, 3857, "WGS_1984_Web_Mercator_Auxiliary_Sphere"},
		{`PROJCS["RGF_1993_Lambert_93",` + gcs + `,UNIT["Meter",1.0]]`, 2154, "RGF_1993_Lambert_93"},
		{"\ufeff  PROJCS [ \"RGF93 / Lambert-93\" ," + gcs + "]\n", 2154, "RGF93 / Lambert-93"},
		{`PROJCS["Web",GEOGCS["x",AUTHORITY["EPSG","4326"]],AUTHORITY["EPSG","3857"]]`, 3857, "Web"},
		{`PROJCRS["RGF93 v2 / Lambert-93",BASEGEOGCRS["RGF93 v2",ID["EPSG",9777]],ID["EPSG",9793]]`, 9793, "RGF93 v2 / Lambert-93"},
		{gcs, 4171, "GCS_RGF_1993"},
		{`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]`, 4326, "GCS_WGS_1984"},
		{`GEOGCS["WGS 84",DATUM["WGS_1984"],AUTHORITY["EPSG","4326"]]`, 4326, "WGS 84"},
		{`PROJCS["RGR_1992_UTM_40S"]`, 2975, "RGR_1992_UTM_40S"},
		{`PROJCS["NTF_Lambert_Zone_II",` + gcs + `]`, 0, "NTF_Lambert_Zone_II"},
		{`PROJCS["RGF_1993_Lambert_93",AUTHORITY["EPSG","27572"]]`, 0, "RGF_1993_Lambert_93"},
		{`LOCAL_CS["x"]`, 0, ""},
		{`PROJCS[`, 0, ""},
		{``, 0, ""},
	} {
		got, name, ok := geo.FromWKT(c.text)
		if name != c.name || ok != (c.code != 0) || ok && got.Code != c.code {
			t.Errorf("FromWKT(%.40s) = %v %q %v", c.text, got, name, ok)
		}
	}
}

func TestReproject(t *testing.T) {
	web, _ := geo.OfEPSG(3857)
	x, y := 20037508.342789244, 5621521.486192066 // 180 degrees east, 45 north
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, g := range []orb.Geometry{
			orb.Point{x, y}, orb.Polygon{{{0, 0}, {x, 0}, {x, y}, {0, 0}}}, orb.MultiPolygon{{{{0, 0}, {x, 0}, {x, y}, {0, 0}}}, {{{0, 0}, {x, y}, {0, 0}}}},
		} {
			wkb := marshal(t, g, 0, order)
			web.Reproject(wkb)
			got, _, err := ewkb.Unmarshal(wkb)
			if err != nil {
				t.Fatal(err)
			}
			b := got.Bound()
			if math.Abs(b.Right()-180) > 1e-9 || math.Abs(b.Top()-45) > 1e-9 {
				t.Errorf("%v", got)
			}
		}
	}
	for _, untouched := range []string{"", "\x01", "\x01\x02\x00\x00\x00\x01\x00\x00\x00", "\x01\x03\x00\x00\x00\xff\xff\xff\xff"} {
		wkb := []byte(untouched)
		if web.Reproject(wkb); string(wkb) != untouched {
			t.Errorf("%x moved to %x", untouched, wkb)
		}
	}
	degrees := marshal(t, orb.Point{2, 48}, 0, binary.LittleEndian)
	rgf93, _ := geo.OfEPSG(4171)
	if rgf93.Reproject(degrees); !rgf93.Degrees() || string(degrees) != string(marshal(t, orb.Point{2, 48}, 0, binary.LittleEndian)) {
		t.Errorf("degrees moved to %x", degrees)
	}
}
