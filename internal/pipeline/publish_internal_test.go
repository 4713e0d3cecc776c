package pipeline

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/tile"
)

// TestAZoomThatIsLeftOutIsLogged: an operator is told which zooms a map will not have, unless there is nothing to see.
func TestAZoomThatIsLeftOutIsLogged(t *testing.T) {
	d, err := dataset.Restore([]byte(`{"name": "lieux", "publication": {"key": ["id"], "geometry": {"type": "MultiPolygon"}, "tiles": {"minzoom": 5, "maxzoom": 7, "budget": 9000}}}`),
		[]byte(`{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		report tile.Report
		want   string
	}{
		{tile.Report{Features: 2, Unlocated: 1, LeftOut: []tile.LeftOut{{Zoom: 5, Where: "5/16/11", Bytes: 9001}},
			Zooms: []tile.Zoom{{Zoom: 6, Tiles: 2, Heaviest: 8000, Where: "6/32/22"}, {Zoom: 7, Tiles: 3, Heaviest: 700, Where: "7/64/44", Without: []string{"nom", "n"}}}},
			`level=INFO msg=tiles file=lieux.pmtiles features=2 unlocated=1 tiles=5 heaviest=8000 where=6/32/22
level=WARN msg="tiles lack properties: the budget has no room for them" file=lieux.pmtiles zoom=7 without="[nom n]" budget=9000
level=WARN msg="tiles left out: a zoom is not within the budget, or parted from the others" file=lieux.pmtiles zoom=5 where=5/16/11 bytes=9001 budget=9000
`},
		{tile.Report{Features: 1, Unlocated: 1}, "level=INFO msg=tiles file=lieux.pmtiles features=1 unlocated=1 tiles=0 heaviest=0 where=\"\"\n"},
	} {
		var log bytes.Buffer
		p := &Pipeline{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))}
		p.logTiles("lieux.pmtiles", d, &c.report)
		if got := log.String(); strings.TrimSpace(got) != strings.TrimSpace(c.want) {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
}
