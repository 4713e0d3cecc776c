package serve

import (
	"slices"
	"testing"

	"maille/internal/dataset"
	"maille/internal/pmtiles"
)

// layerOf is one whose archive has these zooms.
func layerOf(t *testing.T, name, geometry, tiles string, first, last int) *tileLayer {
	t.Helper()
	d, err := dataset.Restore([]byte(`{"name":"`+name+`","title":"A","publication":{"key":["id"],"geometry":{"type":"`+geometry+`"},"tiles":`+tiles+`}}`),
		[]byte(`{"fields":[{"name":"id","type":"string"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return &tileLayer{page: page{d: d}, archive: &archive{tiles: &pmtiles.Archive{Header: pmtiles.Header{MinZoom: first, MaxZoom: last}}}}
}

// TestZoomsOf: several layers go on until the deepest ends, polygons for four zooms at most; one alone ends where it does.
func TestZoomsOf(t *testing.T) {
	points := layerOf(t, "points", "Point", `{"minzoom":5,"maxzoom":16}`, 5, 12) // live beyond
	shapes := layerOf(t, "shapes", "MultiPolygon", `{"minzoom":3,"maxzoom":12}`, 4, 12)
	coarse := layerOf(t, "coarse", "MultiPolygon", `{"minzoom":3,"maxzoom":10}`, 3, 10)
	few := layerOf(t, "few", "Point", `{"minzoom":3,"maxzoom":9}`, 3, 9)
	for _, c := range []struct {
		from   map[string]int
		layers []*tileLayer
		want   []tileZooms
	}{
		{nil, []*tileLayer{points, shapes, coarse, few}, []tileZooms{{5, 16}, {4, 16}, {3, 14}, {3, 16}}},
		{map[string]int{"shapes": 8}, []*tileLayer{shapes, coarse}, []tileZooms{{8, 12}, {3, 12}}},
		{nil, []*tileLayer{coarse}, []tileZooms{{3, 10}}},
		{nil, []*tileLayer{points}, []tileZooms{{5, 16}}},
		{nil, nil, []tileZooms{}},
	} {
		if got := (&tileNames{from: c.from}).zoomsOf(c.layers); !slices.Equal(got, c.want) {
			t.Errorf("%v, not %v", got, c.want)
		}
	}
}
