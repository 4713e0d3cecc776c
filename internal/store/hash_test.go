package store_test

import (
	"slices"
	"testing"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/store"
)

var located = described{name: "lieux", columns: []string{"id string", "nom string", "places integer", "ouvert date"},
	publication: `"geometry": {"type": "Point"}, "index": ["nom"]`}

func someRows() []*dataset.Feature {
	return []*dataset.Feature{
		row(2, point(2.43, 48.62), "a", "Évry", 3, day("2026-01-01")),
		row(3, point(2.25, 48.71), "b", "Palaiseau", nil, day("1999-12-31")),
		row(4, nil, "c", nil, 0, nil),
	}
}

// golden holds the hash's definition still: were it to change, every version of every instance would get another name.
const golden = "d89772083c80"

func TestTheHashIsPinned(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	v := load(t, db, describe(t, located), someRows()...)
	if v.ID != golden {
		t.Errorf("version = %s, want %s (%s)", v.ID, golden, v.Hash)
	}
	again, err := db.Version(t.Context(), v.Dataset, v.ID)
	if err != nil || *again.Extent != *v.Extent || again.Hash != v.Hash || again.Unlocated != 1 || again.Rows != 3 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestWhatAVersionsHashDependsOn(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	other, _ := open(t, store.Options{})
	base := load(t, db, describe(t, located), someRows()...)
	same := func(t *testing.T, v release.Version, want bool) {
		t.Helper()
		if (v.Hash == base.Hash) != want {
			t.Errorf("same hash = %v", !want)
		}
	}
	t.Run("not on the database", func(t *testing.T) {
		same(t, load(t, other, describe(t, located), someRows()...), true)
	})
	t.Run("not on the order of rows or where they stood", func(t *testing.T) {
		rows := someRows()
		slices.Reverse(rows)
		rows[0].Line, rows[0].Resource = 77, 2
		same(t, load(t, db, describe(t, located), rows...), true)
	})
	t.Run("not on words about the dataset nor on its index", func(t *testing.T) {
		d := located
		d.publication = `"geometry": {"type": "Point"}, "title": "nom"`
		same(t, load(t, db, describe(t, d), someRows()...), true)
	})
	for _, c := range []struct {
		name   string
		change func(rows []*dataset.Feature)
	}{
		{"on one cell", func(rows []*dataset.Feature) { rows[1].Values[1] = values("Palaiseaux")[0] }},
		{"on null, which is not zero", func(rows []*dataset.Feature) { rows[2].Values[2] = values(nil)[0] }},
		{"on null, which is not the empty text", func(rows []*dataset.Feature) { rows[2].Values[1] = values("")[0] }},
		{"on a centimetre", func(rows []*dataset.Feature) { rows[0].WKB = point(2.4300001, 48.62) }},
		{"on two cells exchanged between rows", func(rows []*dataset.Feature) {
			rows[0].Values[1], rows[1].Values[1] = rows[1].Values[1], rows[0].Values[1]
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := someRows()
			c.change(rows)
			same(t, load(t, db, describe(t, located), rows...), false)
		})
	}
	t.Run("on the types of the schema", func(t *testing.T) {
		d := located
		d.columns = []string{"id string", "nom list", "places integer", "ouvert date"}
		rows := someRows()
		for _, f := range rows {
			if !f.Values[1].IsNull() {
				f.Values[1] = values(list(f.Values[1].Text()))[0]
			}
		}
		same(t, load(t, db, describe(t, d), rows...), false)
	})
	t.Run("on the types of the schema, even without rows", func(t *testing.T) {
		one := load(t, db, describe(t, described{name: "vide", columns: []string{"id string", "n integer"}}))
		two := load(t, db, describe(t, described{name: "vide", columns: []string{"id string", "n number"}}))
		if one.Hash == two.Hash {
			t.Error("same hash")
		}
	})
}
