package geo

import (
	"math"
	"testing"
)

func close9(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance || math.IsNaN(got) {
		t.Errorf("%s = %.9f, want %.9f", name, got, want)
	}
}

// TestWorkedExamples are those of EPSG Guidance Note 7-2; they are given to the centimetre, 1e-7 degree.
func TestWorkedExamples(t *testing.T) {
	const tolerance = 2e-7
	lon, lat := pseudoMercator(-11169055.58, 2800000.00)
	close9(t, "Pseudo-Mercator longitude", lon, -(100 + 20.0/60), tolerance)
	close9(t, "Pseudo-Mercator latitude", lat, 24+22.0/60+54.433/3600, tolerance)

	europe := newEqualArea(grs80, 52, 10, 4_321_000, 3_210_000)
	lon, lat = europe.inverse(3962799.45, 2999718.85)
	close9(t, "European longitude", lon, 5, tolerance)
	close9(t, "European latitude", lat, 50, tolerance)

	clarke := ellipsoid{20925832.16, 1 / 294.97870} // Clarke 1866, in feet
	texas := newConic(clarke, 27+50.0/60, -99, 28+23.0/60, 30+17.0/60, 2_000_000, 0)
	lon, lat = texas.inverse(2963503.91, 254759.80)
	close9(t, "Texas longitude", lon, -96, tolerance)
	close9(t, "Texas latitude", lat, 28.5, tolerance)

	airy := ellipsoid{6377563.396, 1 / 299.3249646}
	const scale = 0.9996012717
	british := newTransverse(airy, -2, scale, 400_000, -100_000-scale*meridian(airy, 49))
	lon, lat = british.inverse(577274.99, 69740.50)
	close9(t, "British longitude", lon, 0.5, tolerance)
	close9(t, "British latitude", lat, 50.5, tolerance)
}

// meridian is the length of the arc from the equator, by Simpson's rule.
func meridian(s ellipsoid, degrees float64) float64 {
	const steps = 10_000
	e2, h := s.f*(2-s.f), degrees/radian/steps
	sum := 0.0
	for i := range steps + 1 {
		weight := float64(2 + 2*(i%2))
		if i == 0 || i == steps {
			weight = 1
		}
		sum += weight / math.Pow(1-e2*math.Pow(math.Sin(float64(i)*h), 2), 1.5)
	}
	return s.a * (1 - e2) * sum * h / 3
}

// TestNoPlace: what is no position of a projection is refused later, and ends now.
func TestNoPlace(t *testing.T) {
	for code, c := range systems {
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300} {
			if lon, lat := c.LonLat(x, x); InRange(lon, lat) {
				t.Errorf("EPSG:%d: %v is at %v %v", code, x, lon, lat)
			}
		}
	}
}
