package tile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"maille/internal/dataset"
	"maille/internal/tile"
)

// squares are some in a row, in CRS84.
func squares(n int) (shapes []orb.MultiPolygon) {
	for i := range n {
		x := 2 + float64(i)/100
		shapes = append(shapes, orb.MultiPolygon{{{{x, 48}, {x + 0.01, 48}, {x + 0.01, 48.01}, {x, 48.01}, {x, 48}}}})
	}
	return shapes
}

var land = []orb.MultiPolygon{{{{{2, 48}, {4, 48}, {4, 50}, {2, 50}, {2, 48}}}}}

// heavy are shapes of which one has a long name.
func heavy(shapes []orb.MultiPolygon, which int64, bytes int) tile.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		for f := range featuresOf(shapes) {
			if f.Ord == which+1 {
				f.Values[1] = noise(bytes)
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// unlabelled are shapes whose properties begin somewhere, within 1500 bytes.
func unlabelled(t testing.TB, from string) *dataset.Dataset {
	t.Helper()
	return restore(t, fmt.Sprintf(`{"name": "communes", "title": "Communes", "publication": {"key": ["code"], "geometry": {"type": "MultiPolygon"},
		"tiles": {"minzoom": 5, "maxzoom": 12, "properties": ["code", "nom"], "from": {%s}, "budget": 1500}}}`, from), shapesSchema)
}

// TestAHeavyFeatureTakesNoZoom: where one says too much, features go without; before that has begun, nothing changes.
func TestAHeavyFeatureTakesNoZoom(t *testing.T) {
	b := buildTiles(t, unlabelled(t, `"nom": 8`), heavy(squares(20), 7, 3000))
	if len(b.report.Zooms) != 8 || len(b.report.LeftOut) > 0 {
		t.Fatalf("%+v", b.report)
	}
	for _, z := range b.report.Zooms {
		want := []string{"nom"}
		if z.Zoom < 8 {
			want = nil
		}
		if !slices.Equal(z.Without, want) || z.Cell > 0 || z.Heaviest > 1500 || z.Kept+z.Reduced != 20 {
			t.Errorf("%+v", z)
		}
	}
	for at, layers := range b.tiles {
		for _, f := range layers[0].Features {
			if f.Properties["code"] == nil || f.Properties["nom"] != nil {
				t.Fatalf("%v: %+v", at, f)
			}
		}
	}
}

// TestAZoomOverTheBudgetTakesNoOther: those further out are made.
func TestAZoomOverTheBudgetTakesNoOther(t *testing.T) {
	b := buildTiles(t, unlabelled(t, `"code": 11`), func(yield func(*dataset.Feature, error) bool) {
		for f := range featuresOf(squares(20)) {
			if f.Ord == 8 {
				f.Values[0] = noise(3000)
			}
			if !yield(f, nil) {
				return
			}
		}
	})
	zooms, left := b.report.Zooms, b.report.LeftOut
	if len(zooms) != 6 || zooms[0].Zoom != 5 || zooms[5].Zoom != 10 || len(left) != 2 {
		t.Fatalf("%+v", b.report)
	}
	for i, l := range left {
		if l.Zoom != 11+i || l.Bytes <= 1500 || !strings.HasPrefix(l.Where, fmt.Sprint(l.Zoom, "/")) {
			t.Errorf("%+v", l)
		}
	}
}

// TestLongestRun: an archive has no gap, and the zooms that one parts from the others are left out with it.
func TestLongestRun(t *testing.T) {
	for held, want := range map[string]string{"+++": "+++", "+-++": "  ++", "++-+": "++  ", "+-+": "  +", "-": " ", "": "", "++-++-+": "   ++  ", "--+": "  +"} {
		if got := tile.LongestRun(held); got != want {
			t.Errorf("%q of %q, want %q", got, held, want)
		}
	}
}

// TestWithoutLabels: a layer that nobody declares is not there.
func TestWithoutLabels(t *testing.T) {
	for at, layers := range buildTiles(t, unlabelled(t, ""), featuresOf(land)).tiles {
		if len(layers) != 1 || layers[0].Name != "communes" {
			t.Fatalf("%v has %d layers", at, len(layers))
		}
	}
	for _, layers := range buildTiles(t, shapesDataset(t, 9, 9, 0), featuresOf(land)).tiles {
		if len(layers) > 1 {
			return
		}
	}
	t.Error("there is no label")
}

// TestTooManyPieces: what a zoom holds in memory is bounded, and so are the numbers that order has bits for.
func TestTooManyPieces(t *testing.T) {
	defer tile.SetMostPieces(1000)()
	if r := buildTiles(t, shapesDataset(t, 5, 10, 0), featuresOf(land)).report; len(r.Zooms) != 6 {
		t.Errorf("%+v", r)
	}
	_, err := tile.Build(shapesDataset(t, 5, 14, 0), featuresOf(land), tile.Options{Folder: t.TempDir()}, nil)
	if err == nil || !strings.Contains(err.Error(), "at zoom 1") {
		t.Errorf("%v", err)
	}
}
