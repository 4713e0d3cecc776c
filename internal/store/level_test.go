package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/store"
)

var areas = described{name: "areas", columns: []string{"id integer"}, publication: `"geometry": {"type": "MultiPolygon", "generalise": [0.5, 1]}`}

// threeAreas are two squares and a row without geometry, sealed; the squares' ranks are given too.
func threeAreas(t *testing.T, db *store.DB, d *dataset.Dataset) (v release.Version, ords []int64) {
	t.Helper()
	v = load(t, db, d, row(1, square(t, 0, 0, 1, 1), 1), row(2, square(t, 20, 0, 21, 1), 2), row(3, nil, 3))
	for _, f := range read(t, db, v, d, dataset.Query{Geometry: dataset.AsWKB}) {
		if f.WKB != nil {
			ords = append(ords, f.Ord)
		}
	}
	return v, ords
}

// triangles stand for rows: another shape than theirs, so that a test sees which one it reads.
func triangles(t *testing.T, ords []int64) func(func(int64, []byte) bool) {
	shape := polygons(t, "[[[[0,0],[1,1],[1,0],[0,0]]]]")
	return func(yield func(int64, []byte) bool) {
		for _, ord := range ords {
			if !yield(ord, shape) {
				return
			}
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, areas)
	v, ords := threeAreas(t, db, d)
	levels := func() []float64 {
		standing, err := db.Levels(t.Context(), v, d.Levels())
		if err != nil {
			t.Fatal(err)
		}
		return standing
	}
	if got := levels(); len(got) != 0 {
		t.Fatalf("levels before any was added: %v", got)
	}
	var wait sync.WaitGroup
	failures := make([]error, 4)
	for i := range failures { // programs that publish at the same time
		wait.Go(func() { failures[i] = db.AddLevel(t.Context(), v, d, 1, triangles(t, ords)) })
	}
	wait.Wait()
	if err := errors.Join(failures...); err != nil {
		t.Fatal(err)
	}
	if got := levels(); !slices.Equal(got, []float64{1}) {
		t.Errorf("levels %v", got)
	}
	if n := one[int](t, conn, `select count(*) from data.`+quoted(v)); n != 2 {
		t.Errorf("%d rows", n)
	}
	if got, want := texts(t, db, v, d, 1), []string{ // counter-clockwise, as RFC 7946 §3.1.6 asks
		`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`, `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}`, ""}; !slices.Equal(got, want) {
		t.Errorf("the level reads\n%q", got)
	}
	if got := texts(t, db, v, d, 0); slices.Equal(got, texts(t, db, v, d, 1)) || len(got) != 3 {
		t.Errorf("the geometry itself reads\n%q", got)
	}
}

// TestLevelIsWholeOrNot: a level that fails leaves nothing, and can be added afterwards.
func TestLevelIsWholeOrNot(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{Connections: 2})
	d := describe(t, areas)
	v, ords := threeAreas(t, db, d)
	broken := func(yield func(int64, []byte) bool) {
		_ = yield(ords[0], polygons(t, "[[[[0,0],[1,1],[1,0],[0,0]]]]")) && yield(ords[1], []byte("no geometry"))
	}
	for range 3 { // connections come back
		if err := db.AddLevel(t.Context(), v, d, 0.5, broken); err == nil {
			t.Fatal("what is no geometry was taken")
		}
	}
	if got, err := db.Levels(t.Context(), v, d.Levels()); err != nil || len(got) != 0 {
		t.Errorf("levels %v, %v", got, err)
	}
	if err := db.AddLevel(t.Context(), v, d, 0.5, triangles(t, ords)); err != nil {
		t.Error(err)
	}
}

// TestLevelWithBox: the filter looks at the geometry itself, whatever level is read.
func TestLevelWithBox(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, areas)
	v, ords := threeAreas(t, db, d)
	if err := db.AddLevel(t.Context(), v, d, 1, triangles(t, ords)); err != nil {
		t.Fatal(err)
	}
	box := geo.BBox{West: 20.2, South: 0.2, East: 20.8, North: 0.8}
	got := integers(read(t, db, v, d, dataset.Query{BBox: &box, Limit: 10, Geometry: dataset.AsGeoJSON, Level: 1}))
	slices.Sort(got)
	if !slices.Equal(got, []int64{2, 3}) {
		t.Errorf("rows %v", got)
	}
}

func texts(t *testing.T, db *store.DB, v release.Version, d *dataset.Dataset, level float64) (all []string) {
	t.Helper()
	for _, f := range read(t, db, v, d, dataset.Query{Geometry: dataset.AsGeoJSON, Level: level}) {
		all = append(all, string(f.GeoJSON))
	}
	return all
}

func quoted(v release.Version) string { return `"` + v.String() + `~g"` }
