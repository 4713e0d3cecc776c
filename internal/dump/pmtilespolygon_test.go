package dump_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pmtiles"
	"maille/internal/schema"
	"maille/internal/tile"
)

// zoned are polygons with a border between each and the next one, the first with a hole and the second of two parts; one is
// too small to draw, one is nowhere. Its descriptor says more of what is published.
func zoned(t testing.TB, more string) (*dataset.Dataset, []*dataset.Feature) {
	t.Helper()
	d, err := dataset.Restore([]byte(`{"name": "zones", "title": "Zones", "publication": {"key": ["id"], "geometry": {"type": "MultiPolygon"},
		"tiles": {"minzoom": 5, "maxzoom": 8, "properties": ["id", "n"], "from": {"n": 6}}`+more+`}}`),
		[]byte(`{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}, {"name": "nom", "type": "string"}, {"name": "n", "type": "integer"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	hole := box(0.2, 45.2, 0.5)
	slices.Reverse(hole)
	shapes := [][][][][2]float64{{{box(0, 45, 1), hole}}, {{box(1, 45, 1)}, {box(1, 47, 1)}}, {{box(2, 45, 1)}}, {{box(5, 45, 0.0001)}}, nil}
	var all []*dataset.Feature
	for i, polygons := range shapes {
		f := &dataset.Feature{Ord: int64(i + 1), Values: []schema.Value{schema.Text(fmt.Sprint("z", i)), schema.Text(fmt.Sprint("Zone ", i)), schema.Int(int64(i))}}
		if polygons != nil {
			f.WKB = multiPolygon(polygons)
		}
		all = append(all, f)
	}
	return d, all
}

// TestPMTilesOfPolygons: an archive of polygons is what it says, with a layer of labels where something is written and none
// where nothing is.
func TestPMTilesOfPolygons(t *testing.T) {
	for _, c := range []struct {
		because, more string
		want          map[string][]string // fields by layer
	}{
		{"a title", `, "title": "nom"`, map[string][]string{"zones": {"_reduit", "id", "n"}, "zones-etiquettes": {"id", "nom"}}},
		{"the key for a label", `, "style": {"label": "id"}`, map[string][]string{"zones": {"_reduit", "id", "n"}, "zones-etiquettes": {"id"}}},
		{"no title", ``, map[string][]string{"zones": {"_reduit", "id", "n"}}},
		{"no label", `, "title": "nom", "style": {"label": "-"}`, map[string][]string{"zones": {"_reduit", "id", "n"}}},
	} {
		d, all := zoned(t, c.more)
		content := content(d, features(all, nil))
		content.Extent = &geo.BBox{West: 0, South: 45, East: 5.0001, North: 48}
		_, a := archived(t, content)
		text, err := a.Metadata()
		if err != nil {
			t.Fatal(err)
		}
		var about struct {
			Layers []struct {
				ID     string
				Fields map[string]string
			} `json:"vector_layers"`
		}
		if err := json.Unmarshal(text, &about); err != nil {
			t.Fatal(err)
		}
		said := map[string][]string{}
		for _, l := range about.Layers {
			for field := range l.Fields {
				said[l.ID] = append(said[l.ID], field)
			}
			slices.Sort(said[l.ID])
		}
		if found := carried(t, a); fmt.Sprint(said) != fmt.Sprint(c.want) || fmt.Sprint(found) != fmt.Sprint(c.want) {
			t.Errorf("%s: the archive says %v and has %v, want %v", c.because, said, found, c.want)
		}
	}
}

// carried are the properties that tiles have, by layer.
func carried(t testing.TB, a *pmtiles.Archive) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for id := range uint64(1 << 17) {
		at, _ := pmtiles.TileOf(id)
		gzipped, err := a.Tile(at)
		if err != nil {
			t.Fatal(err)
		}
		if gzipped == nil {
			continue
		}
		layers, err := mvt.UnmarshalGzipped(gzipped)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range layers {
			for _, f := range l.Features {
				for name := range f.Properties {
					if !slices.Contains(found[l.Name], name) {
						found[l.Name] = append(found[l.Name], name)
					}
				}
			}
			slices.Sort(found[l.Name])
		}
	}
	return found
}

// TestPMTilesMade: who waits is told of every tile, before any is written.
func TestPMTilesMade(t *testing.T) {
	places, few := tiled(t, 1000)
	zones, all := zoned(t, `, "title": "nom"`)
	for _, c := range []struct {
		*dataset.Dataset
		features []*dataset.Feature
	}{{places, few}, {zones, all}} {
		var made, before atomic.Int64
		var report *tile.Report
		content := content(c.Dataset, features(c.features, nil))
		content.Made = func(bytes int) { made.Add(int64(bytes)) }
		content.Work = func(int64) error { before.CompareAndSwap(0, made.Load()); return nil }
		content.Tiled = func(r *tile.Report) { report = r }
		archived(t, content)
		total := int64(0)
		for _, z := range report.Zooms {
			total += z.Bytes
		}
		if total == 0 || made.Load() < total || before.Load() != made.Load() {
			t.Errorf("%s: told of %d bytes of %d, of %d before the first is written", c.Name, made.Load(), total, before.Load())
		}
	}
}
