package synthetic_test

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"maille/internal/synthetic"
)

func TestCells(t *testing.T) {
	communes := essonne(t)
	var people int64
	for _, c := range communes {
		people += c.Population
	}
	file := func(o synthetic.Cells, communes []synthetic.Commune) []byte {
		t.Helper()
		var b bytes.Buffer
		if err := o.Write(t.Context(), &b, communes); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	options := synthetic.Cells{Seed: 1, People: 40, System: 3035}
	first := file(options, communes)
	header, rows := records(t, first)
	if len(header) != 34 || header[0] != "idcar_200m" || header[6] != "ind" || len(rows) < 5_000 {
		t.Fatalf("%d columns %v, %d rows", len(header), header, len(rows))
	}
	backwards := slices.Clone(communes)
	slices.Reverse(backwards)
	if !bytes.Equal(first, file(options, backwards)) {
		t.Error("the order of the communes shows")
	}
	if bytes.Equal(first, file(synthetic.Cells{Seed: 2, People: 40, System: 3035}, communes)) {
		t.Error("the seed does not show")
	}
	sum, halves, several, imputed := 0.0, 0, 0, 0
	seen := map[string]bool{}
	for _, row := range rows {
		ind, err := strconv.ParseFloat(row[6], 64)
		if err != nil || seen[row[0]] || !strings.HasPrefix(row[0], "CRS3035RES200mN2") || len(row[5])%5 != 0 {
			t.Fatalf("%v: %v", row, err)
		}
		seen[row[0]] = true
		sum += ind
		if ind != math.Floor(ind) {
			halves++
		}
		if len(row[5]) > 5 {
			several++
		}
		if row[3] == "1" {
			imputed++
		}
	}
	if sum != float64(people) || halves == 0 || several == 0 || imputed == 0 || imputed == len(rows) {
		t.Errorf("%v people of %d, %d halves, %d cells of several communes, %d imputed of %d", sum, people, halves, several, imputed, len(rows))
	}
	few, err := synthetic.Cells{Seed: 1, System: 3035, Most: 2}.Of(t.Context(), communes)
	if err != nil || len(few) > 2*len(communes) {
		t.Errorf("%d cells of %d communes, %v", len(few), len(communes), err)
	}
	if overseas, err := (synthetic.Cells{System: 2975}).Of(t.Context(), communes); err != nil || len(overseas) > 0 {
		t.Errorf("%d cells of La Réunion in Essonne, %v", len(overseas), err)
	}
	if _, err := (synthetic.Cells{System: 4326}).Of(t.Context(), communes); err == nil {
		t.Error("degrees are no grid")
	}
}
