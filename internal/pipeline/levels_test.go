package pipeline_test

import (
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
)

// TestLevelsAreThoseOfTheLoad: what is served goes by the descriptor of the load, whatever the registry says since.
func TestLevelsAreThoseOfTheLoad(t *testing.T) {
	t.Parallel()
	zones := func(levels string) *dataset.Registry {
		return load(dataset.Files{
			Datasets: fstest.MapFS{"zones.json": descriptor("zones", `"resources": [{"path": "zones.geojson", "format": "geojson"}]`,
				`"key": ["id"], "geometry": {"type": "MultiPolygon"`+levels+`}`)},
			Schemas: fstest.MapFS{"zones.json": fields("id string")},
		})
	}
	w := build(t, zones(`, "generalise": [0.01]`))
	w.put("zones.geojson", `{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": "a"},
		"geometry": {"type": "MultiPolygon", "coordinates": [[[[2, 48], [3, 48], [3, 49], [2, 49], [2, 48]]]]}}]}`)
	w.expect(t, w.run(t), map[string]string{"zones": "sealed"})
	w.Registry = zones("")
	w.publish(t)
	if n := one[int](t, w.conn, "select count(*) from pg_tables where schemaname = 'data' and tablename like 'zones@%~g'"); n != 1 {
		t.Errorf("%d tables of levels", n)
	}
}
