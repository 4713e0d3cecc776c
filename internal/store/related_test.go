package store_test

import (
	"slices"
	"testing"

	"maille/internal/store"
)

// TestCountUnder: values of keys and of other columns, of several versions, are counted at once and no further than asked.
func TestCountUnder(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	towns := registry(t, described{name: "towns", columns: []string{"code string"}}).Get("towns")
	shops := registry(t, described{name: "shops", columns: []string{"n integer", "code string", "tags list"}}).Get("shops")
	town := load(t, db, towns, row(1, nil, "01004"), row(2, nil, "2A004"))
	shop := load(t, db, shops, row(1, nil, 1, "01004", nil), row(2, nil, 2, "01004", nil), row(3, nil, 3, "2A004", nil), row(4, nil, 4, nil, nil))
	under := []store.Under{
		{town, towns, "code", "01004"}, {town, towns, "code", "1004"}, {shop, shops, "code", "01004"}, {shop, shops, "code", "2A004"},
		{shop, shops, "code", "'; drop table x; --"}, {shop, shops, "n", "3"}, {shop, shops, "n", "no number"},
	}
	for most, want := range map[int][]int{10: {1, 0, 2, 1, 0, 1, 0}, 1: {1, 0, 1, 1, 0, 1, 0}} {
		if got, err := db.CountUnder(t.Context(), under, most); err != nil || !slices.Equal(got, want) {
			t.Errorf("at most %d: %v, not %v (%v)", most, got, want, err)
		}
	}
	if got, err := db.CountUnder(t.Context(), nil, 10); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %v (%v)", got, err)
	}
}
