package store_test

import (
	"fmt"
	"math"
	"testing"

	"maille/internal/dataset"
	"maille/internal/store"
)

func rowsOf(from, to int) (rows []*dataset.Feature) {
	for i := from; i < to; i++ {
		rows = append(rows, row(int64(i+1), nil, fmt.Sprintf("k%05d", i), "x"))
	}
	return rows
}

func TestVanished(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, plain)
	all := load(t, db, d, rowsOf(0, 1000)...)
	for _, c := range []struct {
		from, to int
		want     float64
	}{{0, 2000, 0}, {0, 750, 0.25}, {500, 1500, 0.5}, {1000, 1100, 1}} {
		other := load(t, db, d, rowsOf(c.from, c.to)...)
		if share, err := db.Vanished(t.Context(), all, other, d, d); err != nil || share != c.want {
			t.Errorf("of 0 to 1000, %d to %d: %g, want %g, %v", c.from, c.to, share, c.want, err)
		}
	}
	if share, err := db.Vanished(t.Context(), load(t, db, d), all, d, d); err != nil || share != 0 {
		t.Errorf("of none: %g, %v", share, err)
	}
}

func TestVanishedOfManyIsAskedOfSome(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, plain)
	all, third := load(t, db, d, rowsOf(0, 120_000)...), load(t, db, d, rowsOf(40_000, 120_000)...)
	if share, err := db.Vanished(t.Context(), all, third, d, d); err != nil || math.Abs(share-1.0/3) > 0.005 {
		t.Errorf("%g, %v", share, err)
	}
}

func TestVanishedKeysOfEveryType(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	const required = `"constraints": {"required": true}}`
	d := withSchema(t, "cles", `{"fields": [{"name": "a", "type": "string", `+required+`, {"name": "b", "type": "integer", `+required+
		`, {"name": "c", "type": "date", `+required+`, {"name": "d", "type": "boolean", `+required+`]}`, `"key": ["a", "b", "c", "d"]`)
	before := load(t, db, d, row(1, nil, "x", 1, day("2026-01-01"), true), row(2, nil, "x", 1, day("2026-01-01"), false))
	after := load(t, db, d, row(1, nil, "x", 1, day("2026-01-01"), true), row(2, nil, "x", 2, day("2026-01-01"), false))
	if share, err := db.Vanished(t.Context(), before, after, d, d); err != nil || share != 0.5 {
		t.Errorf("%g, %v", share, err)
	}
}

func TestLacking(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d, communes := describe(t, plain), describe(t, described{name: "communes", columns: []string{"code string", "nom string"}})
	reference := store.Reference{Version: load(t, db, communes, row(1, nil, "k00000", "a"), row(2, nil, "k00009", "b"), row(3, nil, "k00008", "c")), Commune: "code"}
	if n, first, err := db.Lacking(t.Context(), load(t, db, d, rowsOf(0, 5)...), "id", reference); err != nil || n != 2 || first != "k00008" {
		t.Errorf("%d, %s, %v", n, first, err)
	}
	if n, first, err := db.Lacking(t.Context(), load(t, db, d, rowsOf(0, 10)...), "id", reference); err != nil || n != 0 || first != "" {
		t.Errorf("%d, %s, %v", n, first, err)
	}
}
