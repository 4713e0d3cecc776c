package dataset_test

import (
	"slices"
	"testing"

	"maille/internal/dataset"
)

// TestSortables: texts without an index cost more to sort than numbers, and lists have no order.
func TestSortables(t *testing.T) {
	d, err := dataset.Restore([]byte(`{"name": "x", "publication": {"key": ["id"], "index": ["code"]}}`),
		[]byte(`{"fields": [{"name": "id", "type": "integer"}, {"name": "code", "type": "string"}, {"name": "nom", "type": "string"}, {"name": "mots", "type": "list"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for rows, want := range map[int64][]string{20_000: {"id", "code", "nom"}, 20_001: {"id", "code"}, 200_000: {"id", "code"}, 200_001: {"code"}} {
		if got := d.Sortables(rows); !slices.Equal(got, want) {
			t.Errorf("of %d rows %v, not %v", rows, got, want)
		}
	}
}
