package dump_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
)

// TestCSVOfOneColumn: a row of one empty cell is not an empty line, which readers pass over.
func TestCSVOfOneColumn(t *testing.T) {
	d := restore(t)
	all := []*dataset.Feature{full(), empty(), empty(), full()}
	for column, want := range map[string]string{
		"nom":  "nom\r\n\"L'été, \"\"ici\"\"\"\r\n\"\"\r\n\"\"\r\n\"L'été, \"\"ici\"\"\"\r\n",
		"n":    "n\r\n-7\r\n0\r\n0\r\n-7\r\n",
		"taux": "taux\r\n48.0\r\n\"\"\r\n\"\"\r\n48.0\r\n",
		"id,n": "id,n\r\na:b,-7\r\nc,0\r\nc,0\r\na:b,-7\r\n",
	} {
		c := content(d, features(all, nil))
		for name := range strings.SplitSeq(column, ",") {
			c.Columns = append(c.Columns, d.Schema.Index(name))
		}
		var b bytes.Buffer
		if rows, err := dump.WriteCSV(&b, c); err != nil || rows != 4 || b.String() != want {
			t.Errorf("%s: %d rows (%v), %q", column, rows, err, b.String())
		}
		if rows, err := csv.NewReader(&b).ReadAll(); err != nil || len(rows) != 5 {
			t.Errorf("%s: %d lines are read (%v)", column, len(rows), err)
		}
	}
}
