package geo_test

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"maille/internal/geo"
)

func TestSnap(t *testing.T) {
	for _, c := range []struct {
		name          string
		degrees, grid float64
		want          float64
	}{
		{"seven decimals stay themselves", 48.6329582, 1e-7, 48.6329582},
		{"the eighth is rounded", 48.63295824, 1e-7, 48.6329582},
		{"halves go away from zero", 2.5, 1, 3},
		{"below zero too", -2.5, 1, -3},
		{"a coarse decimal grid", 48.6329582, 1e-3, 48.633},
		{"a grid that is no power of ten", 2.3, 0.25, 2.25},
		{"a grid that no integer inverts", 1, 0.3, 0.8999999999999999},
		{"the antimeridian", -180, 1e-7, -180},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := geo.Snap(c.degrees, c.grid); got != c.want {
				t.Errorf("Snap(%v, %v) = %v, want %v", c.degrees, c.grid, got, c.want)
			}
		})
	}
}

// TestSnapGivesNearestDecimals: on a decimal grid a coordinate is the double that its decimals read as, so that it is
// written with them and nothing more, and snapping again changes nothing.
func TestSnapGivesNearestDecimals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		degrees := (r.Float64() - 0.5) * 360
		for _, grid := range []struct {
			step   float64
			places int
		}{{1e-7, 7}, {1e-6, 6}, {1e-5, 5}, {1e-3, 3}} {
			got := geo.Snap(degrees, grid.step)
			nearest, err := strconv.ParseFloat(strconv.FormatFloat(got, 'f', grid.places, 64), 64)
			if err != nil || got != nearest || geo.Snap(got, grid.step) != got || math.Abs(got-degrees) > grid.step*0.500001 {
				t.Fatalf("Snap(%v, %v) = %v", degrees, grid.step, got)
			}
		}
	}
}

// TestSnapHasOneZero: the Greenwich meridian crosses France, and minus zero is other bytes and another text.
func TestSnapHasOneZero(t *testing.T) {
	for _, grid := range []float64{1e-7, 0.3} {
		if math.Signbit(geo.Snap(-1e-9, grid)) {
			t.Errorf("Snap(-1e-9, %v) is minus zero", grid)
		}
	}
}

func TestPoint(t *testing.T) {
	wkb := geo.AppendPoint([]byte{7}, 2.4, -48.6)
	// Little-endian, point with SRID, 4326, then the two doubles.
	const want = "07" + "01" + "01000020" + "e6100000" + "3333333333330340" + "cdcccccccc4c48c0"
	if got := hex.EncodeToString(wkb); got != want {
		t.Fatalf("EWKB = %s, want %s", got, want)
	}
	if lon, lat, ok := geo.PointOf(wkb[1:]); !ok || lon != 2.4 || lat != -48.6 {
		t.Errorf("PointOf = %v %v %v", lon, lat, ok)
	}
}

func TestPointOfRefuses(t *testing.T) {
	point := geo.AppendPoint(nil, 1, 2)
	bigEndian := append([]byte{0}, point[1:]...)
	lineString := append([]byte{}, point...)
	lineString[1] = 2
	withoutSRID := append([]byte{}, point...)
	withoutSRID[4] = 0
	for name, wkb := range map[string][]byte{
		"nothing": nil, "a byte short": point[:24], "a byte more": append(append([]byte{}, point...), 0),
		"big-endian": bigEndian, "a line": lineString, "no SRID": withoutSRID,
	} {
		if _, _, ok := geo.PointOf(wkb); ok {
			t.Errorf("%s passes for a point", name)
		}
	}
}

func TestAppendPointJSON(t *testing.T) {
	for _, c := range []struct {
		lon, lat float64
		want     string
	}{
		{2.4, 48.6329582, `{"type":"Point","coordinates":[2.4,48.6329582]}`},
		{-180, 90, `{"type":"Point","coordinates":[-180,90]}`},
		{1e-7, -1e-7, `{"type":"Point","coordinates":[0.0000001,-0.0000001]}`},
		{0.1, 0.2, `{"type":"Point","coordinates":[0.1,0.2]}`},
	} {
		if got := string(geo.AppendPointJSON([]byte("x"), c.lon, c.lat)); got != "x"+c.want {
			t.Errorf("got %s, want x%s", got, c.want)
		}
	}
}

func TestPointJSONReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		lon, lat := (r.Float64()-0.5)*360, (r.Float64()-0.5)*180
		var g struct {
			Type        string
			Coordinates [2]float64
		}
		data := geo.AppendPointJSON(nil, lon, lat)
		if err := json.Unmarshal(data, &g); err != nil || g.Type != "Point" || g.Coordinates != [2]float64{lon, lat} {
			t.Fatalf("%v %v is written %s (%v)", lon, lat, data, err)
		}
	}
}
