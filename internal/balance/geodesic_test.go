package balance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func TestDistanceIsThePublishedOne(t *testing.T) {
	var file struct {
		Cases []struct {
			Input    struct{ Lat1, Lon1, Lat2, Lon2 float64 }
			Expected struct {
				Metres float64 `json:"distance_m"`
			}
		}
	}
	readTestdata(t, "geodesic_distance_wgs84.json", &file)
	if len(file.Cases) < 20 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		a, b := Point{c.Input.Lon1, c.Input.Lat1}, Point{c.Input.Lon2, c.Input.Lat2}
		offBy(t, fmt.Sprint(a, b), Distance(a, b), c.Expected.Metres, 1e-6)
	}
}

// The pairs of geodesics.tsv are of the whole Earth, of France, near, nearly antipodal, on meridians, on the equator, at poles and
// around the antimeridian; GeographicLib 2.1 for Python gave the metres.
func TestDistanceIsGeographicLibs(t *testing.T) {
	text, err := os.ReadFile("testdata/geodesics.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")[1:]
	for _, line := range lines {
		var a, b Point
		var metres float64
		if _, err := fmt.Sscan(line, &a.Lon, &a.Lat, &b.Lon, &b.Lat, &metres); err != nil {
			t.Fatal(line, err)
		}
		offBy(t, line, Distance(a, b), metres, 5e-8)
		offBy(t, line+" back", Distance(b, a), metres, 5e-8)
	}
}

// Along the equator the geodesic is the equator, until it is shorter to leave it.
func TestDistanceAlongTheEquator(t *testing.T) {
	for lon, want := range map[float64]float64{90: math.Pi / 2 * equatorial, 179.3: 19959584.699233953, 179.5: 19980861.908890963,
		179.9: 20003008.42150941, 180: 20003931.458625447} {
		offBy(t, fmt.Sprint(lon), Distance(Point{0, 0}, Point{lon, 0}), want, 5e-8)
		offBy(t, fmt.Sprint(lon), Distance(Point{10, 0}, Point{10 - lon, 0}), want, 5e-8)
	}
}

func TestDistanceOfWhatIsNoPosition(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	here := Point{2, 48}
	for _, p := range []Point{{nan, 0}, {0, nan}, {inf, 0}, {0, -inf}, {0, 90.0001}} {
		if d := Distance(here, p) + Distance(p, here); !math.IsNaN(d) {
			t.Errorf("%v: %g", p, d)
		}
	}
	for _, same := range [][2]Point{{here, here}, {{180, 10}, {-180, 10}}, {{12, 90}, {-77, 90}}, {{362, 48}, here}} {
		if d := Distance(same[0], same[1]); d != 0 {
			t.Errorf("%v: %g", same, d)
		}
	}
}

// offBy allows a difference whatever the size, which closeTo does not.
func offBy(t *testing.T, what string, got, want, allowed float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= allowed) {
		t.Errorf("%s: %.12g, not %.12g", what, got, want)
	}
}

// A chord's geodesic may be off by less than a millimetre up to 100 km, whatever the direction and the place.
func TestAlongAChord(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	for _, bound := range []struct{ metres, off float64 }{{20e3, 1e-6}, {far, precise / 50}} {
		for range 4000 {
			a := Point{360 * draw.Float64(), math.Asin(2*draw.Float64()-1) / degree}
			reach := bound.metres * draw.Float64() / 111_700
			angle := 2 * math.Pi * draw.Float64()
			b := Point{a.Lon + reach*math.Cos(angle)/math.Max(0.01, math.Cos(a.Lat*degree)), a.Lat + reach*math.Sin(angle)}
			exact := Distance(a, b)
			if math.IsNaN(exact) || exact > bound.metres {
				continue
			}
			v, u := inSpace(a, 0), inSpace(b, 1)
			if got := v.along(&u, v.chord2(&u)); !(math.Abs(got-exact) <= bound.off) {
				t.Fatalf("%v %v: %.9f, want %.9f", a, b, got, exact)
			}
		}
	}
}

func FuzzDistance(f *testing.F) {
	f.Add(2.0, 48.0, 2.5, 48.5)
	f.Add(0.0, 0.0, 179.9, 0.1)
	f.Add(0.0, -90.0, 180.0, 90.0)
	f.Fuzz(func(t *testing.T, lon1, lat1, lon2, lat2 float64) {
		a, b := Point{lon1, lat1}, Point{lon2, lat2}
		d := Distance(a, b)
		if !a.known() || !b.known() {
			if !math.IsNaN(d) {
				t.Fatal(a, b, d)
			}
			return
		}
		v, u := inSpace(a, 0), inSpace(b, 1)
		chord := math.Sqrt(v.chord2(&u))
		if !(d >= chord-1e-7 && d <= math.Pi*equatorial) || math.Abs(d-Distance(b, a)) > 1e-7 {
			t.Fatalf("%v %v: %g, back %g, chord %g", a, b, d, Distance(b, a), chord)
		}
	})
}
