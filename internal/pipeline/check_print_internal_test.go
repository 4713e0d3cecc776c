package pipeline

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// TestPrintsOfRows: what differs in a file differs in its print; what readers may see otherwise does not.
func TestPrintsOfRows(t *testing.T) {
	d, err := dataset.Restore([]byte(`{"name": "lieux", "publication": {"key": ["id"]}}`), []byte(`{"fields": [{"name": "id", "type": "string"}, {"name": "n", "type": "number"}, {"name": "m", "type": "string"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	square := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}, {{.2, .2}, {.2, .4}, {.4, .4}, {.2, .2}}}}
	turned, moved := orb.Clone(square).(orb.MultiPolygon), orb.Clone(square).(orb.MultiPolygon)
	turned[0][0].Reverse()
	moved[0][1][1][1] += 1e-7
	given := func(wkb []byte, json string, values ...schema.Value) printed {
		p := newRowsPrint(d)
		p.see(&dataset.Feature{Values: values, WKB: wkb, GeoJSON: []byte(json)})
		return p.sums()
	}
	back := func(wkb []byte, json string, cells ...string) printed {
		p := newRowsPrint(d)
		p.row(&dataset.Row{Cells: cells, WKB: wkb, Geometry: []byte(json)}, true)
		return p.sums()
	}
	values := []schema.Value{schema.Text("a\r\nb"), schema.Float(48), {}}
	want := given(ewkb.MustMarshal(square, 4326), "{}", values...)
	for _, c := range []struct {
		name string
		back printed
		same bool
	}{
		{"as they are", back(ewkb.MustMarshal(square, 4326), "{}", "a\r\nb", "48.0", ""), true},
		{"without an SRID, its rings turned, line breaks of one character, numbers as they may be", back(ewkb.MustMarshal(turned, 0), "{}", "a\nb", "48", ""), true},
		{"another coordinate", back(ewkb.MustMarshal(moved, 4326), "{}", "a\nb", "48", ""), false},
		{"a geometry that is cut", back(ewkb.MustMarshal(square, 4326)[:60], "{}", "a\nb", "48", ""), false},
		{"no geometry", back(nil, "{}", "a\nb", "48", ""), false},
		{"another GeoJSON", back(ewkb.MustMarshal(square, 4326), "{ }", "a\nb", "48", ""), false},
		{"another number", back(ewkb.MustMarshal(square, 4326), "{}", "a\nb", "48.1", ""), false},
		{"a cell in another column", back(ewkb.MustMarshal(square, 4326), "{}", "a\nb", "", "48.0"), false},
	} {
		if (c.back == want) != c.same {
			t.Errorf("%s: %+v, %+v", c.name, c.back, want)
		}
	}
	if point := ewkb.MustMarshal(orb.Point{1, 2}, 4326); positions(point) == positions(ewkb.MustMarshal(orb.Point{2, 1}, 4326)) || positions(point) != positions(ewkb.MustMarshal(orb.Point{1, 2}, 0)) {
		t.Error("points")
	}
}
