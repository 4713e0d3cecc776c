package dataset_test

import (
	"testing"

	"maille/internal/dataset"
)

func TestLevel(t *testing.T) {
	d := &dataset.Dataset{}
	d.Publication.Geometry = &dataset.Geometry{Type: "MultiPolygon", Generalise: []float64{0.001, 0.004}}
	for _, c := range []struct{ offset, level float64 }{
		{0, 0}, {0.0009, 0}, {0.001, 0.001}, {0.0039, 0.001}, {0.004, 0.004}, {90, 0.004},
	} {
		if got := d.Level(c.offset); got != c.level {
			t.Errorf("an offset of %g gives the level %g, not %g", c.offset, got, c.level)
		}
	}
	for _, none := range []*dataset.Dataset{{}, published(t).Get("lieux-mediation"), published(t).Get("communes-cog")} {
		if got := none.Level(1); got != 0 {
			t.Errorf("%s has the level %g", none.Name, got)
		}
	}
}
