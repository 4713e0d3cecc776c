package fault_test

import (
	"strings"
	"testing"

	"maille/internal/fault"
)

func TestNearest(t *testing.T) {
	names := []string{"bbox", "bbox-crs", "limit", "nom", "population", "q"}
	for wrong, want := range map[string]string{
		"limt": "limit", "LIMIT": "limit", "populaton": "population", "bbox_crs": "bbox-crs", "Q": "q", "x": "", "": "", "surface": "", "nm": "",
		strings.Repeat("population", 1000): "", "population" + strings.Repeat("x", 1000): "", "\xff\xfe": "",
	} {
		if got := fault.Nearest(wrong, names); got != want {
			t.Errorf("Nearest(%.30q) = %q, not %q", wrong, got, want)
		}
	}
}
