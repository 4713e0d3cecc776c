package serve_test

import "testing"

// TestUnits: what schemas call km² and habitants, JSON Schemas say in UCUM.
func TestUnits(t *testing.T) {
	w := sample(t)
	for name, want := range map[string]string{"surface_km2": "km2", "population": "{habitants}"} {
		s := parse[struct {
			Properties map[string]struct {
				Unit string `json:"x-ogc-unit"`
			}
		}](t, w.address+"/collections/communes/schema")
		if got := s.Properties[name].Unit; got != want {
			t.Errorf("%s is in %q, not %q", name, got, want)
		}
	}
}
