package pipeline

import (
	"fmt"
	"strings"
	"testing"

	"maille/internal/release"
)

func TestSimilar(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"code_insee", "Code INSEE", true},
		{"communé", "commune", true},
		{"population", "population_2026", true},
		{"longitude", "longitud", true},
		{"elig_ftth", "elig_ftthh", true},
		{"latitude", "longitude", false},
		{"nb", "nc", false},
		{"nom", "num", false},
		{"id", "identifiant", false},
		{"", "x", false},
	} {
		if similar(c.a, c.b) != c.want || similar(c.b, c.a) != c.want {
			t.Errorf("%s, %s: not %v", c.a, c.b, c.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for cell, want := range map[string]string{"": "empty", " \u00a0": "text", "  ": "empty", "12": "integer", "-3": "integer", "1,5": "decimal", "1.5e3": "decimal", ".5": "decimal",
		"2026-01-02": "date", "02/01/2026": "date", "2026-01-02T10:00:00Z": "date", "2026-1-2": "text", "01004": "integer", "2A004": "text",
		strings.Repeat("9", 30): "text", strings.Repeat("9", 1<<20): "text"} {
		if got := kindOf(cell); got != want {
			t.Errorf("%.40q is %s", cell, got)
		}
	}
}

// TestAHeaderWithoutEnd: a file of a million columns is neither compared nor remembered.
func TestAHeaderWithoutEnd(t *testing.T) {
	names := make([]string, 1_000_000)
	for i := range names {
		names[i] = fmt.Sprint("c", i)
	}
	o := &observation{kinds: map[string]string{}}
	o.header("", names)
	if len(o.columns) != mostColumns+1 {
		t.Errorf("%d columns", len(o.columns))
	}
	if d := driftOf(&release.Source{Columns: []string{"a"}}, o, true); len(d.added)+len(d.removed)+len(d.renamed) > 0 {
		t.Errorf("%+v", d)
	}
	s := release.Source{Columns: []string{"a"}}
	observations{0: o}.into(&s)
	if s.Columns != nil {
		t.Error("it is remembered")
	}
}

func FuzzDrift(f *testing.F) {
	f.Add("id,nom", "id,name", "1")
	f.Add("a,b,c", "c,b", "")
	f.Fuzz(func(t *testing.T, before, now, cell string) {
		was, is := strings.Split(before, ","), &observation{kinds: map[string]string{"x": kindOf(cell)}}
		is.header("", strings.Split(now, ","))
		d := driftOf(&release.Source{Columns: was}, is, true)
		if len(d.removed)+len(d.renamed) > len(was) || len(d.added)+len(d.renamed) > len(is.columns) {
			t.Errorf("%+v", d)
		}
	})
}
