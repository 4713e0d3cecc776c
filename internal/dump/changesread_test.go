package dump

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"maille/internal/release"
)

// TestChangesOf: a row is of the commune where it is, and of the one that it left; not of one that another field names.
func TestChangesOf(t *testing.T) {
	moved := []release.FieldChange{{Field: "titre", Before: "91021", After: "[\n],{"}, {Field: "code_insee", Before: "91001", After: "91016"}}
	var b bytes.Buffer
	w := newChangesJSON(&b, &Changes{Dataset: "lieux", Columns: []string{"rows"}})
	for _, c := range []release.RowChange{
		{Kind: release.RowAdded, ID: "a", Commune: "91001"},
		{Kind: release.RowChanged, ID: "b", Commune: "91016", Fields: moved},
		{Kind: release.RowRemoved, ID: "c", Title: "91001 \"91001\"", Commune: "91021"},
	} {
		if err := w.Add(&c); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for commune, want := range map[string]string{"91001": "ab", "91016": "b", "91021": "c", "91999": "", "": "abc"} {
		got := ""
		for c, err := range ChangesOf(bytes.NewReader(b.Bytes()), commune, "code_insee") {
			if err != nil {
				t.Fatal(err)
			}
			got += c.ID
		}
		if got != want {
			t.Errorf("of %s: %s, not %s", commune, got, want)
		}
	}
	for _, cut := range []int{b.Len() / 2, strings.LastIndex(b.String(), "\n]")} {
		var last error
		for _, err := range ChangesOf(bytes.NewReader(b.Bytes()[:cut]), "91999", "code_insee") {
			last = err
		}
		if !errors.Is(last, io.ErrUnexpectedEOF) {
			t.Errorf("a file that was cut at %d: %v", cut, last)
		}
	}
}
