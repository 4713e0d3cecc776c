package store_test

import (
	"slices"
	"testing"

	"maille/internal/dataset"
	"maille/internal/store"
)

// TestKeysOfOneHash: two keys whose parts make the same text share a hash, and are no less two keys; a key that stands
// twice is found among them.
func TestKeysOfOneHash(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := withSchema(t, "pairs", `{"fields": [{"name": "a", "type": "string", "constraints": {"required": true}},
		{"name": "b", "type": "string", "constraints": {"required": true}}]}`, `"key": ["a", "b"]`)
	for _, c := range []struct {
		because string
		rows    []*dataset.Feature
		kept    int64
		lines   []int64
	}{
		{"all are different", []*dataset.Feature{row(2, nil, "x", "y"), row(3, nil, "x", "z")}, 2, nil},
		{"one hash, two keys", []*dataset.Feature{row(2, nil, "x:y", "z"), row(3, nil, "x", "y:z")}, 2, nil},
		{"and one of them twice", []*dataset.Feature{row(2, nil, "x:y", "z"), row(4, nil, "x", "y:z"), row(3, nil, "x", "y:z"), row(5, nil, "u", "v")}, 3, []int64{4}},
	} {
		draft := draftOf(t, db, d, c.rows...)
		var found dataset.Report
		if _, err := draft.Check(t.Context(), store.References{}, &found); err != nil {
			t.Fatal(err)
		}
		var lines []int64
		for _, i := range found.Issues {
			lines = append(lines, i.Line)
		}
		if v := sealed(t, draft, &found); v.Rows != c.kept || !slices.Equal(lines, c.lines) {
			t.Errorf("%s: %d rows, issues of lines %v", c.because, v.Rows, lines)
		}
	}
}
