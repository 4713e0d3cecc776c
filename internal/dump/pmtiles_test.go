package dump_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"reflect"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
	"maille/internal/pmtiles"
	"maille/internal/schema"
	"maille/internal/tile"
)

const (
	placesDescriptor = `{"name": "lieux", "title": "Lieux d'aide", "description": "Où l'on est aidé.", "licenses": [{"name": "etalab-2.0", "title": "Licence Ouverte 2.0"}],
		"sources": [{"title": "A & B"}, {"title": "C"}], "publication": {"key": ["id"], "title": "nom", "geometry": {"type": "Point"},
		"tiles": {"minzoom": 4, "maxzoom": 9, "prerender": 8, "properties": ["id", "nom", "n", "services"], "from": {"services": 7}, "sums": ["n"]}}}`
	placesSchema = `{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}, {"name": "nom", "title": "Nom", "type": "string"},
		{"name": "n", "title": "Places", "unit": "sièges", "type": "integer"}, {"name": "services", "title": "Services", "type": "list", "delimiter": "|"}, {"name": "secret", "type": "string"}]}`
)

// tiled are places here and there, one of them nowhere.
func tiled(t testing.TB, n int) (*dataset.Dataset, []*dataset.Feature) {
	t.Helper()
	d, err := dataset.Restore([]byte(placesDescriptor), []byte(placesSchema))
	if err != nil {
		t.Fatal(err)
	}
	all := make([]*dataset.Feature, n)
	for i := range all {
		all[i] = &dataset.Feature{Ord: int64(i + 1), WKB: geo.AppendPoint(nil, 2+float64(i%100)/100, 48+float64(i/100)/100),
			Values: []schema.Value{schema.Text(string(rune('a' + i%26))), schema.Text("Lieu"), schema.Int(2), schema.Joined("a|b"), schema.Text("s")}}
	}
	if n > 0 {
		all[0].WKB = nil
	}
	return d, all
}

func archived(t testing.TB, c *dump.Content) ([]byte, *pmtiles.Archive) {
	t.Helper()
	c.Folder = t.TempDir()
	var b bytes.Buffer
	if _, err := dump.PMTiles.Write(&b, c); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(c.Folder); err != nil || len(left) > 0 {
		t.Errorf("%d files stay (%v)", len(left), err)
	}
	if _, err := pmtiles.Verify(bytes.NewReader(b.Bytes()), int64(b.Len())); err != nil {
		t.Fatal(err)
	}
	a, err := pmtiles.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), a
}

// TestPMTiles: an archive holds what it promises, says of itself what people and maps ask, and accounts for each feature.
func TestPMTiles(t *testing.T) {
	d, all := tiled(t, 1000)
	c := content(d, features(all, nil))
	c.Extent = &geo.BBox{West: 2, South: 48, East: 2.99, North: 48.09}
	c.About.Version = "lieux@0123456789ab"
	var told *tile.Report
	c.Tiled = func(r *tile.Report) { told = r }
	data, a := archived(t, c)
	if again, _ := archived(t, c); !bytes.Equal(data, again) {
		t.Error("the same features make other bytes")
	}
	if a.MinZoom != 4 || a.MaxZoom != 8 || a.Bounds != *c.Extent {
		t.Errorf("%+v", a.Header)
	}
	text, err := a.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Name, Description, Attribution, Type, Version string
		Layers                                        []struct {
			ID, Description  string
			MinZoom, MaxZoom int
			Fields           map[string]string
		} `json:"vector_layers"`
		Maille struct {
			Dataset, Version string
			Report           tile.Report
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "Lieux d'aide" || got.Description != "Où l'on est aidé." || got.Attribution != "A &amp; B ; C (Licence Ouverte 2.0)" || got.Type != "overlay" ||
		got.Version != "lieux@0123456789ab" || got.Maille.Dataset != "lieux" || got.Maille.Version != "lieux@0123456789ab" {
		t.Errorf("%s", text)
	}
	want := map[string]string{"id": "id", "nom": "Nom", "n": "Places (sièges) ; somme, pour un point qui en représente plusieurs",
		"services": "Services, séparés par « | » ; à partir du zoom 7", "_nombre": "Nombre d'objets que le point représente"}
	if len(got.Layers) != 1 || got.Layers[0].ID != "lieux" || got.Layers[0].MinZoom != 4 || got.Layers[0].MaxZoom != 8 || !maps.Equal(got.Layers[0].Fields, want) {
		t.Errorf("%+v", got.Layers)
	}
	if told == nil || len(told.Zooms) != 5 || told.Features != 1000 || told.Unlocated != 1 || !reflect.DeepEqual(got.Maille.Report.Zooms, told.Zooms) {
		t.Errorf("%+v, told %+v", got.Maille.Report, told)
	}
}

// TestPMTilesOfNothing: a version without a shape has its archive, of empty tiles, at the zooms of its dataset.
func TestPMTilesOfNothing(t *testing.T) {
	for _, n := range []int{0, 1} {
		d, all := tiled(t, n)
		_, a := archived(t, content(d, features(all, nil)))
		if a.MinZoom != 4 || a.MaxZoom != 8 || a.Contents != 1 || a.Addressed != 5 {
			t.Errorf("%+v", a.Header)
		}
	}
}

func TestPMTilesFails(t *testing.T) {
	d, all := tiled(t, 1000)
	broke := errors.New("the connection broke")
	c := content(d, features(all, broke))
	c.Folder = t.TempDir()
	var b bytes.Buffer
	if _, err := dump.PMTiles.Write(&b, c); !errors.Is(err, broke) || b.Len() > 0 {
		t.Errorf("%d bytes (%v)", b.Len(), err)
	}
	c.Features = features(all, nil)
	if _, err := dump.PMTiles.Write(&narrow{room: 100}, c); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	said := int64(0)
	c.Work = func(n int64) error { said += n; return nil }
	if rows, err := dump.PMTiles.Write(io.Discard, c); rows != 1000 || err != nil || said == 0 {
		t.Errorf("%d rows, %d bytes of work (%v)", rows, said, err)
	}
	c.Work = func(int64) error { return errFull }
	if _, err := dump.PMTiles.Write(io.Discard, c); !errors.Is(err, errFull) {
		t.Errorf("no room for the work: %v", err)
	}
	if left, err := os.ReadDir(c.Folder); err != nil || len(left) > 0 {
		t.Errorf("%d files stay (%v)", len(left), err)
	}
}
